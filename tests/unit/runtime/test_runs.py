from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probe.model.grid import slots
from probe.model.result import Result, State
from probe.model.sample import FailureKind
from probe.model.units import HOUR, MINUTE, SECOND
from probe.runtime import runs as module
from probe.runtime.runs import MOST_FILLED, Run, Runs
from probe.runtime.scheduler import Gap
from tests.fakes.checks import make_check


def lost(slot: int, check: str = "shop/list") -> Run:
    return Run.of_lost(Result(check=check, location="default", scheduled_at=slot, state=State.UP, definition="d"))


def told(runs: list[Run]) -> list[tuple[str, int]]:
    return [(result.check, result.scheduled_at) for run in runs for result in run.results()]


@given(start=st.integers(0, HOUR), length=st.integers(0, HOUR), seconds=st.integers(1, 90))
def test_a_gap_is_a_run_of_its_slots(start: int, length: int, seconds: int) -> None:
    check = make_check(interval=seconds * SECOND)
    run = Run.of_gap(Gap(check, start, start + length, FailureKind.MISSED), "default")
    assert [result.scheduled_at for result in run.results()] == list(
        slots(check.id, check.interval, start, start + length)
    )


def test_of_a_very_long_gap_the_newest_slots_are_told() -> None:
    check = make_check(interval=MINUTE)
    run = Run.of_gap(Gap(check, 0, 10**6 * MINUTE, FailureKind.NOT_RUNNING), "default")
    assert run.slots == MOST_FILLED
    assert run.first + run.slots * MINUTE >= 10**6 * MINUTE


def test_slots_are_unknown_with_their_reason_and_definition() -> None:
    (result,) = lost(7).results()
    assert (result.state, result.failure, result.definition) == (State.UNKNOWN, FailureKind.LOST, "d")


@given(st.lists(st.integers(1, 3), max_size=60), st.integers(1, 7))
def test_whatever_is_lost_is_told_once_and_in_order(steps: list[int], most: int) -> None:
    waiting, slot, expected = Runs(), 0, []
    for step in steps:
        slot += step
        expected.append(("shop/list", slot))
        waiting.add(lost(slot))
    found: list[tuple[str, int]] = []
    while taken := waiting.take(most):
        waiting.give_back(taken)
        taken = waiting.take(most)
        assert sum(run.slots for run in taken) <= most
        found += told(taken)
    assert found == expected


def test_what_is_taken_is_there_until_it_is_settled() -> None:
    waiting = Runs()
    for slot in (1, 5, 20):
        waiting.add(lost(slot, f"shop/c{slot}"))
    taken = waiting.take(2)
    assert (len(waiting), waiting.are_all_taken, waiting.added) == (3, False, 3)
    assert told(waiting.all()) == [("shop/c1", 1), ("shop/c5", 5), ("shop/c20", 20)]
    waiting.settle(taken)
    assert told(waiting.all()) == [("shop/c20", 20)]


def test_what_somebody_else_has_made_safe_is_not_given_back() -> None:
    waiting = Runs()
    waiting.add(lost(1))
    taken = waiting.take(1)
    everything = waiting.take_all()
    assert everything == taken
    waiting.settle(everything)
    waiting.give_back(taken)
    assert len(waiting) == 0


def test_slots_that_come_evenly_take_the_room_of_one() -> None:
    waiting = Runs()
    for number in range(1_000):
        for check in ("shop/a", "shop/b"):
            waiting.add(lost(number * MINUTE, check))
    assert len(waiting) == 2
    assert sum(run.slots for run in waiting.take_all()) == 2_000


def test_there_is_no_room_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_RUNS", 3)
    waiting = Runs()
    for number in range(10):
        waiting.add(lost(0, f"shop/c{number}"))
    assert len(waiting) == 3


def test_an_empty_gap_is_nothing() -> None:
    waiting = Runs()
    waiting.add(Run.of_gap(Gap(make_check(), 5, 5, FailureKind.MISSED), "default"))
    assert len(waiting) == 0
