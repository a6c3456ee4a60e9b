"""Answers that may be used again."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final, TypeAlias

from probe.model.check import Family
from probe.model.units import SECOND, Micros
from probe.probers.dns.lookup import Found

Key: TypeAlias = tuple[str, tuple[str, ...], Family]
"""Name, servers, family."""

_MOST_ENTRIES: Final = 16_384


class Cache:
    """The answers used last. Moments are seconds of a monotonic clock."""

    def __init__(self, size: int = _MOST_ENTRIES) -> None:
        self._size = size
        self._found: OrderedDict[Key, tuple[float, Found]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._found)

    def get(self, key: Key, ttl: Micros, now: float) -> tuple[str, ...] | None:
        """The addresses, unless they are older than `ttl` or than the answer itself allows."""
        if not (entry := self._found.get(key)):
            return None
        asked_at, found = entry
        if now - asked_at >= min(ttl / SECOND, found.ttl):
            return None
        self._found.move_to_end(key)
        return found.addresses

    def put(self, key: Key, found: Found, asked_at: float) -> None:
        """Keep an answer; its age counts from when it was asked for."""
        self._found[key] = asked_at, found
        self._found.move_to_end(key)
        if len(self._found) > self._size:
            self._found.popitem(last=False)
