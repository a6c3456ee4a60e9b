"""When what is due. APScheduler ticks; the slot grid decides.

A tick plans the slots of the next moments, each to be started at its own time. What is found late after a pause is
not caught up with: it is reported as missed, so that a target never sees a burst and a slot is never a hole.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

import structlog

from probe.model.check import Check
from probe.model.grid import next_slot
from probe.model.sample import FailureKind
from probe.model.units import SECOND, Micros, format_duration
from probe.runtime.clock import Clock, Timer

TICK: Final = 0.5
"""Seconds between two ticks."""

LOOK_AHEAD: Final[Micros] = 3 * SECOND // 2
"""How far a tick plans: three ticks, so that one that comes late starts nothing late."""

GRACE: Final[Micros] = SECOND
"""A slot that could not be started within this time is missed."""

JUMP: Final[Micros] = 2 * SECOND
"""By how much wall clock and monotonic clock may differ between two ticks."""

_log = structlog.get_logger("probe.scheduler")


class Gap(NamedTuple):
    """The slots of a check in `[start, end)` that were not run, and why; `waited_for_host` for the attempts of others."""

    check: Check
    start: Micros
    end: Micros
    reason: FailureKind
    waited_for_host: bool = False


class _Due(NamedTuple):
    slot: Micros
    order: int
    check: Check


class Scheduler:
    """Starts each slot once, on time or not at all.

    Args:
        start: called at a slot's time, in the event loop.
        missed: called once for each run of slots that were not started.
    """

    def __init__(self, clock: Clock, start: Callable[[Check, Micros], None], missed: Callable[[Gap], None]) -> None:
        self._clock = clock
        self._start = start
        self._missed = missed
        self._due: list[_Due] = []
        self._checks: dict[str, Check] = {}
        self._timers: dict[tuple[str, Micros], Timer] = {}
        self._order = 0
        self._last: tuple[Micros, float] | None = None

    @property
    def last_tick(self) -> float | None:
        """When it last ticked, on the monotonic clock."""
        return self._last[1] if self._last else None

    @property
    def checks(self) -> tuple[Check, ...]:
        """Those that are run, as their slots carry them."""
        return tuple(self._checks.values())

    def replace(self, checks: Iterable[Check]) -> Micros:
        """Take over another set of checks; what did not change keeps its slots, planned ones included.

        The others are run in their slots after the moment that is returned.
        """
        now = self._clock.now()
        wanted = {check.id: check for check in checks}
        unchanged = {key for key, check in wanted.items() if self._checks.get(key) == check}
        changed = [key for key in self._timers if key[0] not in unchanged]
        self._cancel(changed)
        for name, slot in changed:
            if slot <= now:  # due, but not begun before its check was replaced
                self._missed(Gap(self._checks[name], slot, slot + 1, FailureKind.MISSED))
        self._due = [due for due in self._due if due.check.id in unchanged]
        self._checks = {key: self._checks[key] if key in unchanged else check for key, check in wanted.items()}
        for key in wanted.keys() - unchanged:
            self._push(self._checks[key], after=now)
        heapq.heapify(self._due)
        return now

    def tick(self) -> None:
        """Plan what is due soon. Must be called every `TICK` seconds or so, and may be called more often."""
        now = self._clock.now()
        self._notice_jump(now)
        self._last = now, self._clock.monotonic()
        while self._due and self._due[0].slot < now + LOOK_AHEAD:
            slot, _, check = heapq.heappop(self._due)
            if slot < now - GRACE:
                self._miss(check, slot, now - GRACE)
            else:
                self._plan(check, slot, now)

    def stop(self) -> None:
        """Start nothing more. Slots already planned but not begun are before their time and lost to nobody."""
        self._cancel(list(self._timers))
        self._due.clear()

    def _plan(self, check: Check, slot: Micros, now: Micros) -> None:
        self._timers[check.id, slot] = self._clock.call_later(max(0, slot - now) / SECOND, self._begin, check, slot)
        self._push(check, after=slot)

    def _begin(self, check: Check, slot: Micros) -> None:
        self._timers.pop((check.id, slot), None)
        if self._clock.now() - slot > GRACE:
            self._missed(Gap(check, slot, slot + 1, FailureKind.MISSED))
        else:
            self._start(check, slot)

    def _miss(self, check: Check, first: Micros, before: Micros) -> None:
        self._missed(Gap(check, first, before, FailureKind.MISSED))
        self._push(check, after=before - 1)

    def _push(self, check: Check, *, after: Micros) -> None:
        self._order += 1
        heapq.heappush(self._due, _Due(next_slot(check.id, check.interval, after=after), self._order, check))

    def _cancel(self, keys: Iterable[tuple[str, Micros]]) -> None:
        for key in list(keys):
            self._timers.pop(key).cancel()

    def _notice_jump(self, now: Micros) -> None:
        """A clock set forwards (or a machine that slept) leaves missed slots, which show themselves as late.

        One set back repeats a stretch of time: probing goes on in it, on slots planned anew; of two results for one
        slot the store keeps the first.
        """
        if self._last is None:
            return
        wall, monotonic = (
            now - self._last[0],
            round((self._clock.monotonic() - self._last[1]) * SECOND),
        )
        if abs(wall - monotonic) <= JUMP:
            return
        _log.warning(
            "the clock jumped",
            by=format_duration(wall - monotonic),
            paused=format_duration(monotonic),
        )
        if wall < monotonic:
            self._cancel(list(self._timers))
            self._due.clear()
            for check in self._checks.values():
                self._push(check, after=now)
