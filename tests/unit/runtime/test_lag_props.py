from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from probe.model.units import SECOND
from probe.runtime.lag import LAG_LIMIT, STEP, LagMeter
from tests.fakes.clock import FakeClock

pieces = st.lists(st.tuples(st.booleans(), st.floats(0.001, 40)), max_size=20)


@given(pieces)
def test_the_longest_lag_of_a_minute_is_exact_to_a_second(past: list[tuple[bool, float]]) -> None:
    clock = FakeClock(1_795_000_000 * SECOND)
    meter = LagMeter(clock)
    meter.start()
    lags: list[tuple[float, float]] = []
    for freezes, seconds in past:
        if freezes:
            clock.freeze(seconds)
            clock.advance(STEP)
            lags.append((clock.monotonic(), seconds))
        else:
            clock.advance(seconds)
    now = clock.monotonic()
    surely = max((lag for at, lag in lags if at > now - 58), default=0.0)
    at_most = max((lag for at, lag in lags if at > now - 62), default=0.0)
    assert surely - STEP <= meter.last_minute() + 1e-6
    assert meter.last_minute() <= at_most + 1e-6


@given(pieces, st.floats(0, 1))
def test_standing_still_never_exceeds_the_time_that_passed(past: list[tuple[bool, float]], share: float) -> None:
    clock = FakeClock(1_795_000_000 * SECOND)
    meter = LagMeter(clock)
    meter.start()
    began = clock.monotonic()
    frozen = 0.0
    for freezes, seconds in past:
        (clock.freeze if freezes else clock.advance)(seconds)
        frozen += seconds if freezes else 0.0
    since = began + share * (clock.monotonic() - began)
    stood_still = meter.stood_still(since)
    assert 0 <= stood_still <= min(frozen, clock.monotonic() - since) + 1e-6
    assert stood_still <= meter.stood_still(began) + 1e-6
    if past and past[-1][0] and past[-1][1] >= LAG_LIMIT + STEP:
        assert meter.stood_still(clock.monotonic() - past[-1][1]) >= LAG_LIMIT
