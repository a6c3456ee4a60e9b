from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from probe.model.sla import GroupKind, GroupRule, MaintenanceRule, Method, SlaRules, UnknownRule
from probe.slo.availability import StateTime
from probe.slo.past import Attained, Past, group_of
from probe.slo.periods import Period
from probe.slo.steps import common
from tests.unit.slo.lines import STEP, past, whole

LINE = "uuuuddu???uu"


def minutes(**times: int) -> StateTime:
    return StateTime(**{state: count * STEP for state, count in times.items()})


def test_time_is_counted_state_by_state() -> None:
    assert past(LINE).time(whole(LINE)) == minutes(up=7, down=2, unknown=3)


def test_unknown_is_left_out_or_taken_for_up_or_down() -> None:
    expected = {
        UnknownRule.EXCLUDE: Fraction(7, 9),
        UnknownRule.UP: Fraction(10, 12),
        UnknownRule.DOWN: Fraction(7, 12),
    }
    for rule, availability in expected.items():
        found = past(LINE, SlaRules(unknown=rule)).attained(whole(LINE))
        assert found == Attained(availability, Fraction(10, 12), Fraction(7, 12))


def test_nothing_known_is_nothing_said() -> None:
    assert past("????").attained(whole("????")) == Attained(None, Fraction(1), Fraction(0))
    assert past("....").attained(whole("....")) == Attained(None, None, None)


@pytest.mark.parametrize(
    ("rule", "availability", "time"),
    [
        (MaintenanceRule.EXCLUDE, Fraction(8, 9), minutes(up=8, down=1, maintenance=3)),
        (MaintenanceRule.COUNT_AS_UP, Fraction(11, 12), minutes(up=8, down=1, maintenance=3)),
        (MaintenanceRule.IGNORE, Fraction(10, 12), minutes(up=10, down=2)),
    ],
)
def test_maintenance_is_set_apart(rule: MaintenanceRule, availability: Fraction, time: StateTime) -> None:
    line = "uuuudduuuuuu"
    found = past(line, SlaRules(maintenance=rule), maintenance=[(5, 8)])
    assert found.time(whole(line)) == time
    assert found.attained(whole(line)).availability == availability


def test_a_failure_that_was_never_confirmed_is_no_downtime() -> None:
    line = "uuduuddduuu"
    assert past(line, confirm=(3, 1)).time(whole(line)) == minutes(up=7, degraded=1, down=3)


def test_a_recovery_counts_from_its_first_result() -> None:
    line = "uddudduuuu"
    assert past(line, confirm=(1, 2)).time(whole(line)) == minutes(up=5, down=5)


def test_a_check_that_is_measured_no_longer_ends_with_its_last_verdict() -> None:
    line = "uuuu........"
    assert past(line, goes_on=False).time(whole(line)) == minutes(up=5)
    assert past(line).time(whole(line)) == minutes(up=5, unknown=7)


@pytest.mark.parametrize(
    ("method", "availability", "best", "worst"),
    [
        # Slices of four: "uuuu" good, "ddu?" bad (1 of 3), "??uu" good.
        (Method.OCCURRENCES, Fraction(7, 9), Fraction(10, 12), Fraction(7, 12)),
        (Method.TIMESLICES, Fraction(2, 3), Fraction(2, 3), Fraction(1, 3)),
        (Method.RATIO_TIMESLICES, Fraction(7, 9), Fraction(10, 12), Fraction(7, 12)),
    ],
)
def test_results_are_counted(method: Method, availability: Fraction, best: Fraction, worst: Fraction) -> None:
    rules = SlaRules(method=method, slice=4 * STEP)
    assert past(LINE, rules).attained(whole(LINE)) == Attained(availability, best, worst)


def test_a_slice_is_good_from_its_target_on() -> None:
    line = "uuuduudduuuu"
    for target, good in ((Fraction(1), 1), (Fraction(3, 4), 2), (Fraction(1, 2), 3)):
        rules = SlaRules(method=Method.TIMESLICES, slice=4 * STEP, slice_target=target)
        assert past(line, rules).attained(whole(line)).availability == Fraction(good, 3)


def test_what_nobody_measured_counts_as_missing_results() -> None:
    line = "uuuu.....uuu"  # the last verdict before the hole holds for two minutes, four are missing
    rules = SlaRules(method=Method.OCCURRENCES)
    assert past(line, rules).attained(whole(line)) == Attained(Fraction(1), Fraction(1), Fraction(7, 11))


def test_results_in_maintenance_count_nowhere_or_as_up() -> None:
    line = "uuuudddduuuu"
    for rule, availability in (
        (MaintenanceRule.EXCLUDE, Fraction(8, 10)),
        (MaintenanceRule.COUNT_AS_UP, Fraction(10, 12)),
        (MaintenanceRule.IGNORE, Fraction(8, 12)),
    ):
        rules = SlaRules(method=Method.OCCURRENCES, maintenance=rule)
        assert past(line, rules, maintenance=[(6, 8)]).attained(whole(line)).availability == availability


def grouped(*lines: str, kind: GroupKind = GroupKind.ALL, quorum: int = 1, rules: SlaRules | None = None) -> Past:
    members = [past(line, rules) for line in lines]
    return group_of(members, GroupRule(kind=kind, quorum=quorum), until=len(lines[0]) * STEP)


@pytest.mark.parametrize(
    ("kind", "quorum", "availability"),
    [
        (GroupKind.ALL, 1, Fraction(2, 9)),
        (GroupKind.QUORUM, 2, Fraction(5, 9)),
        (GroupKind.ANY, 1, Fraction(8, 9)),
        (GroupKind.MEAN, 1, Fraction(15, 27)),
    ],
)
def test_a_group_is_judged_moment_by_moment(kind: GroupKind, quorum: int, availability: Fraction) -> None:
    lines = ("uudddduuu", "udduddugu", "uuudduddu")
    assert grouped(*lines, kind=kind, quorum=quorum).attained(whole(lines[0])).availability == availability


def test_of_a_mean_each_known_member_has_its_share() -> None:
    lines = ("uu??", "ud?d")
    found = grouped(*lines, kind=GroupKind.MEAN)
    assert found.time(whole(lines[0])) == StateTime(up=90, down=90, unknown=60)
    assert found.attained(whole(lines[0])) == Attained(Fraction(1, 2), Fraction(6, 8), Fraction(3, 8))


def test_a_member_in_maintenance_does_not_count_and_the_group_is_in_it_when_all_are() -> None:
    line = "uuddduuu"
    members = [past(line, maintenance=[(2, 4)]), past("u" * 8, maintenance=[(3, 6)])]
    found = group_of(members, GroupRule(), until=8 * STEP)
    assert found.time(whole(line)) == minutes(up=6, down=1, maintenance=1)


def test_results_of_all_members_are_counted_together() -> None:
    lines = ("uuud", "dddd")
    rules = SlaRules(method=Method.OCCURRENCES)
    assert grouped(*lines, rules=rules).attained(whole(lines[0])).availability == Fraction(3, 8)


def test_an_outage_of_a_group_has_the_causes_of_its_members() -> None:
    (outage,) = grouped("uudddduu", "uuuuddu.").outages
    assert (outage.start, outage.end, outage.slots) == (2 * STEP, 6 * STEP, 6)
    (outage,) = grouped("uudddduu", "uuuudduu", kind=GroupKind.ANY).outages
    assert (outage.start, outage.detected, outage.end) == (4 * STEP, 4 * STEP, 6 * STEP)


def test_a_groups_outage_is_not_sure_before_the_moment_that_makes_it_so() -> None:
    # The first is sure to be down from its third minute on, but doesn't count until minute 8; the second is down from
    # minute 4 on, and sure to be only at minute 10.
    first = past("udddddddddddddd", maintenance=[(0, 8)], confirm=(2, 1))
    second = past("uuuuddddddddddd", confirm=(7, 1))
    (outage,) = group_of([first, second], GroupRule(), until=15 * STEP).outages
    assert (outage.start, outage.detected) == (4 * STEP, 8 * STEP)


def test_a_group_is_up_again_at_the_end_when_enough_of_its_members_are() -> None:
    whole_, ends = past("uuuuddduuu"), 7 * STEP
    cut = replace(whole_, steps=tuple(common(whole_.steps, [Period(0, ends)])))
    other = past("uuuuuuu")
    (outage,) = group_of([cut, other], GroupRule(), until=ends).outages
    assert (outage.start, outage.end) == (4 * STEP, ends)
    (outage,) = group_of([past("uuuuddd"), other], GroupRule(), until=ends).outages
    assert outage.end is None
