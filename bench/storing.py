"""B5: storing a result in SQLite and in PostgreSQL, beside the driver alone; and what it takes on the disk."""

from __future__ import annotations

import gc
import random
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

import psycopg

from bench.databases import postgresql
from bench.figure import Figure
from bench.processes import cpu_of
from probe.model.definition import Definition
from probe.model.result import AssertionOutcome, Result, State, Verdict
from probe.model.sample import Phases
from probe.model.sensitive import Sensitive
from probe.model.units import HOUR, MINUTE, SECOND, Micros
from probe.store import Store, open_store
from probe.store.batch import Row, batch_of
from probe.store.identities import Identities
from probe.store.tables import results

T0: Final = 1_793_491_200 * SECOND
GROUP: Final = SECOND // 2
"""For how long the daemon gathers results."""

SIZED_CHECKS: Final = 1_000
SIZED_HOURS: Final = 6
WARM: Final = 20
"""Groups before those that are measured."""

COLUMNS: Final = ", ".join(results.columns.keys())
FINGERPRINT: Final = "0123456789abcdef"
OUTCOMES: Final = tuple(AssertionOutcome(expectation="status == 200", verdict=Verdict.PASSED) for _ in range(3))

Take: TypeAlias = Callable[[Sequence[Row]], None]


class Load(NamedTuple):
    """So many checks, each measured so often; and how many groups of their results are stored."""

    checks: int
    interval: Micros
    groups: int


LOADS: Final = (Load(3_334, SECOND, 60), Load(1_000, SECOND, 120), Load(1_000, MINUTE, 400))


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """A database for a measurement.

    Attributes:
        name: as it is told.
        allowed: microseconds of CPU a result.
        open: makes a new store, and what takes the same rows by the driver alone, into a store of its own.
        served: microseconds of CPU that the server has used for the store; 0 where there is none.
        size: bytes that the newest store's results take on the disk.
    """

    name: str
    allowed: int
    open: Callable[[ExitStack], tuple[Store, Take]]
    served: Callable[[], float]
    size: Callable[[], int]


def storing() -> Iterator[Figure]:
    """On each database: CPU for groups of results like the daemon's, and bytes on the disk."""
    with tempfile.TemporaryDirectory() as folder:
        yield from _on(_sqlite(Path(folder)))
    with postgresql() as server, psycopg.connect(server.get_uri(), autocommit=True) as administrator:
        yield from _on(_base(administrator, server.get_uri))


def _on(base: Base) -> Iterator[Figure]:
    for load in LOADS:
        ours, bare, served, number = _in_turns(base, load)
        server = f"; the server {served:.1f}" if served else ""
        yield Figure(
            budget="B5",
            what=f"storing a result in {base.name}, groups of {number:,}",
            measured=f"{ours:.1f} µs CPU",
            allowed=f"{base.allowed} µs" if number >= 100 else "",
            reference=f"executemany of the driver alone {bare:.1f} µs{server}",
        )
    bytes_each, number = _bytes(base)
    yield Figure(
        budget="B5",
        what=f"bytes on disk a result, {base.name}, {number:,} results",
        measured=f"{bytes_each:.0f} B",
        allowed="80 B" if base.name == "SQLite" else "",
    )


def _in_turns(base: Base, load: Load) -> tuple[float, float, float, int]:
    """Microseconds a result: ours, the driver's, the server's for ours; and the results of a group."""
    used = [0, 0]
    stored = 0
    with ExitStack() as stack:
        store, take = base.open(stack)
        store.define(_definition(number) for number in range(load.checks))
        groups = _groups(load.checks, load.interval, GROUP)
        for group in islice(groups, WARM):
            store.record(group)
            take(_rows(group))
        served = base.served()
        for group in islice(groups, load.groups):
            rows = _rows(group)
            used[0] += _cpu(partial(store.record, group))
            used[1] += _cpu(partial(take, rows))
            stored += len(group)
        served = base.served() - served
    return used[0] / stored / 1000, used[1] / stored / 1000, served / stored, stored // load.groups


def _bytes(base: Base) -> tuple[float, int]:
    """For hours in the order in which a daemon stores them. How many are committed at once makes no difference."""
    stored = 0
    with ExitStack() as stack:
        store, _ = base.open(stack)
        store.define(_definition(number) for number in range(SIZED_CHECKS))
        for group in islice(_groups(SIZED_CHECKS, MINUTE, MINUTE), SIZED_HOURS * HOUR // MINUTE):
            stored += store.record(group).stored
    return base.size() / stored, stored


def _cpu(work: Callable[[], object]) -> int:
    """Nanoseconds of this process, without garbage collection: the daemon leaves little for it to look at."""
    gc.disable()
    before = time.process_time_ns()
    work()
    used = time.process_time_ns() - before
    gc.enable()
    return used


def _groups(checks: int, interval: Micros, every: Micros) -> Iterator[list[Result]]:
    """What is due in each stretch of time, in the order of the slots; each check has a phase of its own."""
    chance = random.Random(1)
    phases = sorted((chance.randrange(interval), number) for number in range(checks))
    slots = ((start + phase, number) for start in _steps(T0, interval) for phase, number in phases)
    end, group = T0 + every, list[Result]()
    for slot, number in slots:
        while slot >= end:
            yield group
            end, group = end + every, []
        group.append(_result(number, slot, chance))


def _steps(start: Micros, width: Micros) -> Iterator[Micros]:
    while True:
        yield start
        start += width


def _result(number: int, slot: Micros, chance: random.Random) -> Result:
    """A response over TLS from somewhere on the internet."""
    phases = Phases(
        dns=chance.randrange(20, 2_000),
        connect=chance.randrange(200, 30_000),
        tls=chance.randrange(2_000, 60_000),
        send=chance.randrange(20, 300),
        wait=round(chance.lognormvariate(11, 0.5)),
        transfer=chance.randrange(20, 5_000),
    )
    return Result(
        check=f"bench/check-{number}",
        location="default",
        scheduled_at=slot,
        state=State.UP,
        http_status=200,
        latency_us=sum((phases.dns or 0, phases.connect or 0, phases.tls or 0, phases.wait or 0, phases.transfer or 0)),
        phases=phases,
        bytes_sent=chance.randrange(500, 700),
        bytes_received=chance.randrange(3_000, 6_000),
        lateness_us=chance.randrange(100, 3_000),
        attempts=1,
        outcomes=OUTCOMES,
        definition=FINGERPRINT,
    )


def _definition(number: int) -> Definition:
    return Definition(check=f"bench/check-{number}", fingerprint=FINGERPRINT, interval=MINUTE)


def _rows(group: Iterable[Result]) -> Sequence[Row]:
    """As the driver alone is given them."""
    measured = list(group)
    names = {result.check: int(result.check.rpartition("-")[2]) + 1 for result in measured}
    ids = Identities(
        checks=names, locations={"default": 1}, definitions={(name, FINGERPRINT): n for name, n in names.items()}
    )
    rows = batch_of(measured, ids).rows
    return [rows[key] for key in sorted(rows)]


def _sqlite(folder: Path) -> Base:
    files = (folder / f"{number}.db" for number in range(100))
    newest: list[Path] = []

    def opened(stack: ExitStack) -> tuple[Store, Take]:
        ours, bare = next(files), next(files)
        newest.append(ours)
        open_store(Sensitive.plain(f"sqlite:///{bare}")).close()
        connection = stack.enter_context(closing(sqlite3.connect(bare)))
        connection.execute("PRAGMA synchronous = FULL")
        insert = (
            f"INSERT INTO results ({COLUMNS}) VALUES ({', '.join('?' * len(results.columns))}) ON CONFLICT DO NOTHING"
        )

        def take(rows: Sequence[Row]) -> None:
            with connection:
                connection.executemany(insert, rows)

        return stack.enter_context(open_store(Sensitive.plain(f"sqlite:///{ours}"))), take

    return Base(name="SQLite", allowed=10, open=opened, served=lambda: 0.0, size=lambda: newest[-1].stat().st_size)


def _base(administrator: psycopg.Connection, uri: Callable[..., str]) -> Base:
    names = (f"bench_{number}" for number in range(100))
    newest: list[str] = []

    def opened(stack: ExitStack) -> tuple[Store, Take]:
        ours, bare = next(names), next(names)
        newest.append(ours)
        for name in (ours, bare):
            administrator.execute(f"CREATE DATABASE {name}".encode())
        with open_store(Sensitive.plain(uri(database=bare))) as store:
            store.prepare_days(T0)
        connection = stack.enter_context(psycopg.connect(uri(database=bare)))
        insert = f"INSERT INTO results ({COLUMNS}) VALUES ({', '.join(['%s'] * len(results.columns))}) ON CONFLICT DO NOTHING"

        def take(rows: Sequence[Row]) -> None:
            with connection.transaction(), connection.cursor() as cursor:
                cursor.executemany(insert.encode(), rows)

        return stack.enter_context(open_store(Sensitive.plain(uri(database=ours)))), take

    def served() -> float:
        found = administrator.execute(
            "SELECT pid FROM pg_stat_activity WHERE application_name = 'probe' AND datname = %s", newest[-1:]
        )
        return sum(cpu_of(pid) for (pid,) in found)

    def size() -> int:
        with psycopg.connect(uri(database=newest[-1])) as connection:
            found = connection.execute(
                "SELECT sum(pg_total_relation_size(inhrelid)) FROM pg_inherits WHERE inhparent = 'results'::regclass"
            ).fetchone()
        return int(found[0]) if found else 0

    return Base(name="PostgreSQL", allowed=15, open=opened, served=served, size=size)
