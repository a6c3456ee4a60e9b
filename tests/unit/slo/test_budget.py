from __future__ import annotations

from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from probe.model.sla import CalendarUnit, Objective, ObjectiveKind, ObjectiveWindow
from probe.model.units import DAY, HOUR, MINUTE, SECOND, WEEK, from_iso, to_iso
from probe.slo.budget import ObjectiveStatus, status, window_period
from probe.slo.periods import Period

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
UTC = ZoneInfo("UTC")
NOW = from_iso("2026-11-20T12:00:00Z")


def objective(target: str = "0.999", window: ObjectiveWindow = 30 * DAY) -> Objective:
    return Objective(name="availability", kind=ObjectiveKind.AVAILABILITY, target=Fraction(target), window=window)


def stands(
    of: Objective | None = None,
    *,
    error: str | Fraction | None = "0",
    counted: int | None = None,
    burn: str | None = None,
    until: int = NOW,
) -> ObjectiveStatus:
    """The status at a moment; by default all of the window counts."""
    of = of or objective()
    window = window_period(of.window, until=until, zone=UTC)
    return status(
        of,
        window=window,
        until=until,
        error=None if error is None else Fraction(error),
        counted=until - window.start if counted is None else counted,
        burn_error=None if burn is None else Fraction(burn) * (1 - of.target),
    )


@pytest.mark.parametrize(
    ("target", "days", "minutes"),
    [
        ("0.999", 30, "43.2"),
        ("0.999", 7, "10.08"),
        ("0.999", 28, "40.32"),
        ("0.999", 31, "44.64"),
        ("0.999", 90, "129.6"),
        ("0.999", 365, "525.6"),
        ("0.9995", 30, "21.6"),
        ("0.9999", 30, "4.32"),
        ("0.9999", 365, "52.56"),
        ("0.99999", 30, "0.432"),
        ("0.99999", 365, "5.256"),
        ("0.99", 30, "432"),
        ("0.9995", 7, "5.04"),  # OpenSLO, examples/treat-low-traffic-as-equally-important: 5 min 2.4 s
    ],
)
def test_the_budget_is_what_may_go_wrong_in_the_window(target: str, days: int, minutes: str) -> None:
    assert stands(objective(target, days * DAY)).budget == Fraction(minutes) * MINUTE


@pytest.mark.parametrize(
    ("month", "zone", "minutes"),
    [("2026-03", BERLIN, 44_580), ("2026-10", BERLIN, 44_700), ("2026-11", NEW_YORK, 43_260),
     ("2026-04", LORD_HOWE, 43_230), ("2026-10", LORD_HOWE, 44_610), ("2026-03", UTC, 44_640)],
)  # fmt: skip
def test_a_month_is_as_long_as_it_is_in_its_zone(month: str, zone: ZoneInfo, minutes: int) -> None:
    start, end = window_period(CalendarUnit.MONTH, until=from_iso(f"{month}-15T00:00:00Z"), zone=zone)

    assert end - start == minutes * MINUTE


@pytest.mark.parametrize(
    ("unit", "start", "end"),
    [
        (CalendarUnit.DAY, "2026-11-19T23:00:00Z", "2026-11-20T23:00:00Z"),
        (CalendarUnit.WEEK, "2026-11-15T23:00:00Z", "2026-11-22T23:00:00Z"),
        (CalendarUnit.MONTH, "2026-10-31T23:00:00Z", "2026-11-30T23:00:00Z"),
        (CalendarUnit.QUARTER, "2026-09-30T22:00:00Z", "2026-12-31T23:00:00Z"),
        (CalendarUnit.YEAR, "2025-12-31T23:00:00Z", "2026-12-31T23:00:00Z"),
    ],
)
def test_a_calendar_window_is_the_whole_one_that_holds_the_moment(unit: CalendarUnit, start: str, end: str) -> None:
    assert tuple(map(to_iso, window_period(unit, until=NOW, zone=BERLIN))) == (start, end)


@pytest.mark.parametrize("unit", list(CalendarUnit))
def test_a_window_that_ends_with_the_calendar_is_the_one_before_the_border(unit: CalendarUnit) -> None:
    border = from_iso("2029-01-01T00:00:00Z")  # a Monday

    assert window_period(unit, until=border, zone=UTC).end == border
    assert window_period(unit, until=border + 1, zone=UTC).start == border


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25)])
def test_a_day_on_which_the_clocks_change_is_shorter_or_longer(day: str, hours: int) -> None:
    start, end = window_period(CalendarUnit.DAY, until=from_iso(f"{day}T12:00:00Z"), zone=BERLIN)

    assert end - start == hours * HOUR


def test_a_rolling_window_ends_at_the_moment() -> None:
    assert window_period(28 * DAY, until=NOW, zone=BERLIN) == Period(NOW - 28 * DAY, NOW)


def test_what_is_spent_is_the_share_of_the_time_that_counts() -> None:
    found = stands(error="0.0005", counted=20 * DAY)

    assert found.spent == Fraction("14.4") * MINUTE
    assert found.remaining_ratio == Fraction(2, 3)


def test_an_objective_is_met_at_its_target_exactly() -> None:
    assert stands(error="0.001").met is True
    assert stands(error=Fraction(1, 1000) + Fraction(1, 10**18)).met is False


def test_where_nothing_is_known_nothing_is_said_but_the_budget() -> None:
    found = stands(error=None, counted=0)

    assert found.budget == Fraction("43.2") * MINUTE
    assert (found.attained, found.met, found.spent, found.remaining_ratio) == (None, None, None, None)
    assert (found.burn_rate, found.exhausted_at) == (None, None)


@pytest.mark.parametrize(("burn", "hours"), [("14.4", 50), ("6", 120), ("3", 240), ("1", 720)])
def test_a_fresh_budget_lasts_for_the_window_by_the_burn_rate(burn: str, hours: int) -> None:
    assert stands(burn=burn).exhausted_at == NOW + hours * HOUR


def test_it_runs_out_earlier_when_some_of_it_is_spent() -> None:
    assert stands(error="0.0005", burn="14.4").exhausted_at == NOW + 25 * HOUR


def test_at_a_burn_of_nothing_it_never_runs_out() -> None:
    assert stands(burn="0").exhausted_at is None


def test_it_does_not_run_out_when_a_whole_window_passes_before() -> None:
    """For then all that is spent now lies behind the window."""
    assert stands(burn="0.999").exhausted_at is None
    assert stands(error="0.0005", burn="0.5").exhausted_at == NOW + 30 * DAY


def test_a_calendar_window_that_ends_before_begins_anew_with_its_whole_budget() -> None:
    month = objective(window=CalendarUnit.MONTH)

    assert stands(month, burn="2.9").exhausted_at == NOW + _lasts("2.9")
    assert stands(month, burn="2.8").exhausted_at is None  # 10.7 days: the month ends in 10.5


def _lasts(burn: str) -> int:
    """How long the budget of a month of 30 days lasts, rounded up."""
    return -int(-(30 * DAY) // Fraction(burn))


def test_a_budget_that_is_overspent_ran_out_in_the_past() -> None:
    found = stands(error="0.002", burn="2")

    assert found.remaining_ratio == -1
    assert found.exhausted_at == NOW - 15 * DAY


def test_it_never_ran_out_before_the_window_began() -> None:
    assert stands(error="0.5", burn="0.001").exhausted_at == NOW - 30 * DAY


@pytest.mark.parametrize("burn", ["0", None])
def test_an_overspent_budget_that_burns_no_more_is_exhausted_now(burn: str | None) -> None:
    assert stands(error="0.002", burn=burn).exhausted_at == NOW


def test_the_budget_of_a_week_in_slices_of_a_minute_is_five_minutes_and_2_4_seconds() -> None:
    assert stands(objective("0.9995", WEEK)).budget == 5 * MINUTE + Fraction("2.4") * SECOND
