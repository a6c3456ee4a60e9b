"""Connections that rest between two attempts, for checks that measure on a warm one."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import Final, NamedTuple

from probe.model.check import Connection
from probe.probers.wire import Wire

LONGEST_REST: Final = 600.0
"""Seconds after which a connection is given up that nobody asked for."""

MOST_RESTING: Final = 1_000
"""Of all targets together; the one that rested longest goes first."""


class Place(NamedTuple):
    """What two requests must have in common to share a connection."""

    scheme: str
    host: bytes
    port: int
    connection: Connection


class _Resting(NamedTuple):
    wire: Wire
    timer: asyncio.TimerHandle


class Pool:
    """At most one resting connection for each place."""

    def __init__(self) -> None:
        self._resting: OrderedDict[Place, _Resting] = OrderedDict()
        self._is_closed = False

    def take(self, place: Place) -> Wire | None:
        """The connection that rests there, if it still stands."""
        found = self._resting.pop(place, None)
        if found is None:
            return None
        found.timer.cancel()
        if found.wire.is_reusable:
            return found.wire
        found.wire.close()
        return None

    def give(self, place: Place, wire: Wire, *, rest: float) -> None:
        """Let a connection rest for so many seconds at most; it takes the place of one that does already.

        After `close` none rests any more: a connection that was in use meanwhile is closed.
        """
        if self._is_closed:
            wire.close()
            return
        self._drop(place)
        if len(self._resting) >= MOST_RESTING:
            self._drop(next(iter(self._resting)))
        wire.rest()
        timer = asyncio.get_running_loop().call_later(min(rest, LONGEST_REST), self._drop, place)
        self._resting[place] = _Resting(wire, timer)

    def close(self) -> None:
        """Give all of them up, those in use as well once they come back."""
        self._is_closed = True
        for place in list(self._resting):
            self._drop(place)

    def _drop(self, place: Place) -> None:
        if found := self._resting.pop(place, None):
            found.timer.cancel()
            found.wire.close()
