"""`make bench`: what is measured today of the budgets B1, B3, B5 and B8."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

import httpx

from bench.processes import cpu_of, cpu_of_command, memory_of, started, target

SETTLE_SECONDS: Final = 6
MEASURE_SECONDS: Final = 10
REFERENCE_REQUESTS: Final = 1_000
RUNS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One line of the outcome."""

    budget: str
    what: str
    measured: str
    allowed: str
    reference: str = ""


def checks_file(url: str, count: int, interval: str) -> str:
    """A file of so many checks with three expectations each."""
    head = f"version: 1\nreport: {{directory: reports, every: 1d}}\napis:\n  bench:\n    base_url: {url}\n    checks:\n"
    expect = "[status == 200, header content-type contains json, 'json $.items[0].id exists']"
    return head + "".join(
        f"      check-{number}:\n        get: /orders?limit={number}\n        interval: {interval}\n        expect: {expect}\n"
        for number in range(count)
    )


def end_to_end(port: int, per_second: int) -> list[Figure]:
    """The daemon on so many checks a second: CPU a check, lateness, bytes on disk."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "checks.yaml").write_text(checks_file(f"http://127.0.0.1:{port}", per_second, "1s"))
        with started(sys.executable, "-m", "probe", "run", folder=folder) as daemon:
            time.sleep(SETTLE_SECONDS)
            before, since = cpu_of(daemon.pid), time.time_ns() // 1000
            time.sleep(MEASURE_SECONDS)
            used, until = cpu_of(daemon.pid) - before, time.time_ns() // 1000
            memory = memory_of(daemon.pid)
        with closing(sqlite3.connect(folder / "probe.db")) as store:
            rows = store.execute(
                "SELECT state, lateness_us FROM results WHERE scheduled_at >= ? AND scheduled_at < ? ORDER BY lateness_us",
                (since, until),
            ).fetchall()
            total = store.execute("SELECT count(*) FROM results").fetchone()[0]
            store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        size = (folder / "probe.db").stat().st_size
    missed = sum(state == 3 for state, _ in rows)
    late = [lateness for _, lateness in rows]
    return [
        Figure(
            budget="B1",
            what=f"one check, end to end, {len(rows)} in {MEASURE_SECONDS} s",
            measured=f"{used / len(rows):.0f} µs CPU",
            allowed="200 µs",
        ),
        Figure(
            budget="B3",
            what=f"p99 start lateness at {per_second * 60:,} checks a minute",
            measured=f"{late[len(late) * 99 // 100] / 1000:.1f} ms",
            allowed="250 ms at 200,000",
        ),
        Figure(
            budget="B3",
            what="slots missed; resident memory",
            measured=f"{missed}; {memory / 1e6:.0f} MB",
            allowed="0; 1,500 MB",
        ),
        Figure(budget="B5", what="bytes on disk a result, SQLite", measured=f"{size / total:.0f} B", allowed="80 B"),
    ]


async def stock_httpx(port: int) -> float:
    """The reference: microseconds of CPU for one cold request through a plain httpx client."""
    limits = httpx.Limits(max_keepalive_connections=0)
    async with httpx.AsyncClient(limits=limits, trust_env=False) as client:
        await client.get(f"http://127.0.0.1:{port}/orders")
        before = time.process_time()
        for _ in range(REFERENCE_REQUESTS):
            (await client.get(f"http://127.0.0.1:{port}/orders")).json()
        return (time.process_time() - before) / REFERENCE_REQUESTS * 1e6


def loading() -> list[Figure]:
    """A large file, and the smallest command."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "checks.yaml").write_text(checks_file("http://127.0.0.1:1", 10_000, "30s"))
        load = median(cpu_of_command("validate", folder=folder) for _ in range(RUNS))
        help_ = median(cpu_of_command("--help", folder=folder) for _ in range(RUNS))
    return [
        Figure(budget="B8", what="load a file of 10,000 checks", measured=f"{load:.2f} s CPU", allowed="3 s"),
        Figure(budget="B8", what="probe --help", measured=f"{help_:.2f} s CPU", allowed="0.3 s"),
    ]


def show(figures: Sequence[Figure]) -> None:
    """A table, as wide as it must be."""
    for figure in figures:
        reference = f"   ({figure.reference})" if figure.reference else ""
        print(f"{figure.budget:<3} {figure.what:<52} {figure.measured:>18}   budget {figure.allowed}{reference}")


def main() -> None:
    with target() as port:
        print(f"reference: stock httpx, one cold request of 1 kB, {asyncio.run(stock_httpx(port)):.0f} µs CPU\n")
        for per_second in (100, 2_000):
            show(end_to_end(port, per_second))
    show(loading())


if __name__ == "__main__":
    main()
