from __future__ import annotations

from dataclasses import replace

import pytest

from probe.model.result import AssertionOutcome, Result, State, Verdict
from probe.model.sample import FailureKind
from probe.model.units import MINUTE, SECOND
from probe.runtime.novelty import EVERY, MOST_A_SECOND, Novelty

T0 = 1_795_000_000 * SECOND


def down(minutes: float = 0, **changes: object) -> Result:
    plain = Result(
        check="shop/list",
        location="default",
        scheduled_at=T0 + round(minutes * MINUTE),
        state=State.DOWN,
        failure=FailureKind.TIMEOUT,
        detail="no complete response within 10s: stopped while waiting for the first byte",
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def unmet(text: str, minutes: float = 1, found: str = "503") -> Result:
    outcome = AssertionOutcome(expectation=text, verdict=Verdict.FAILED, actual=found)
    detail = f"expected {text}, found {found}"
    return down(minutes, failure=FailureKind.ASSERTION, outcomes=(outcome,), detail=detail, http_status=503)


def kept(*results: Result) -> list[bool]:
    novelty = Novelty()
    return [novelty.is_in(result, result.scheduled_at) for result in results]


def test_of_a_run_of_equal_failures_the_first_is_kept_and_one_every_five_minutes() -> None:
    results = [down(minute) for minute in range(12)]
    assert [minute for minute, is_new in enumerate(kept(*results)) if is_new] == [0, 5, 10]


@pytest.mark.parametrize(
    "other",
    [
        down(1, failure=FailureKind.RESET),
        down(1, http_status=503),
        down(1, detail="no complete response within 10s: stopped while the response was read"),
        down(1, state=State.DEGRADED, failure=None),
        down(1, check="shop/other"),
        unmet("status == 200"),
    ],
)
def test_what_failed_in_another_way_is_kept(other: Result) -> None:
    assert kept(down(), other) == [True, True]


def test_other_numbers_in_the_detail_and_other_findings_are_the_same_failure() -> None:
    assert kept(down(detail="seen for 5 s"), down(1, detail="seen for 17 s")) == [True, False]
    assert kept(unmet("latency < 5ms", found="7ms"), unmet("latency < 5ms", 2, found="9ms")) == [True, False]
    assert kept(unmet("latency < 5ms"), unmet("latency < 6ms", 2)) == [True, True]


def test_failures_that_take_turns_are_each_kept_once_in_five_minutes() -> None:
    results = [down(minute / 2, http_status=502 + minute % 2) for minute in range(20)]
    assert sum(kept(*results)) == 4


def test_after_a_recovery_the_first_failure_is_kept_again() -> None:
    assert kept(down(), down(1, state=State.UP), down(2)) == [True, False, True]


def test_what_was_not_measured_neither_counts_nor_ends_a_run() -> None:
    assert kept(down(), down(1, state=State.UNKNOWN), down(2)) == [True, False, False]


def test_a_clock_that_was_set_back_hides_nothing() -> None:
    assert kept(down(60), down(0)) == [True, True]


def test_where_everything_fails_at_once_the_rest_have_their_turn_later() -> None:
    novelty = Novelty()
    checks = [f"shop/{number}" for number in range(MOST_A_SECOND + 50)]
    assert sum(novelty.is_in(down(check=check), T0) for check in checks) == MOST_A_SECOND
    assert sum(novelty.is_in(down(1, check=check), T0 + MINUTE) for check in checks) == 50


def test_what_is_told_in_one_second_counts_whatever_slots_it_comes_from() -> None:
    novelty = Novelty()
    in_turn = [down(number % 2, check=f"shop/{number}") for number in range(3 * MOST_A_SECOND)]
    assert sum(novelty.is_in(result, T0 + 2 * MINUTE) for result in in_turn) == MOST_A_SECOND


def test_checks_that_are_gone_and_kinds_that_are_past_are_forgotten() -> None:
    novelty = Novelty()
    for number in range(1_000):
        novelty.is_in(down(number, http_status=number), T0 + number * MINUTE)
    assert len(novelty._kept["shop/list"]) == EVERY // MINUTE
    novelty.retain(())
    assert novelty._kept == {}
