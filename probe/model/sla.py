"""By which rules availability is counted, and what it is held against."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Final, TypeAlias

from probe.model.units import DAY, HOUR, MINUTE, Micros


class Method(StrEnum):
    """How availability is counted; all but the first are OpenSLO's budgeting methods."""

    STATE_TIME = "state-time"  # the time that was not down, of the time that is known
    OCCURRENCES = "occurrences"  # good results of all results
    TIMESLICES = "timeslices"  # good slices of all slices
    RATIO_TIMESLICES = "ratio-timeslices"  # the mean of the slices' shares of good results


class UnknownRule(StrEnum):
    """What an unknown moment is taken for."""

    EXCLUDE = "exclude"
    UP = "up"
    DOWN = "down"


class MaintenanceRule(StrEnum):
    """What time in maintenance is taken for."""

    EXCLUDE = "exclude"  # in neither numerator nor denominator
    COUNT_AS_UP = "count_as_up"
    IGNORE = "ignore"  # it counts as if there were no maintenance


DEFAULT_SLICE: Final[Micros] = 5 * MINUTE


@dataclass(frozen=True, slots=True, kw_only=True)
class SlaRules:
    """By which rules availability is counted.

    Attributes:
        slice: how long a time slice is, microseconds; multiples of it since the epoch are the borders.
        slice_target: the share of good results from which on a slice is good, of `timeslices`.
        max_gap: for how many microseconds a verdict holds at most; `None` is twice the interval it was measured with.
    """

    method: Method = Method.STATE_TIME
    slice: Micros = DEFAULT_SLICE
    slice_target: Fraction = Fraction(1)
    unknown: UnknownRule = UnknownRule.EXCLUDE
    maintenance: MaintenanceRule = MaintenanceRule.EXCLUDE
    max_gap: Micros | None = None


class GroupKind(StrEnum):
    """When an API is up."""

    ALL = "all"  # while all its checks are
    ANY = "any"  # while any of them is
    QUORUM = "quorum"  # while at least so many of them are
    MEAN = "mean"  # at each instant to the share of them that are


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRule:
    """How an API's state follows from those of its checks; `quorum` is how many must be up, of `QUORUM`."""

    kind: GroupKind = GroupKind.ALL
    quorum: int = 1


class CalendarUnit(StrEnum):
    """Windows that begin with the calendar; a week on Monday."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


ObjectiveWindow: TypeAlias = Micros | CalendarUnit
"""Rolling, of so many microseconds up to now; or the calendar's, in the file's time zone."""


class AlertLevel(StrEnum):
    """How urgent a thing is."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class BurnWindow:
    """A pair of windows: the budget burns too fast while both do.

    Attributes:
        long, short: how far back each of them looks.
        budget: the share of the whole budget that is gone at the end of `long`; the burn rate follows from it.
    """

    level: AlertLevel
    long: Micros
    short: Micros
    budget: Fraction


BURN_WINDOWS: Final = (
    BurnWindow(level=AlertLevel.CRITICAL, long=HOUR, short=5 * MINUTE, budget=Fraction(2, 100)),
    BurnWindow(level=AlertLevel.CRITICAL, long=6 * HOUR, short=30 * MINUTE, budget=Fraction(5, 100)),
    BurnWindow(level=AlertLevel.WARNING, long=DAY, short=2 * HOUR, budget=Fraction(10, 100)),
    BurnWindow(level=AlertLevel.WARNING, long=3 * DAY, short=6 * HOUR, budget=Fraction(10, 100)),
)
"""Those of Google's SRE workbook (chapter 5) and Sloth: over 30 days burn rates of 14.4, 6, 3 and 1."""


class ObjectiveKind(StrEnum):
    """What an objective is about."""

    AVAILABILITY = "availability"
    LATENCY = "latency"


DEFAULT_MIN_BAD_SAMPLES: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """What a service level is held against.

    Attributes:
        name: `availability` or `latency`, unless the file gives it another.
        target: the share that must be good, in (0, 1).
        under: a latency below it is good; of `LATENCY` only.
        method: instead of the rules'; of `AVAILABILITY` only.
        slice, slice_target: instead of the rules'.
        burn: which windows tell that the budget burns too fast.
        min_bad_samples: so many bad results at least must lie in a long window for it to tell so.
    """

    name: str
    kind: ObjectiveKind
    target: Fraction
    window: ObjectiveWindow
    under: Micros | None = None
    method: Method | None = None
    slice: Micros | None = None
    slice_target: Fraction | None = None
    burn: tuple[BurnWindow, ...] = BURN_WINDOWS
    min_bad_samples: int = DEFAULT_MIN_BAD_SAMPLES
