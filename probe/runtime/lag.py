"""How late the event loop is, measured all the time: what is timed while it stands still is wrong."""

from __future__ import annotations

from collections import deque
from typing import Final, NamedTuple

import structlog

from probe.model.units import MILLISECOND, SECOND, Micros, format_duration
from probe.runtime.clock import Clock, Timer

STEP: Final = 0.05
"""Seconds between two looks; a stall is seen to be at most so much shorter than it was."""

LAG_LIMIT: Final = 0.25
"""Seconds of standing still that spoil an attempt (see ADR 0013)."""

SUSPENDED: Final = 1.0
"""Seconds by which the wall clock must outrun the monotonic one, which a suspended machine's does not notice."""

TOLD: Final = 1.0
"""Seconds of a stall that is worth a line in the log."""

_MINUTE: Final = 60.0
_DAY: Final = 86_400.0
_MOST_STALLS: Final = 1_024
_STEPS: Final = 60

_log = structlog.get_logger("probe.lag")


def spoken(seconds: float) -> str:
    """A lag as a person says it, to two digits or so: `1.2s`, `310ms`."""
    step = 100 * MILLISECOND if seconds >= 1 else 10 * MILLISECOND
    return format_duration(round(seconds * SECOND / step) * step)


class Stall(NamedTuple):
    """A time in which the loop ran nothing: seconds on the monotonic clock, and those that this clock slept through."""

    start: float
    end: float
    asleep: float

    @property
    def length(self) -> float:
        """How long it was, in seconds."""
        return self.end - self.start + self.asleep

    def within(self, start: float, end: float) -> float:
        """How much of it lies in a time."""
        awake = min(self.end, end) - max(self.start, start)
        return awake + self.asleep if awake >= 0 else 0.0


class LagMeter:
    """Sets itself a timer again and again, and notes by how much it comes late.

    Attributes:
        stalls: how many there were of `LAG_LIMIT` or longer.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._long: deque[Stall] = deque(maxlen=_MOST_STALLS)
        self._timer: Timer | None = None
        self._due = self._looked_at = 0.0
        self._wall: Micros = 0
        self.stalls = 0
        self._minute = _Worst(_MINUTE)
        self._day = _Worst(_DAY)

    def start(self) -> None:
        """Measure from now on."""
        self._look(self._clock.monotonic())

    def stop(self) -> None:
        """Measure no more."""
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def last_minute(self) -> float:
        """The longest lag of the last minute, in seconds."""
        return self._minute.until(self._clock.monotonic())

    def last_day(self) -> float:
        """The longest stall of the last 24 hours, in seconds; 0 when there was none."""
        return self._day.until(self._clock.monotonic())

    def stood_still(self, since: float) -> float:
        """For how many seconds the loop stood still since a moment of the monotonic clock, all stalls together.

        One that is over counts also when its timer has not come yet: what a target sent is read before.
        """
        now = self._clock.monotonic()
        total = 0.0
        if self._timer and (stall := self._stall(now)).length >= LAG_LIMIT:
            total = stall.within(since, now)
        for stall in reversed(self._long):
            if stall.end < since:
                break
            total += stall.within(since, now)
        return total

    def _tick(self) -> None:
        now = self._clock.monotonic()
        stall = self._stall(now)
        self._minute.note(now, stall.length)
        if stall.length >= LAG_LIMIT:
            self._day.note(now, stall.length)
            self.stalls += 1
            self._long.append(stall)
        if stall.length >= TOLD:
            _log.warning("probe stood still", seconds=round(stall.length, 2))
        self._look(now)

    def _look(self, now: float) -> None:
        self._looked_at, self._wall = now, self._clock.now()
        self._due = now + STEP
        self._timer = self._clock.call_later(STEP, self._tick)

    def _stall(self, now: float) -> Stall:
        """What there was since the last look."""
        asleep = (self._clock.now() - self._wall) / SECOND - (now - self._looked_at)
        return Stall(min(self._due, now), now, asleep if asleep >= SUSPENDED else 0.0)


class _Worst:
    """The largest value of the last so many seconds, kept in a bounded number of steps, to the accuracy of one."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._falling: deque[tuple[float, float]] = deque()  # moments and values; each value is less than those before

    def note(self, at: float, value: float) -> None:
        """Take a value; moments never go back."""
        falling = self._falling
        while falling and falling[-1][1] <= value:
            falling.pop()
        while falling and falling[0][0] <= at - self._seconds:
            falling.popleft()
        if not falling or at - falling[-1][0] >= self._seconds / _STEPS:
            falling.append((at, value))

    def until(self, at: float) -> float:
        """The largest as of a moment; 0 when nothing was noted."""
        return next((value for moment, value in self._falling if moment > at - self._seconds), 0.0)
