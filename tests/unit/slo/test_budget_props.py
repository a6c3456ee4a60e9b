from __future__ import annotations

from fractions import Fraction
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from probe.model.sla import BURN_WINDOWS, BurnWindow, CalendarUnit, Objective, ObjectiveKind, ObjectiveWindow
from probe.model.units import DAY, HOUR, from_iso
from probe.slo.budget import ObjectiveStatus, status, window_period
from probe.slo.burn import BurnReason, burning, can_fire

ZONES = [ZoneInfo(name) for name in ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata")]
MOMENTS = st.integers(from_iso("2000-01-01T00:00:00Z"), from_iso("2090-01-01T00:00:00Z"))
WINDOWS: st.SearchStrategy[ObjectiveWindow] = st.sampled_from(CalendarUnit) | st.integers(HOUR, 400 * DAY)
RATIOS = st.fractions(0, 1, max_denominator=10**6)
TARGETS = st.fractions(Fraction(1, 100), Fraction(99_999, 100_000), max_denominator=10**5)


def stands(
    window: ObjectiveWindow, until: int, zone: ZoneInfo, target: Fraction, error: Fraction | None, burn: Fraction | None
) -> ObjectiveStatus:
    objective = Objective(name="a", kind=ObjectiveKind.AVAILABILITY, target=target, window=window)
    period = window_period(window, until=until, zone=zone)
    counted = until - period.start
    return status(objective, window=period, until=until, error=error, counted=counted, burn_error=burn)


@given(WINDOWS, MOMENTS, st.sampled_from(ZONES))
def test_a_window_holds_the_last_moment_before_its_report(window: ObjectiveWindow, until: int, zone: ZoneInfo) -> None:
    period = window_period(window, until=until, zone=zone)

    assert period.start <= until - 1 < period.end
    assert window_period(window, until=period.end, zone=zone) == period


@given(st.sampled_from(CalendarUnit), MOMENTS, st.sampled_from(ZONES))
def test_windows_of_the_calendar_follow_on_one_another(unit: CalendarUnit, until: int, zone: ZoneInfo) -> None:
    period = window_period(unit, until=until, zone=zone)

    assert window_period(unit, until=period.start, zone=zone).end == period.start
    assert window_period(unit, until=period.end + 1, zone=zone).start == period.end


@given(WINDOWS, MOMENTS, st.sampled_from(ZONES), TARGETS, RATIOS, RATIOS)
def test_what_is_spent_never_falls_when_more_fails(
    window: ObjectiveWindow, until: int, zone: ZoneInfo, target: Fraction, some: Fraction, more: Fraction
) -> None:
    some, more = sorted((some, more))
    before, after = (stands(window, until, zone, target, error, None) for error in (some, more))

    assert before.spent is not None
    assert after.spent is not None
    assert before.spent <= after.spent


@given(WINDOWS, MOMENTS, st.sampled_from(ZONES), TARGETS, RATIOS)
def test_all_of_the_budget_is_left_exactly_when_nothing_failed(
    window: ObjectiveWindow, until: int, zone: ZoneInfo, target: Fraction, error: Fraction
) -> None:
    found = stands(window, until, zone, target, error, None)

    assert (found.remaining_ratio == 1) is (error == 0)


@given(st.integers(HOUR, 400 * DAY), MOMENTS, TARGETS, RATIOS)
def test_a_rolling_objective_is_met_exactly_while_budget_is_left(
    window: int, until: int, target: Fraction, error: Fraction
) -> None:
    found = stands(window, until, ZONES[0], target, error, None)

    assert found.remaining_ratio is not None
    assert found.met is (found.remaining_ratio >= 0)


@given(WINDOWS, MOMENTS, st.sampled_from(ZONES), TARGETS, RATIOS, st.fractions(Fraction(1, 100), 100))
def test_burning_on_until_it_is_exhausted_spends_what_is_left(
    window: ObjectiveWindow, until: int, zone: ZoneInfo, target: Fraction, share: Fraction, rate: Fraction
) -> None:
    burn = rate * (1 - target)
    found = stands(window, until, zone, target, share * (1 - target), burn)
    last = until + window if isinstance(window, int) else found.window.end
    assert found.spent is not None

    if found.exhausted_at is None:
        assert (last - until) * burn < found.budget - found.spent
    else:
        assert 0 <= (found.exhausted_at - until) * burn - (found.budget - found.spent) < burn  # rounded up
        assert found.exhausted_at <= last


@given(st.sampled_from(BURN_WINDOWS), TARGETS, RATIOS, RATIOS, st.integers(0, 5))
def test_only_a_pair_that_can_fire_does(
    pair: BurnWindow, target: Fraction, long: Fraction, short: Fraction, bad: int
) -> None:
    objective = Objective(name="a", kind=ObjectiveKind.AVAILABILITY, target=target, window=30 * DAY)
    found = burning(pair, objective=objective, window=30 * DAY, long_error=long, short_error=short, bad_samples=bad)

    if found.reason in (BurnReason.BURNING, BurnReason.TOO_FEW_BAD_SAMPLES, BurnReason.SHORT_WINDOW_FINE):
        assert can_fire(pair, target=target, window=30 * DAY)
