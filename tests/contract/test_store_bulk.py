"""What is read of all checks at once is what is read of each."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Final

import pytest

from probe.model.result import State
from probe.model.sample import FailureKind, Phases
from probe.model.settings import Retention
from probe.model.units import DAY, HOUR, MINUTE
from probe.slo.rollup import merged_figures
from probe.store import Store
from tests.fakes.pasts import T0, filled, result, roll_up, troubled

NUMBERS: Final = ("latency", "phase.wait", "bytes.received")
CHECKS: Final = ("shop/cart", "shop/list", "shop/pay")


@pytest.fixture
def past(store: Store) -> Store:
    """Four days of three checks; one of them has a result that came late."""
    chance = random.Random(7)
    filled(store, *(each for check in CHECKS for each in troubled(check, chance)))
    roll_up(store, T0 + 4 * DAY)
    store.record([result("shop/pay", 1_443, State.DOWN)])
    return store


def test_single_results_are_those_of_each_check(past: Store) -> None:
    start, end = T0 + 11 * HOUR + 5, T0 + 30 * HOUR
    with past.ranges("default") as ranges:
        found = ranges.singles(start, end, NUMBERS)
        records = {check: list(ranges.results(check, start, end)) for check in CHECKS}

    for check, its in records.items():
        columns = found[check]
        told = zip(columns.slots, columns.states, columns.failures, columns.statuses, strict=True)
        assert list(told) == [each[:4] for each in its]
        assert list(columns.numbers["latency"]) == [each.latency_us for each in its]
        assert list(columns.numbers["phase.wait"]) == [each.phases[4] for each in its]
        assert list(columns.numbers["bytes.received"]) == [each.bytes_received for each in its]


def test_single_results_are_of_the_checks_that_are_asked_for(past: Store) -> None:
    with past.ranges("default") as ranges:
        assert ranges.singles(T0, T0 + DAY, checks=["shop/list", "shop/nobody"]).keys() == {"shop/list"}
        assert ranges.singles(T0 - DAY, T0) == {}


@pytest.mark.parametrize("is_purged", [False, True])
def test_sums_are_those_of_each_check(past: Store, *, is_purged: bool) -> None:
    if is_purged:
        for _ in past.purge(Retention(raw=DAY), now=T0 + 5 * DAY):
            pass
    for first, last in ((0, 96), (0, 24), (5, 77), (23, 25), (90, 120)):
        start, end = T0 + first * HOUR, T0 + last * HOUR
        with past.ranges("default") as ranges:
            found = ranges.sums(start, end)
            tiles = {check: ranges.tiles(check, (start, end)) for check in CHECKS}
        for check, its in tiles.items():
            whole = merged_figures([tile.figures for tile in its])
            figures = found.get(check, merged_figures([]))
            assert {state: count for state, count in figures.states.items() if count} == whole.states
            assert figures.statuses == whole.statuses
            assert figures.phases == whole.phases
            assert (figures.bytes_sent, figures.bytes_received) == (whole.bytes_sent, whole.bytes_received)


def test_what_was_not_measured_has_no_status(store: Store) -> None:
    spoilt = replace(
        result("shop/list", 0, State.UNKNOWN), failure=FailureKind.PROBER_FAULT, http_status=200, phases=Phases(wait=9)
    )
    filled(store, spoilt, result("shop/list", 10))

    with store.ranges("default") as ranges:
        found = ranges.sums(T0, T0 + 30 * MINUTE)["shop/list"]

    assert found.measured == 1
    assert found.statuses == {200: 1}
