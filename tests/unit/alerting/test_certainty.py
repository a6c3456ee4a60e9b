"""What is read of the past is enough when it is said to be: then the rest would change nothing."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from probe.alerting.certainty import is_over, is_sure
from probe.alerting.incidents import incidents
from probe.alerting.outages import BEGINNING, UNSURE, Policy, folded, outages_of
from probe.model.check import Confirm
from probe.model.incident import Incident
from probe.model.run import Runs
from tests.unit.alerting.slots import confirm, confirms, cuts, gaps, pasts, slots
from tests.unit.slo.material import STEP


def sure(line: str, before: int, runs: int = 1, recoveries: int = 1) -> bool:
    return is_sure(slots(line), Policy.of(confirm(runs, recoveries), interval=1), before)


def test_it_is_sure_once_it_was_up_for_longer_than_a_gap() -> None:
    assert sure("uuuu", 4)
    assert sure("udduuuu", 7)
    assert sure("uu", 2)


def test_it_is_not_sure_while_it_is_down_or_may_be() -> None:
    assert not sure("dddd", 4)
    assert not sure("", 0)
    assert not sure("????", 4)
    assert not sure("uduud", 4, recoveries=3)


def test_it_is_not_sure_what_an_outage_follows_on_while_that_is_closer_than_a_gap() -> None:
    assert not sure("ud", 1)
    assert not sure("uud", 2)
    assert sure("uuud", 3)
    assert not sure("dududu", 6 - 1)


def test_what_is_open_or_may_follow_closely_is_not_over() -> None:
    def over(line: str, until: int, runs: int = 1) -> bool:
        policy = Policy.of(confirm(runs), interval=1)
        return is_over(*folded(slots(line), policy, BEGINNING), until, policy)

    assert over("uuuu", 4)
    assert not over("uud", 3)
    assert not over("uud", 3, runs=2)
    assert not over("uddu", 4)
    assert over("udduuu", 6)


def in_period(past: Runs, policy: Policy, start: int, end: int) -> list[Incident]:
    found = incidents(outages_of(past, policy, UNSURE), max_gap=policy.gap)
    return [each for each in found if each.start < end and (each.end is None or each.end > start)]


@given(st.data(), pasts, confirms, gaps)
def test_where_it_is_sure_what_was_before_changes_no_incident(
    data: st.DataObject, past: Runs, confirm: Confirm, max_gap: int | None
) -> None:
    policy = Policy.of(confirm, interval=STEP, max_gap=max_gap)
    start = data.draw(st.integers(0, 60 * STEP))
    since = data.draw(st.integers(0, start))
    read = data.draw(cuts(tuple(slot for slot in past if slot.start >= since)))
    if is_sure(read, policy, start):
        assert in_period(read, policy, start, 10**12) == in_period(past, policy, start, 10**12)


@given(st.data(), pasts, confirms, gaps)
def test_where_it_is_over_what_comes_after_changes_no_incident(
    data: st.DataObject, past: Runs, confirm: Confirm, max_gap: int | None
) -> None:
    policy = Policy.of(confirm, interval=STEP, max_gap=max_gap)
    until = data.draw(st.integers(0, 60 * STEP))
    read = tuple(slot for slot in past if slot.start < until)
    if is_over(*folded(read, policy, BEGINNING), until, policy):
        assert in_period(read, policy, 0, until) == in_period(past, policy, 0, until)
