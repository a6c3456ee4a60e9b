"""B6: service levels, as `probe sla` tells them, of 1,000 checks over 90 days, and of one, from a generated store."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Final
from zoneinfo import ZoneInfo

from bench.databases import database, postgresql
from bench.figure import Figure
from bench.generated import CHECKS, DAYS, NOW, check_name, generate
from probe.model.check import Api, CheckFacts, Confirm, api_of
from probe.model.sensitive import Sensitive
from probe.model.sla import SlaRules
from probe.model.units import DAY, MINUTE, Micros
from probe.runtime.sla import SlaJob, assess
from probe.slo.periods import Period
from probe.store import Store, open_store

RUNS: Final = 5
START: Final[Micros] = NOW - DAYS * DAY


def service_levels() -> Iterator[Figure]:
    """On each database."""
    with tempfile.TemporaryDirectory() as folder:
        yield from _on("SQLite", Sensitive.plain(f"sqlite:///{Path(folder) / 'probe.db'}"))
    with postgresql() as server, database(server) as url:
        yield from _on("PostgreSQL", url)


def _on(name: str, url: Sensitive) -> Iterator[Figure]:
    generate(url)
    for what, allowed, asked in ((f"of {CHECKS:,} checks", "1 s", _of_all), ("of one check", "20 ms", _of_one)):
        with open_store(url, create=False) as store:
            taken = [_taken(asked, store) for _ in range(RUNS)]
        yield Figure(
            budget="B6",
            what=f"SLA {what} over {DAYS} days, {name}",
            measured=_told(median(cpu for cpu, _ in taken)),
            allowed=allowed,
            reference=f"CPU; {_told(median(wall for _, wall in taken))} by the clock",
        )


def _of_all(store: Store) -> None:
    assessed = assess(_job(range(CHECKS)), store)
    assert len(assessed.checks) == CHECKS
    for level in (*assessed.checks, *assessed.apis):
        assert level.responses is not None
        assert level.attained.availability is not None
        assert 0.5 < level.attained.availability <= 1


def _of_one(store: Store) -> None:
    (level,) = assess(_job([CHECKS // 2]), store).checks
    assert level.responses is not None


def _job(numbers: Sequence[int]) -> SlaJob:
    names = [check_name(number) for number in numbers]
    return SlaJob(
        period=Period(START, NOW),
        now=NOW,
        zone=ZoneInfo("UTC"),
        location="default",
        rules=SlaRules(),
        checks=tuple(
            CheckFacts(
                id=name,
                api=api_of(name),
                name=name,
                method="GET",
                url="http://127.0.0.1/",
                interval=MINUTE,
                timeout=MINUTE,
                confirm=Confirm(retries=0, after=0),
            )
            for name in names
        ),
        apis=tuple(Api(id=api, name=api) for api in sorted({api_of(name) for name in names})),
        wanted=frozenset(names),
    )


def _taken(asked: Callable[[Store], None], store: Store) -> tuple[float, float]:
    """Seconds of CPU, and by the clock."""
    cpu, wall = time.process_time(), time.perf_counter()
    asked(store)
    return time.process_time() - cpu, time.perf_counter() - wall


def _told(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.2f} s"
