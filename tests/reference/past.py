"""A check's past, moment by moment: slow, plain, and written from the definitions alone.

Nothing here knows the program that it is held against. Moments and durations are integer microseconds; time goes by in
ticks, and whatever happens in a history happens on one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Final

UP: Final = "up"
DEGRADED: Final = "degraded"
DOWN: Final = "down"
UNKNOWN: Final = "unknown"
MAINTENANCE: Final = "maintenance"
GOOD: Final = (UP, DEGRADED)


def never(moment: int) -> bool:
    """No maintenance."""
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a slot came to; `interval` is how often the check was measured then."""

    at: int
    state: str
    interval: int
    latency: int | None = None
    status: int | None = None
    failure: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """Down, confirmed, in `[start, end)`; `end` is `None` while it goes on."""

    start: int
    detected: int
    end: int | None

    def holds(self, moment: int) -> bool:
        """Whether it goes on at a moment."""
        return self.start <= moment and (self.end is None or moment < self.end)


@dataclass(frozen=True, kw_only=True, eq=False)
class Past:
    """All that is known of a check, ascending, and how it is to be understood."""

    seen: tuple[Seen, ...]
    runs: int = 1
    recoveries: int = 1
    max_gap: int | None = None
    in_maintenance: Callable[[int], bool] = never

    def gap(self, seen: Seen) -> int:
        """For how long a verdict holds at most."""
        return 2 * seen.interval if self.max_gap is None else self.max_gap

    @cached_property
    def outages(self) -> list[Outage]:
        """An outage opens at the first of `runs` known results in a row that are down, and ends at the first of
        `recoveries` in a row that are not."""
        known = [seen for seen in self.seen if seen.state != UNKNOWN]
        found = []
        place = self._first_row(known, 0, self.runs, (DOWN,))
        while place is not None:
            after = self._first_row(known, place, self.recoveries, GOOD)
            found.append(
                Outage(
                    start=known[place].at,
                    detected=known[place + self.runs - 1].at,
                    end=None if after is None else known[after].at,
                )
            )
            place = None if after is None else self._first_row(known, after, self.runs, (DOWN,))
        return found

    def _first_row(self, known: Sequence[Seen], begin: int, length: int, states: tuple[str, ...]) -> int | None:
        for place in range(begin, len(known) - length + 1):
            row = known[place : place + length]
            follow = all(after.at - before.at <= self.gap(before) for before, after in pairwise(row))
            if follow and all(seen.state in states for seen in row):
                return place
        return None

    def states(self, start: int, end: int, tick: int) -> dict[int, str]:
        """The state at each tick of a period, but for those before the first result."""
        outages = self.outages
        return {
            moment: _counts_as(state, any(each.holds(moment) for each in outages))
            for moment, state in self._measured(start, end, tick)
        }

    def _measured(self, start: int, end: int, tick: int) -> Iterator[tuple[int, str]]:
        place = -1
        first = max(start, self.seen[0].at) if self.seen else end
        for moment in range(first, end, tick):
            while place + 1 < len(self.seen) and self.seen[place + 1].at <= moment:
                place += 1
            if place >= 0:
                holder = self.seen[place]
                yield moment, (holder.state if moment < holder.at + self.gap(holder) else UNKNOWN)

    def missing(self, end: int) -> list[int]:
        """Slots that the interval's grid would have had while nothing is known."""
        return [
            slot
            for seen, border in zip(self.seen, [*(seen.at for seen in self.seen[1:]), end], strict=False)
            for slot in range(seen.at + seen.interval, border, seen.interval)
            if seen.state == UNKNOWN or slot >= seen.at + self.gap(seen)
        ]


def _counts_as(state: str, in_outage: bool) -> str:
    if state == UNKNOWN:
        return UNKNOWN
    if in_outage:
        return DOWN
    return DEGRADED if state == DOWN else state
