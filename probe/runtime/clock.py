"""Time, as the runtime reads it and hands it on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Protocol, TypeVarTuple, Unpack

from probe.model.units import Micros

_Arguments = TypeVarTuple("_Arguments")


class Timer(Protocol):
    """A call that was put off."""

    def cancel(self) -> None:
        """It shall not come."""
        ...


class Clock(Protocol):
    """What tells the time."""

    def now(self) -> Micros:
        """The wall clock: microseconds since the epoch, UTC. May be set, forwards and back."""
        ...

    def monotonic(self) -> float:
        """Seconds that only ever grow."""
        ...

    def call_later(
        self,
        seconds: float,
        callback: Callable[[Unpack[_Arguments]], object],
        *arguments: *_Arguments,
    ) -> Timer:
        """Call back in the event loop after so many seconds."""
        ...


class SystemClock:
    """The machine's clocks."""

    def now(self) -> Micros:
        return time.time_ns() // 1000

    def monotonic(self) -> float:
        return time.monotonic()

    def call_later(
        self,
        seconds: float,
        callback: Callable[[Unpack[_Arguments]], object],
        *arguments: *_Arguments,
    ) -> Timer:
        return asyncio.get_running_loop().call_later(seconds, callback, *arguments)
