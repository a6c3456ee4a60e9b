"""Whether an error budget burns too fast, by two windows: chapter 5 of Google's SRE workbook, for probes.

The burn rate is the error ratio by what may go wrong: `error / (1 - target)`. At 1 the budget lasts exactly as long as
the objective's window. Over the long window it tells that much is gone, over the short one that it goes still.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Final

from probe.model.sla import BURN_WINDOWS, BurnWindow, CalendarUnit, Objective, ObjectiveWindow
from probe.model.units import DAY, Micros

_NOMINAL: Final = {
    CalendarUnit.DAY: DAY,
    CalendarUnit.WEEK: 7 * DAY,
    CalendarUnit.MONTH: 30 * DAY,
    CalendarUnit.QUARTER: 90 * DAY,
    CalendarUnit.YEAR: 365 * DAY,
}


class BurnReason(StrEnum):
    """Why a pair of windows tells that the budget burns too fast, or doesn't."""

    BURNING = "burning"
    NOT_BURNING = "not burning"  # the long window is below the rate
    SHORT_WINDOW_FINE = "short window is fine again"
    TOO_FEW_BAD_SAMPLES = "too few bad samples"
    NOTHING_KNOWN = "nothing known"  # in one of the windows, or in both


@dataclass(frozen=True, slots=True, kw_only=True)
class Burning:
    """What a pair of windows tells, and what it rests on.

    Attributes:
        rate: the burn rate from which on it is too fast.
        long, short: the burn rates of both windows; `None` where nothing is known.
        bad_samples: bad results in the long window.
    """

    pair: BurnWindow
    rate: Fraction
    long: Fraction | None
    short: Fraction | None
    bad_samples: int
    reason: BurnReason

    @property
    def is_burning(self) -> bool:
        """Whether something should be done."""
        return self.reason is BurnReason.BURNING


def nominal(window: ObjectiveWindow) -> Micros:
    """How long a window is, where no moment says so: a month has 30 days, a quarter 90, a year 365."""
    return window if isinstance(window, int) else _NOMINAL[window]


def usual_pairs(window: ObjectiveWindow) -> tuple[BurnWindow, ...]:
    """The usual pairs, without those that look further back than an objective does."""
    return tuple(pair for pair in BURN_WINDOWS if pair.long <= nominal(window))


def rate(pair: BurnWindow, window: Micros) -> Fraction:
    """The burn rate at which the pair's share of the budget is gone after its long window: `budget · window / long`."""
    return pair.budget * window / pair.long


def burn_rate(error: Fraction, target: Fraction) -> Fraction:
    """How many times as fast as the objective allows the budget is spent."""
    return error / (1 - target)


def can_fire(pair: BurnWindow, *, target: Fraction, window: Micros) -> bool:
    """Whether a total outage would reach the rate: nothing burns faster than `1 / (1 - target)`."""
    return rate(pair, window) <= burn_rate(Fraction(1), target)


def single_failure_interval(pair: BurnWindow, *, target: Fraction, window: Micros) -> Fraction:
    """The longest interval, microseconds, at which one failed result alone doesn't make the long window burn too fast.

    One result of `long / interval` is an error ratio of `interval / long`: beyond `long · rate · (1 - target)` it is one
    above the rate (STANDARDS §1.5).
    """
    return pair.long * rate(pair, window) * (1 - target)


def burning(
    pair: BurnWindow,
    *,
    objective: Objective,
    window: Micros,
    long_error: Fraction | None,
    short_error: Fraction | None,
    bad_samples: int,
) -> Burning:
    """Whether both windows are at or above the pair's rate, and what says so is more than an accident.

    Args:
        window: how long the objective's is, microseconds.
        long_error, short_error: the error ratios of both windows; `None` where nothing is known.
        bad_samples: bad results in the long window.
    """
    target = objective.target
    long, short = (None if error is None else burn_rate(error, target) for error in (long_error, short_error))
    least = rate(pair, window)
    if long is None or short is None:
        reason = BurnReason.NOTHING_KNOWN
    elif long < least:
        reason = BurnReason.NOT_BURNING
    elif short < least:
        reason = BurnReason.SHORT_WINDOW_FINE
    elif bad_samples < objective.min_bad_samples:
        reason = BurnReason.TOO_FEW_BAD_SAMPLES
    else:
        reason = BurnReason.BURNING
    return Burning(pair=pair, rate=least, long=long, short=short, bad_samples=bad_samples, reason=reason)
