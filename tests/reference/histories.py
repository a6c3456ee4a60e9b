"""Histories as they happen: outages, holes, slots that were not measured, checks that come and go; by a seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Final

from tests.reference.past import DEGRADED, DOWN, UNKNOWN, UP, Seen

OWN_REASONS: Final = ("missed", "interrupted", "not_running", "prober_fault", None)
EPISODES: Final = (
    (UP, 60, 40),
    (UP, 6, 4),
    (DEGRADED, 4, 3),
    (DOWN, 8, 2),
    (DOWN, 30, 6),
    (UNKNOWN, 6, 2),
    ("nothing", 10, 2),
    ("mixed", 16, 3),
)
"""What a stretch is like, how many slots it has at most, and how often it comes."""
LIMITS: Final = tuple(limit * 1_000 for limit in (100, 150, 250, 300, 400, 500, 1_000, 2_000))
"""Latencies that something is held against."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Between which moments a check is measured, and how often; every moment is a multiple of `tick`."""

    start: int
    end: int
    tick: int
    interval: int


def history(random: Random, shape: Shape) -> tuple[Seen, ...]:
    """One of many, ascending."""
    return tuple(_seen(random, at, state, interval) for at, interval, state in _slots(random, shape))


def _slots(random: Random, shape: Shape) -> Iterator[tuple[int, int, str]]:
    states = _states(random)
    interval = shape.interval
    at = shape.start + random.randrange(interval // shape.tick) * shape.tick
    while at < shape.end:
        state = next(states)
        if state != "nothing":
            yield at, interval, state
        if random.random() < 0.002:  # somebody edits the file: another grid
            interval = shape.interval * random.choice((1, 2, 3))
            at += random.randrange(1, 1 + interval // shape.tick) * shape.tick
        else:
            at += interval


def _states(random: Random) -> Iterator[str]:
    weights = [often for _, _, often in EPISODES]
    while True:
        kind, longest, _ = random.choices(EPISODES, weights)[0]
        for _ in range(random.randint(1, longest)):
            yield random.choice((UP, DOWN, DOWN, UNKNOWN, DEGRADED, "nothing")) if kind == "mixed" else kind


def _seen(random: Random, at: int, state: str, interval: int) -> Seen:
    if state == UNKNOWN:
        return Seen(at=at, state=state, interval=interval, failure=random.choice(OWN_REASONS))
    latency = next(each for each in _latencies(random) if not any(_is_close(each, limit) for limit in LIMITS))
    if state != DOWN:
        return Seen(at=at, state=state, interval=interval, latency=latency, status=200)
    if random.random() < 0.5:
        return Seen(at=at, state=state, interval=interval, latency=10_000_000, failure="timeout")
    return Seen(at=at, state=state, interval=interval, latency=latency, status=503, failure="assertion")


def _latencies(random: Random) -> Iterator[int]:
    while True:
        yield round(random.lognormvariate(12, 1))


def _is_close(latency: int, limit: int) -> bool:
    """Rollups know a latency to 0.1 %: whether it is below such a limit they can't say."""
    return abs(latency - limit) * 500 < limit
