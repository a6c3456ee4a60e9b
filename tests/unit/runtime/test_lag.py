from __future__ import annotations

import pytest

from probe.model.units import SECOND
from probe.runtime.lag import LAG_LIMIT, STEP, LagMeter
from tests.fakes.clock import FakeClock

NOW = 1_795_000_000 * SECOND


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW)


@pytest.fixture
def lag(clock: FakeClock) -> LagMeter:
    meter = LagMeter(clock)
    meter.start()
    clock.advance(1)
    return meter


def test_a_loop_that_goes_on_never_stood_still(clock: FakeClock, lag: LagMeter) -> None:
    clock.advance(10)
    assert lag.stood_still(0) == 0
    assert lag.stalls == 0
    assert lag.last_minute() == pytest.approx(0)


def test_a_stall_is_remembered_with_its_length(clock: FakeClock, lag: LagMeter) -> None:
    since = clock.monotonic()
    clock.freeze(1.2)
    clock.advance(5)
    assert lag.stood_still(since) == pytest.approx(1.2, abs=STEP)
    assert lag.stalls == 1
    assert lag.last_day() == pytest.approx(1.2, abs=STEP)


def test_a_stall_that_is_over_counts_before_its_timer_comes(clock: FakeClock, lag: LagMeter) -> None:
    since = clock.monotonic()
    clock.freeze(1.2)
    assert lag.stood_still(since) == pytest.approx(1.2, abs=STEP)
    assert lag.stalls == 0


def test_an_attempt_is_spoilt_only_by_what_lies_in_it(clock: FakeClock, lag: LagMeter) -> None:
    clock.freeze(0.5)
    after = clock.monotonic()
    assert lag.stood_still(after) == 0
    clock.advance(1)
    assert lag.stood_still(after) == 0
    assert lag.stood_still(after - 0.3) == pytest.approx(0.3)


def test_several_stalls_add_up(clock: FakeClock, lag: LagMeter) -> None:
    since = clock.monotonic()
    for _ in range(3):
        clock.freeze(0.4)
        clock.advance(1)
    assert lag.stood_still(since) == pytest.approx(1.2, abs=3 * STEP)


@pytest.mark.parametrize(("seconds", "stalls"), [(LAG_LIMIT - 0.001, 0), (LAG_LIMIT + STEP, 1)])
def test_below_the_limit_nothing_is_spoilt(clock: FakeClock, lag: LagMeter, seconds: float, stalls: int) -> None:
    since = clock.monotonic()
    clock.freeze(seconds)
    clock.advance(1)
    assert lag.stalls == stalls
    assert (lag.stood_still(since) > 0) == bool(stalls)


def test_a_suspended_machine_shows_only_on_the_wall_clock(clock: FakeClock, lag: LagMeter) -> None:
    since = clock.monotonic()
    clock.step(30 * SECOND)
    assert lag.stood_still(since) == pytest.approx(30)
    clock.advance(1)
    after = clock.monotonic()
    clock.advance(1)
    assert lag.stood_still(since) == pytest.approx(30)
    assert lag.stood_still(after) == 0


@pytest.mark.parametrize("by", [-30 * SECOND, SECOND // 2])
def test_a_clock_that_is_set_back_or_set_right_is_no_stall(clock: FakeClock, lag: LagMeter, by: int) -> None:
    since = clock.monotonic()
    clock.step(by)
    clock.advance(1)
    assert lag.stood_still(since) == 0


def test_the_last_minute_forgets(clock: FakeClock, lag: LagMeter) -> None:
    clock.freeze(1.2)
    clock.advance(59)
    assert lag.last_minute() == pytest.approx(1.2, abs=STEP)
    clock.advance(2)
    assert lag.last_minute() == pytest.approx(0)
    assert lag.last_day() == pytest.approx(1.2, abs=STEP)


def test_it_remembers_a_bounded_number_of_stalls(clock: FakeClock, lag: LagMeter) -> None:
    since = clock.monotonic()
    for _ in range(2_000):
        clock.freeze(0.3)
        clock.advance(STEP)
    assert lag.stalls == 2_000
    assert 250 < lag.stood_still(since) < 400


def test_stopped_it_doubts_nothing(clock: FakeClock, lag: LagMeter) -> None:
    since = clock.monotonic()
    lag.stop()
    clock.freeze(5)
    clock.advance(5)
    assert lag.stood_still(since) == 0
