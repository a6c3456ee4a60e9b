from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probe.model.check import Check
from probe.model.grid import slots
from probe.model.sample import FailureKind
from probe.model.units import HOUR, MINUTE, SECOND, Micros
from probe.runtime.scheduler import GRACE, TICK, Gap, Scheduler
from tests.fakes.checks import make_check
from tests.fakes.clock import FakeClock

START = 1_795_000_000 * SECOND


class World:
    """A scheduler on a fake clock, and what it did."""

    def __init__(self, *checks: Check) -> None:
        self.clock = FakeClock(START)
        self.started: list[tuple[str, Micros, Micros]] = []
        self.gaps: list[Gap] = []
        self.scheduler = Scheduler(self.clock, self._start, self.gaps.append)
        self.scheduler.replace(checks)

    def _start(self, check: Check, slot: Micros) -> None:
        self.started.append((check.id, slot, self.clock.now() - slot))

    def run(self, seconds: float) -> None:
        for _ in range(round(seconds / TICK)):
            self.scheduler.tick()
            self.clock.advance(TICK)

    def accounted(self) -> Counter[tuple[str, Micros]]:
        """Every slot that was started or reported as missed, and how often."""
        missed = (
            (gap.check.id, slot)
            for gap in self.gaps
            for slot in slots(gap.check.id, gap.check.interval, gap.start, gap.end)
        )
        return Counter([*((name, slot) for name, slot, _ in self.started), *missed])

    def expected(self, check: Check, until: Micros) -> set[tuple[str, Micros]]:
        return {(check.id, slot) for slot in slots(check.id, check.interval, START + 1, until)}


def test_it_starts_every_slot_once_and_on_time() -> None:
    check = make_check(interval=SECOND)
    world = World(check)
    world.run(60)
    assert world.accounted() == Counter(dict.fromkeys(world.expected(check, world.clock.now() + 1), 1))
    assert all(abs(lateness) <= 10 for _, _, lateness in world.started)
    assert not world.gaps


def test_checks_of_one_interval_start_spread_over_it() -> None:
    world = World(*(make_check(f"shop/c{number}") for number in range(600)))
    world.run(60)
    per_second = Counter((slot - START) // SECOND for _, slot, _ in world.started)
    assert len(world.started) == 600
    assert max(per_second.values()) < 30


def test_after_a_pause_it_does_not_burst_and_reports_what_was_missed() -> None:
    checks = [make_check(f"shop/c{number}", interval=5 * SECOND) for number in range(100)]
    world = World(*checks)
    world.run(10)
    before = len(world.started)
    world.clock.freeze(60)
    world.scheduler.tick()
    world.clock.advance(0.001)
    assert len(world.started) - before <= 100 * GRACE // (5 * SECOND) * 2  # a second's worth, not a minute's
    world.run(10)
    for check in checks:
        due = world.expected(check, world.clock.now() + 1)
        assert {key: world.accounted()[key] for key in due} == dict.fromkeys(due, 1)
    assert {gap.reason for gap in world.gaps} == {FailureKind.MISSED}


def test_a_slot_planned_before_a_pause_is_missed_not_started_late() -> None:
    check = make_check(interval=SECOND)
    world = World(check)
    world.scheduler.tick()
    world.clock.freeze(30)
    world.clock.advance(0)
    assert all(lateness <= GRACE for _, _, lateness in world.started)
    assert world.gaps


def test_a_clock_set_back_does_not_stop_the_checks() -> None:
    world = World(make_check(interval=SECOND))
    world.run(10)
    world.clock.step(-HOUR)
    before = len(world.started)
    world.run(10)
    assert len(world.started) - before >= 9


def test_a_clock_set_forward_leaves_missed_slots_and_no_burst() -> None:
    check = make_check(interval=SECOND)
    world = World(check)
    world.run(10)
    world.clock.step(HOUR)
    before = len(world.started)
    world.run(2)
    assert len(world.started) - before <= 4
    due = world.expected(check, world.clock.now() - 2 * SECOND)
    assert due <= set(world.accounted())


def test_a_reload_leaves_the_slots_of_unchanged_checks_alone() -> None:
    kept, dropped, added = (
        make_check("shop/kept", interval=SECOND),
        make_check("shop/dropped", interval=SECOND),
        make_check("shop/added", interval=SECOND),
    )
    world = World(kept, dropped)
    world.run(5)
    world.scheduler.tick()
    world.scheduler.replace([kept, added])
    at = world.clock.now()
    world.run(5)
    due = world.expected(kept, world.clock.now() + 1)
    assert {key: world.accounted()[key] for key in due} == dict.fromkeys(due, 1)
    assert not [name for name, slot, _ in world.started if name == "shop/dropped" and slot > at]
    assert len([name for name, _, _ in world.started if name == "shop/added"]) in (5, 6)


def test_a_changed_check_is_run_in_its_new_form() -> None:
    world = World(make_check(interval=SECOND))
    world.run(3)
    world.scheduler.replace([make_check(interval=2 * SECOND)])
    before = len(world.started)
    world.run(10)
    assert len(world.started) - before == 5


def test_once_stopped_it_starts_nothing_more() -> None:
    world = World(make_check(interval=SECOND))
    world.scheduler.tick()
    world.scheduler.stop()
    world.clock.advance(10)
    assert not world.started


@settings(max_examples=50)
@given(
    st.lists(st.tuples(st.sampled_from(["run", "freeze"]), st.floats(0.5, 90)), max_size=6),
    st.sampled_from([SECOND, 7 * SECOND, MINUTE]),
)
def test_whatever_happens_every_slot_is_started_or_missed_exactly_once(
    events: list[tuple[str, float]], interval: Micros
) -> None:
    check = make_check(interval=interval)
    world = World(check)
    for kind, seconds in events:
        if kind == "run":
            world.run(seconds)
        else:
            world.clock.freeze(seconds)
    world.run(5)
    due = world.expected(check, world.clock.now() - GRACE)
    counted = world.accounted()
    assert due <= set(counted)
    assert set(counted.values()) <= {1}


@pytest.mark.parametrize("interval", [SECOND, MINUTE])
def test_a_restart_changes_no_slot(interval: Micros) -> None:
    first, second = World(make_check(interval=interval)), World(make_check(interval=interval))
    first.run(130)
    second.clock.advance(30)
    second.scheduler.replace([])
    second.scheduler.replace([make_check(interval=interval)])
    second.run(100)
    assert {slot for _, slot, _ in second.started} <= {slot for _, slot, _ in first.started}
