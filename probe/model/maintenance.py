"""Maintenance windows: whose, and when."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

from probe.model.check import api_of
from probe.model.units import Micros

LONGEST_NAME: Final = 200
"""Characters of a window's name, and of who declared it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which checks something is about: those that fit every part that is given; all, where none is.

    Attributes:
        checks, apis: ids; a check fits if it, or its API, is one of them.
        labels: all of them must be the check's.
    """

    checks: tuple[str, ...] = ()
    apis: tuple[str, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()

    @property
    def is_everything(self) -> bool:
        """Whether it is about all checks."""
        return not (self.checks or self.apis or self.labels)

    def holds(self, check: str, labels: tuple[tuple[str, str], ...] = ()) -> bool:
        """Whether a check, by its id, is meant; a check that no file defines any more has no labels."""
        return (
            (not self.checks or check in self.checks)
            and (not self.apis or api_of(check) in self.apis)
            and set(self.labels) <= set(labels)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Once:
    """From a moment up to another; `end` is open while it is `None`."""

    start: Micros
    end: Micros | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recurring:
    """On every day that fits all that is given, in a zone; as Alertmanager's time intervals.

    Attributes:
        zone: IANA name.
        times: minutes of the day `[start, end)`, 0 to 1440; one that ends before it begins, or when it begins, ends on the
            next day. None is the whole day.
        weekdays: 0 is Monday.
        days_of_month: ranges; negative ones count from the month's end, and are clamped to the month.
        months: 1 to 12.
        years: ranges.
    """

    zone: str
    times: tuple[tuple[int, int], ...] = ()
    weekdays: frozenset[int] = frozenset()
    days_of_month: tuple[tuple[int, int], ...] = ()
    months: frozenset[int] = frozenset()
    years: tuple[tuple[int, int], ...] = ()


Schedule: TypeAlias = Once | tuple[Recurring, ...]
"""Of several that recur, all count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceWindow:
    """A stretch of time in which what a check finds doesn't count.

    Attributes:
        id: of those that were declared by a command; empty of those of the file.
        since, until: whatever the schedule says, it counts from the one moment up to the other; `None` is no limit.
    """

    name: str
    scope: Scope
    schedule: Schedule
    id: str = ""
    since: Micros | None = None
    until: Micros | None = None

    @property
    def begins(self) -> Micros | None:
        """The moment before which it doesn't count; `None` where it may at any time."""
        starts = [self.since, self.schedule.start if isinstance(self.schedule, Once) else None]
        return max((start for start in starts if start is not None), default=None)

    @property
    def ends(self) -> Micros | None:
        """The moment from which on it doesn't count any more; `None` where none is known."""
        ends = [self.until, self.schedule.end if isinstance(self.schedule, Once) else None]
        return min((end for end in ends if end is not None), default=None)


class MaintenanceAction(StrEnum):
    """What was done to a window."""

    DECLARED = "declared"  # by a command
    ENDED = "ended"
    WITHDRAWN = "withdrawn"  # ended before it began
    ADDED = "added"  # to the file, and so on
    CHANGED = "changed"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceChange:
    """A change of what counts, which figures may have changed with.

    Attributes:
        author: who made it; of changes of the file, its name.
        window: as it was from then on; of one that was removed, as it had been.
        affects: from when on figures are other ones; `None` is all of the past.
        before: as one that was changed had been.
        location: of a change of the file, whose file it is.
    """

    at: Micros
    author: str
    action: MaintenanceAction
    window: MaintenanceWindow
    affects: Micros | None
    before: MaintenanceWindow | None = None
    location: str | None = None

    @property
    def is_afterwards(self) -> bool:
        """Whether it reaches back to before it was made."""
        return self.affects is None or self.affects < self.at
