"""The slots of a check: a grid over time that no restart, reload or clock changes."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b

from probe.model.units import Micros


def phase(check: str, interval: Micros) -> Micros:
    """Where in its interval a check stands: in `[0, interval)`, by its id alone, so that the load spreads evenly."""
    return int.from_bytes(blake2b(check.encode(), digest_size=8).digest(), "big") % interval


def next_slot(check: str, interval: Micros, *, after: Micros) -> Micros:
    """The first slot later than a moment: `phase + k · interval` since the epoch."""
    offset = phase(check, interval)
    return offset + ((after - offset) // interval + 1) * interval


def slots(check: str, interval: Micros, start: Micros, end: Micros) -> Iterator[Micros]:
    """Every slot in `[start, end)`, ascending."""
    return iter(range(next_slot(check, interval, after=start - 1), end, interval))
