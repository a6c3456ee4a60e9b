"""B6: availability and percentiles of 1,000 checks over 90 days, and of one, from a generated store."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Final

from bench.databases import database, postgresql
from bench.figure import Figure
from bench.generated import CHECKS, DAYS, NOW, check_name, generate
from probe.model.sensitive import Sensitive
from probe.model.units import DAY, MINUTE, Micros
from probe.slo.availability import state_time
from probe.slo.level import Level
from probe.slo.rollup import merged
from probe.slo.spans import spans
from probe.store import Ranges, open_store

RUNS: Final = 5
START: Final[Micros] = NOW - DAYS * DAY
_PERCENTS: Final = (50, 90, 95, 99)


def service_levels() -> Iterator[Figure]:
    """On each database."""
    with tempfile.TemporaryDirectory() as folder:
        yield from _on("SQLite", Sensitive.plain(f"sqlite:///{Path(folder) / 'probe.db'}"))
    with postgresql() as server, database(server) as url:
        yield from _on("PostgreSQL", url)


def _on(name: str, url: Sensitive) -> Iterator[Figure]:
    generate(url)
    for what, allowed, asked in ((f"of {CHECKS:,} checks", "1 s", _of_all), ("of one check", "20 ms", _of_one)):
        with _opened(url) as ranges:
            taken = [_taken(asked, ranges) for _ in range(RUNS)]
        yield Figure(
            budget="B6",
            what=f"SLA {what} over {DAYS} days, {name}",
            measured=_told(median(cpu for cpu, _ in taken)),
            allowed=allowed,
            reference=f"CPU; {_told(median(wall for _, wall in taken))} by the clock",
        )


def _of_all(ranges: Ranges) -> None:
    found = ranges.levels(START, NOW)
    assert len(found) == CHECKS
    for level in found.values():
        _figures(level)


def _of_one(ranges: Ranges) -> None:
    whole = merged(ranges.tiles(check_name(CHECKS // 2), [START, NOW]))
    _figures(Level(runs=whole.runs, latency=whole.figures.latency, latency_down=whole.figures.latency_down))


def _figures(level: Level) -> None:
    steps = spans(level.runs, interval=MINUTE, until=NOW)
    availability = state_time(steps, start=START, end=NOW).availability
    assert availability is not None
    assert 0.9 < availability <= 1
    assert len(level.responses.percentiles(*_PERCENTS)) == len(_PERCENTS)


@contextmanager
def _opened(url: Sensitive) -> Iterator[Ranges]:
    with open_store(url, create=False) as store, store.ranges("default") as ranges:
        yield ranges


def _taken(asked: Callable[[Ranges], None], ranges: Ranges) -> tuple[float, float]:
    """Seconds of CPU, and by the clock."""
    cpu, wall = time.process_time(), time.perf_counter()
    asked(ranges)
    return time.process_time() - cpu, time.perf_counter() - wall


def _told(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.2f} s"
