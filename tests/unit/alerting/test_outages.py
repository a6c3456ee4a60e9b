from __future__ import annotations

from probe.alerting.outages import BEGINNING, UNSURE, Change, Policy, Turn, advance, outages_of
from probe.model.incident import Outage
from probe.model.result import State
from probe.model.run import Run
from probe.model.units import DAY, MINUTE
from tests.unit.alerting.slots import ASSERTION, TIMEOUT, confirm, slots


def found(line: str, runs: int = 1, recoveries: int = 1) -> list[tuple[int, int, int | None]]:
    """Start, detected and end of each outage; a slot is a unit."""
    told = outages_of(slots(line), Policy.of(confirm(runs, recoveries), interval=1))
    return [(each.start, each.detected, each.end) for each in told]


def test_nothing_down_is_no_outage() -> None:
    assert found("") == found("ugu?u") == found("???") == []


def test_an_outage_lasts_from_the_first_result_that_is_down_to_the_first_that_is_not() -> None:
    assert found("uudddu") == [(2, 2, 5)]
    assert found("ddg") == [(0, 0, 2)]


def test_one_that_has_no_end_is_open() -> None:
    assert found("udd") == [(1, 1, None)]


def test_it_begins_with_the_first_of_the_results_that_confirm_it() -> None:
    assert found("uddddu", runs=3) == [(1, 3, 5)]


def test_too_few_in_a_row_confirm_nothing() -> None:
    assert found("udduddu", runs=3) == []


def test_it_ends_with_the_first_of_the_results_that_confirm_the_recovery() -> None:
    assert found("dduduguu", recoveries=3) == [(0, 0, 4)]


def test_an_unknown_result_neither_counts_nor_breaks_a_row() -> None:
    assert found("ud?du", runs=2) == [(1, 3, 4)]
    assert found("du?uu", recoveries=2) == [(0, 0, 1)]
    assert found("d??", runs=2) == []


def test_an_unknown_result_neither_opens_nor_ends_an_outage() -> None:
    assert found("u???u") == []
    assert found("d???d?u") == [(0, 0, 6)]


def test_failures_too_far_apart_are_in_no_row() -> None:
    assert found("ud??du", runs=2) == []
    assert found("ud      d      du", runs=2) == []


def test_recoveries_too_far_apart_are_in_no_row() -> None:
    assert found("du   uu", recoveries=2) == [(0, 0, 5)]


def test_an_open_outage_goes_on_over_unknown_time() -> None:
    assert found("d          d") == [(0, 0, None)]


def test_failures_with_a_success_between_are_two_outages() -> None:
    assert found("dud") == [(0, 0, 1), (2, 2, None)]


def test_it_tells_why_slots_were_down_the_first_reason_first() -> None:
    assert outages_of(slots("udaadau"), Policy.of(confirm(2), interval=1)) == (
        Outage(start=1, detected=2, end=6, failures=((TIMEOUT, 2), (ASSERTION, 3)), slots=5),
    )


def test_a_gap_is_measured_with_the_interval_of_the_former_result() -> None:
    early, late = slots("d    d", interval=3), slots("d    d", interval=2)
    assert [len(outages_of(each, Policy.of(confirm(2), interval=1))) for each in (early, late)] == [1, 0]


def test_results_that_know_no_interval_are_taken_for_the_check_s() -> None:
    line = slots("d    d", interval=None)
    assert [len(outages_of(line, Policy.of(confirm(2), interval=interval))) for interval in (2, 3)] == [0, 1]


def test_slots_of_one_run_may_be_too_far_apart_as_well() -> None:
    run = Run(0, 10, 50, State.DOWN, TIMEOUT, None)
    assert outages_of((run,), Policy.of(confirm(2), interval=4)) == ()
    assert [each.detected for each in outages_of((run,), Policy.of(confirm(2), interval=5))] == [10]
    assert [each.slots for each in outages_of((run,), Policy.of(confirm(1), interval=4))] == [50]


def test_a_gap_may_be_given() -> None:
    assert len(outages_of(slots("d    d"), Policy.of(confirm(2), interval=1, max_gap=5))) == 1


def test_result_by_result_it_tells_what_changed() -> None:
    policy = Policy.of(confirm(2, 2), interval=1)
    standing, told = BEGINNING, []
    for run in slots("uddduudu"):
        standing, turn = advance(standing, run, policy)
        told.append(turn)
    opened = Outage(start=1, detected=2, end=None, failures=((TIMEOUT, 2),), slots=2)
    ended = Outage(start=1, detected=2, end=4, failures=((TIMEOUT, 3),), slots=3)
    assert told == [
        None, None, Turn(Change.OPENED, opened), None, None, Turn(Change.RECOVERED, ended), None, None,
    ]  # fmt: skip


def test_in_the_middle_of_the_past_it_is_sure_once_so_many_were_good_in_a_row() -> None:
    policy = Policy.of(confirm(1, 2), interval=1)
    standing, since = UNSURE, []
    for run in slots("udu?udu"):
        standing, _ = advance(standing, run, policy)
        since.append(standing.sure_since)
    assert since == [None, None, None, None, 4, 4, 4]


def test_down_all_the_time_it_is_never_sure_since_when() -> None:
    standing, _ = advance(UNSURE, Run(0, 1, 10_000, State.DOWN, TIMEOUT, 1), Policy.of(confirm(), interval=1))
    assert standing.sure_since is None
    assert standing.outage is not None


def test_a_failure_that_waits_for_the_next_is_not_settled() -> None:
    policy = Policy.of(confirm(2), interval=1)
    settled, _ = advance(BEGINNING, slots("u")[0], policy)
    waiting, _ = advance(settled, slots(" d")[0], policy)
    assert (settled.is_settled, waiting.is_settled) == (True, False)


def test_a_thousand_checks_over_ninety_days_cost_as_much_as_their_runs_not_as_their_slots() -> None:
    day = DAY // MINUTE
    for state, failure in ((State.UP, None), (State.DOWN, TIMEOUT)):
        quarter = [Run(number * DAY, MINUTE, day, state, failure, MINUTE) for number in range(90)]
        for _ in range(500):  # slot by slot it would take minutes
            told = outages_of(quarter, Policy.of(confirm(3, 2), interval=MINUTE))
    assert [each.slots for each in told] == [90 * day]
