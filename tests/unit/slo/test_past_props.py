"""What holds of availability, whatever was measured."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from probe.model.sla import GroupKind, GroupRule, MaintenanceRule, Method, SlaRules, UnknownRule
from probe.slo.past import Past, group_of
from probe.slo.periods import Period
from tests.unit.slo.lines import STEP, past

SLOTS = 40
lines = st.text("uuuudg?.", min_size=SLOTS, max_size=SLOTS)
rules = st.builds(
    SlaRules,
    method=st.sampled_from(Method),
    slice=st.sampled_from((STEP, 5 * STEP, 7 * STEP)),
    slice_target=st.sampled_from((Fraction(1), Fraction(1, 2))),
    unknown=st.sampled_from(UnknownRule),
    maintenance=st.sampled_from(MaintenanceRule),
    max_gap=st.sampled_from((None, STEP, 5 * STEP)),
)
borders = st.lists(st.integers(0, SLOTS), min_size=2, max_size=2, unique=True).map(sorted)
windows = st.lists(st.integers(0, SLOTS), max_size=4, unique=True).map(
    lambda cuts: list(zip(*[iter(sorted(cuts))] * 2, strict=False))
)
periods = borders.map(lambda cut: Period(cut[0] * STEP, cut[1] * STEP))
kinds = st.builds(GroupRule, kind=st.sampled_from(GroupKind), quorum=st.integers(1, 4))


def judged(line: str, by: SlaRules, maintenance: list[tuple[int, int]]) -> Past:
    return past(line, by, maintenance=maintenance)


@given(st.lists(lines, min_size=1, max_size=3), rules, windows, periods, kinds)
def test_availability_lies_between_its_bounds(
    some: list[str], by: SlaRules, maintenance: list[tuple[int, int]], period: Period, kind: GroupRule
) -> None:
    members = [judged(line, by, maintenance) for line in some]
    for found in (members[0], group_of(members, kind, until=SLOTS * STEP)):
        availability, best, worst = found.attained(period)
        if availability is not None and best is not None and worst is not None:
            assert 0 <= worst <= availability <= best <= 1
        else:
            assert availability is None


@given(lines, rules, windows, periods)
def test_unknown_never_counts_as_up(
    line: str, by: SlaRules, maintenance: list[tuple[int, int]], period: Period
) -> None:
    known, unknown = (judged(each, by, maintenance).time(period) for each in (line.replace("?", "u"), line))
    assert unknown.up + unknown.degraded <= known.up + known.degraded


@given(lines, rules, windows, periods, st.integers(0, SLOTS - 1))
def test_a_failure_more_never_makes_it_better(
    line: str, by: SlaRules, maintenance: list[tuple[int, int]], period: Period, place: int
) -> None:
    if line[place] in "?.":
        return
    worse = f"{line[:place]}d{line[place + 1 :]}"
    before, after = (judged(each, by, maintenance) for each in (line, worse))
    assert after.time(period).down >= before.time(period).down
    availability, less = before.attained(period).availability, after.attained(period).availability
    assert (availability is None) is (less is None)
    assert availability is None or less is None or less <= availability


@given(st.lists(lines, min_size=2, max_size=4), windows, periods)
def test_the_more_members_must_be_up_the_less_a_group_is(
    some: list[str], maintenance: list[tuple[int, int]], period: Period
) -> None:
    members = [judged(line, SlaRules(unknown=UnknownRule.DOWN), maintenance) for line in some]
    rules_ = [GroupRule(kind=GroupKind.QUORUM, quorum=number) for number in range(1, len(some) + 1)]
    of_quorums = [group_of(members, rule, until=SLOTS * STEP).attained(period).availability for rule in rules_]
    known = [each for each in of_quorums if each is not None]
    assert known == sorted(known, reverse=True)
    assert len(known) in (0, len(of_quorums))
    of_any, of_all = (
        group_of(members, GroupRule(kind=kind), until=SLOTS * STEP).attained(period).availability
        for kind in (GroupKind.ANY, GroupKind.ALL)
    )
    assert (of_any, of_all) == (of_quorums[0], of_quorums[-1])


@given(lines, rules, windows, st.integers(0, SLOTS))
def test_times_of_parts_add_up(line: str, by: SlaRules, maintenance: list[tuple[int, int]], cut: int) -> None:
    found = judged(line, by, maintenance)
    parts = Period(0, cut * STEP), Period(cut * STEP, SLOTS * STEP)
    assert found.time(parts[0]) + found.time(parts[1]) == found.time(Period(0, SLOTS * STEP))


@given(st.lists(lines, min_size=1, max_size=3), rules, windows, kinds)
def test_every_moment_is_in_one_state_or_apart(
    some: list[str], by: SlaRules, maintenance: list[tuple[int, int]], kind: GroupRule
) -> None:
    members = [judged(line, by, maintenance) for line in some]
    found = group_of(members, kind, until=SLOTS * STEP)
    period = Period(0, SLOTS * STEP)
    begun = min((span.start for member in members for span in member.there), default=SLOTS * STEP)
    time = found.time(period)
    assert time.total + time.maintenance == SLOTS * STEP - begun
