"""The daemon under load: a file of checks, so many a second, and what became of them."""

from __future__ import annotations

import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.processes import Target, cpu_of, memory_of, started
from probe.model.result import State
from probe.store.codes import STATE_CODES

SETTLE_SECONDS: Final = 6
MEASURE_SECONDS: Final = 10
EXPECT: Final = "[status == 200, header content-type contains json, 'json $.items[0].id exists']"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A slot as it was stored; durations in microseconds."""

    check: str
    scheduled_at: int
    is_up: bool
    lateness: int
    wait: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What the daemon made of its checks in the measured time.

    Attributes:
        cpu: microseconds.
        memory: resident bytes at the end of it.
    """

    rows: list[Row]
    cpu: float
    memory: int

    @property
    def cpu_each(self) -> float:
        """Microseconds of CPU a check."""
        return self.cpu / len(self.rows)

    @property
    def unmeasured(self) -> int:
        """Slots that are not up, whatever the reason."""
        return sum(not row.is_up for row in self.rows)


def checks_file(target: Target, count: int, *, interval: str = "1s", path: Callable[[int], str] | None = None) -> str:
    """A file of so many checks; by default each fetches 1 kB of JSON and has three expectations."""
    tls = f"    tls: {{ca_file: {target.ca_file}}}\n" if target.ca_file else ""
    where = path or (lambda number: f"/orders?limit={number}")
    expect = "[status == 200]" if path else EXPECT
    return (
        "version: 1\nreport: {directory: reports, every: 1d}\napis:\n  bench:\n"
        f"    base_url: {target.url}\n{tls}    checks:\n"
    ) + "".join(
        f"      check-{number}:\n        get: {where(number)}\n        interval: {interval}\n        expect: {expect}\n"
        for number in range(count)
    )


def under_load(checks: str) -> Load:
    """Run the daemon on these checks for a while."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "checks.yaml").write_text(checks)
        with started(sys.executable, "-m", "probe", "run", folder=folder) as daemon:
            time.sleep(SETTLE_SECONDS)
            before, since = cpu_of(daemon.pid), time.time_ns() // 1000
            time.sleep(MEASURE_SECONDS)
            used, until = cpu_of(daemon.pid) - before, time.time_ns() // 1000
            memory = memory_of(daemon.pid)
        with opened(folder / "probe.db") as store:
            rows = rows_of(store, since, until)
    return Load(rows=rows, cpu=used, memory=memory)


@contextmanager
def opened(file: Path) -> Iterator[sqlite3.Connection]:
    """A store, with all that is in its log."""
    with closing(sqlite3.connect(file)) as store:
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        yield store


def rows_of(store: sqlite3.Connection, since: int, until: int) -> list[Row]:
    """The slots of a time, in microseconds since the epoch."""
    found = store.execute(
        "SELECT checks.key, scheduled_at, state, lateness_us, wait_us FROM results JOIN checks ON checks.id = check_id"
        " WHERE scheduled_at >= ? AND scheduled_at < ?",
        (since, until),
    )
    return [
        Row(check=name, scheduled_at=slot, is_up=state == STATE_CODES[State.UP], lateness=lateness, wait=wait)
        for name, slot, state, lateness, wait in found
    ]
