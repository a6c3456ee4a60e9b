"""A clock that stands still until it is told otherwise."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from itertools import count
from typing import TypeVarTuple, Unpack

from probe.model.units import SECOND, Micros

_Arguments = TypeVarTuple("_Arguments")


class FakeTimer:
    """A call that waits for the clock."""

    def __init__(self, call: Callable[[], object]) -> None:
        self.call: Callable[[], object] | None = call

    def cancel(self) -> None:
        self.call = None


class FakeClock:
    """Wall and monotonic time in one hand; `advance` runs what falls due, in order."""

    def __init__(self, now: Micros) -> None:
        self._now = now
        self._monotonic = 1_000.0
        self._order = count()
        self._timers: list[tuple[float, int, FakeTimer]] = []

    def now(self) -> Micros:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def call_later(
        self,
        seconds: float,
        callback: Callable[[Unpack[_Arguments]], object],
        *arguments: *_Arguments,
    ) -> FakeTimer:
        timer = FakeTimer(lambda: callback(*arguments))
        heapq.heappush(self._timers, (self._monotonic + seconds, next(self._order), timer))
        return timer

    def advance(self, seconds: float) -> None:
        """Let time pass, both clocks alike."""
        end = self._monotonic + seconds
        while self._timers and self._timers[0][0] <= end:
            at, _, timer = heapq.heappop(self._timers)
            self._pass(max(0.0, at - self._monotonic))
            if timer.call:
                timer.call()
        self._pass(max(0.0, end - self._monotonic))

    def freeze(self, seconds: float) -> None:
        """Time passes, but nothing runs: the process was stopped, or its loop was busy."""
        self._pass(seconds)

    def step(self, by: Micros) -> None:
        """The wall clock is set; the monotonic one goes on."""
        self._now += by

    def _pass(self, seconds: float) -> None:
        self._monotonic += seconds
        self._now += round(seconds * SECOND)
