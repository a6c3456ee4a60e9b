from __future__ import annotations

from fractions import Fraction

import pytest

from probe.model.sla import BURN_WINDOWS, AlertLevel, BurnWindow, CalendarUnit, Objective, ObjectiveKind
from probe.model.units import DAY, HOUR, MINUTE, SECOND
from probe.slo.burn import Burning, BurnReason, burning, can_fire, nominal, rate, single_failure_interval, usual_pairs

THREE_NINES = Fraction("0.999")
OBJECTIVE = Objective(
    name="availability", kind=ObjectiveKind.AVAILABILITY, target=THREE_NINES, window=30 * DAY, min_bad_samples=2
)
PAGE = BURN_WINDOWS[0]


def judged(long: str | None, short: str | None, bad: int = 9) -> Burning:
    return burning(
        PAGE,
        objective=OBJECTIVE,
        window=30 * DAY,
        long_error=None if long is None else Fraction(long),
        short_error=None if short is None else Fraction(short),
        bad_samples=bad,
    )


def test_the_usual_windows_have_the_rates_of_the_workbook_over_30_days() -> None:
    assert [rate(pair, 30 * DAY) for pair in BURN_WINDOWS] == [Fraction("14.4"), 6, 3, 1]


def test_over_28_days_the_rates_are_lower() -> None:
    assert [rate(pair, 28 * DAY) for pair in BURN_WINDOWS] == [
        Fraction("13.44"), Fraction("5.6"), Fraction("2.8"), Fraction(14, 15),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("long", "budget", "expected"),
    [(HOUR, "0.08", "13.44"), (6 * HOUR, "0.125", "3.5"), (DAY, "0.2", "1.4"), (3 * DAY, "0.42", "0.98")],
)
def test_over_7_days_the_rates_are_those_of_sloth(long: int, budget: str, expected: str) -> None:
    pair = BurnWindow(level=AlertLevel.WARNING, long=long, short=MINUTE, budget=Fraction(budget))

    assert rate(pair, 7 * DAY) == Fraction(expected)


def test_a_rate_takes_its_share_of_the_budget_in_its_long_window() -> None:
    shares = [rate(pair, 30 * DAY) * pair.long / (30 * DAY) for pair in BURN_WINDOWS]

    assert shares == [Fraction(2, 100), Fraction(5, 100), Fraction(1, 10), Fraction(1, 10)]


def test_one_failed_probe_fires_from_a_certain_interval_on() -> None:
    longest = [single_failure_interval(pair, target=THREE_NINES, window=30 * DAY) for pair in BURN_WINDOWS]

    assert longest == [seconds * SECOND for seconds in map(Fraction, ("51.84", "129.6", "259.2", "259.2"))]


def test_an_outage_makes_the_long_windows_burn_after_seconds() -> None:
    """An outage of `t` is an error ratio of `t / long` in the long window."""
    needed = [rate(pair, 30 * DAY) * (1 - THREE_NINES) * pair.long / MINUTE for pair in BURN_WINDOWS]

    assert needed == [Fraction(text) for text in ("0.864", "2.16", "4.32", "4.32")]


@pytest.mark.parametrize(("target", "possible"), [("0.9306", True), ("0.93", False), ("0.9", False), ("0.999", True)])
def test_a_lax_target_never_burns_at_14_times_the_rate(target: str, possible: bool) -> None:
    assert can_fire(PAGE, target=Fraction(target), window=30 * DAY) is possible


def test_a_total_outage_just_reaches_the_highest_rate_there_is() -> None:
    assert can_fire(PAGE, target=1 - 1 / Fraction("14.4"), window=30 * DAY)


def test_windows_of_the_calendar_have_a_nominal_length() -> None:
    assert [nominal(unit) // DAY for unit in CalendarUnit] == [1, 7, 30, 90, 365]
    assert nominal(28 * DAY) == 28 * DAY


def test_the_usual_pairs_look_no_further_back_than_the_objective() -> None:
    assert usual_pairs(CalendarUnit.MONTH) == BURN_WINDOWS
    assert [pair.long for pair in usual_pairs(CalendarUnit.DAY)] == [HOUR, 6 * HOUR, DAY]
    assert usual_pairs(30 * MINUTE) == ()


@pytest.mark.parametrize(
    ("long", "short", "bad", "reason"),
    [
        ("0.0144", "0.0144", 2, BurnReason.BURNING),
        ("1", "1", 2, BurnReason.BURNING),
        ("0.0143999", "1", 9, BurnReason.NOT_BURNING),
        ("0", "0", 0, BurnReason.NOT_BURNING),
        ("0.0144", "0.0143999", 9, BurnReason.SHORT_WINDOW_FINE),
        ("1", "1", 1, BurnReason.TOO_FEW_BAD_SAMPLES),
        (None, "1", 9, BurnReason.NOTHING_KNOWN),
        ("1", None, 9, BurnReason.NOTHING_KNOWN),
        (None, None, 0, BurnReason.NOTHING_KNOWN),
    ],
)
def test_it_says_why_it_burns_or_does_not(long: str | None, short: str | None, bad: int, reason: BurnReason) -> None:
    found = judged(long, short, bad)

    assert found.reason is reason
    assert found.is_burning is (reason is BurnReason.BURNING)


def test_it_says_what_it_rests_on() -> None:
    found = judged("0.02", "0.5", 7)

    assert (found.pair, found.bad_samples) == (PAGE, 7)
    assert (found.rate, found.long, found.short) == (Fraction("14.4"), Fraction(20), Fraction(500))
