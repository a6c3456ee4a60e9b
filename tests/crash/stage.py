"""Where a daemon is killed: its folder, its store, a target that outlives it, and what was seen of all three."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import signal
import sqlite3
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Final

from probe.model.grid import slots
from probe.model.result import Result, State
from probe.model.sample import FailureKind
from probe.model.sensitive import Sensitive
from probe.model.units import SECOND, Micros
from probe.store import check_store, open_store
from probe.store.address import parse_address
from tests.crash.ledger import INTERVAL, Compared, Ledger, changed, compare, holes, ledger
from tests.crash.processes import working_in
from tests.crash.target import Answered, Target
from tests.e2e.daemon import PATIENCE, Daemon, daemon

CHECKS: Final = 60
"""Each every second."""

PROMISED: Final[Micros] = SECOND
"""What was finished so long before a kill is stored."""

_AFTERWARDS: Final[Micros] = SECOND // 2
"""The target may still answer what a dead daemon has asked."""

SEED: Final = int(os.environ.get("PROBE_SEED", "2026"))

log = logging.getLogger("crash")


def rounds(usual: int) -> int:
    """How often to do it: so often in `make test`, in `make crash` as often as is asked for."""
    return int(os.environ.get("PROBE_KILLS", usual))


@dataclass(slots=True)
class Stage:
    """One store over the lives of many daemons.

    Attributes:
        store: as the daemons reach it.
        directly: as the test does; the same where it is not said.
        kills: when daemons were killed.
        seen: the store as of the last look into it.
    """

    folder: Path
    target: Target
    store: Sensitive
    random: Random
    directly: Sensitive | None = None
    kills: list[Micros] = field(default_factory=list)
    seen: Ledger = field(default_factory=dict)

    def __post_init__(self) -> None:
        log.info("seed %d, store %s", SEED, self.store)
        checks = "".join(
            f"      check-{number}: {{get: /all/check-{number}, interval: 1s, timeout: 1s, confirm: {{retries: 0}}}}\n"
            for number in range(CHECKS)
        )
        (self.folder / "checks.yaml").write_text(
            f"version: 1\nreport: {{directory: reports, every: 1d}}\nmax_per_host: {CHECKS}\n"
            f"apis:\n  all:\n    base_url: {self.target.url}\n    checks:\n{checks}"
        )

    @asynccontextmanager
    async def daemon(self) -> AsyncIterator[Daemon]:
        """A daemon that must live to the end of the block, or be killed in it."""
        async with daemon(self.folder, PROBE_STORE=self.store.reveal()) as running:
            yield running
        log.debug("\n".join(running.log))

    async def live(self, seconds: float, *, measuring: bool = True, ending: float | None = None) -> None:
        """One life, killed so many seconds after it began to measure, or after it was started.

        Args:
            ending: it is asked to end then, and killed so many seconds later.
        """
        async with self.daemon() as running:
            if measuring:
                await self.measures(running, 1)
            await asyncio.sleep(seconds)
            assert running.process.returncode is None, running.log
            if ending is not None:
                running.send(signal.SIGTERM)
                await asyncio.sleep(ending)
            self.kill(running)
            await running.process.wait()
        # Asked to end before it has begun, it does so at once.
        assert running.process.returncode in (-signal.SIGKILL, -signal.SIGTERM, 0), running.log

    def begin_long_ago(self, ago: Micros) -> None:
        """Have a result of each check, so long ago that all slots since then must be filled."""
        begin = now() - ago
        results = [
            Result(check=check, location="default", scheduled_at=slot, state=State.UNKNOWN, failure=FailureKind.MISSED)
            for check in (f"all/check-{number}" for number in range(CHECKS))
            for slot in slots(check, INTERVAL, begin, begin + INTERVAL)
        ]
        with open_store(self.store) as store:
            store.record(results)

    def kill(self, running: Daemon) -> None:
        """Kill it now."""
        if running.process.returncode is None:
            self.kills.append(now())
            running.send(signal.SIGKILL)

    async def die_of_old_age(self, *, after: int = 2 * CHECKS) -> None:
        """One more life that measures for a while and ends as it should."""
        async with self.daemon() as running:
            await self.measures(running, after)
            await self.end(running)

    async def end(self, running: Daemon) -> None:
        """Have it end by itself, with its last report: on a busy machine that takes a while."""
        running.send(signal.SIGTERM)
        async with asyncio.timeout(4 * PATIENCE):
            assert await running.process.wait() == 0, running.log

    async def measures(self, running: Daemon, more: int = 2 * CHECKS) -> None:
        """Wait until the target has answered so many more requests."""
        before = len(self.target.answered())
        await running.until(lambda: len(self.target.answered()) >= before + more)

    def look(self) -> None:
        """Look into the store as the kill left it, and find all that was there before unchanged."""
        with self._as_left() as store:
            found = ledger(store)
        assert not changed(self.seen, found)
        self.seen = found

    def compare(self) -> Compared:
        """The store beside the target's log."""
        return compare(self.target.answered(), self.seen)

    async def expect_all_promises_kept(self) -> None:
        """What DESIGN §11 says of a kill, once the last daemon has ended well."""
        self.look()
        compared = self.compare()
        ages = [_age(request, self.kills) for request in compared.lost]
        log.info(
            "%d kills, %d requests answered, %d rows, %d lost, the oldest finished %.3f s before its kill",
            len(self.kills), len(self.target.answered()), len(self.seen), len(ages), max(ages, default=0) / SECOND,
        )  # fmt: skip
        assert not [age for age in ages if age > PROMISED]
        assert not compared.invented
        assert not holes(self.seen)
        self.expect_sound_store()
        # So a slot that was lost is there, and not as measured:
        assert {row.state for row in self.seen.values() if not row.is_measured} <= {State.UNKNOWN}
        await self.nobody_is_left()

    async def nobody_is_left(self) -> None:
        """Wait until every process that a daemon started has ended; all of them work in its folder."""
        async with asyncio.timeout(PATIENCE):
            while list(working_in(self.folder)):
                await asyncio.sleep(0.05)

    def expect_sound_store(self) -> None:
        """`probe db check` finds nothing."""
        assert check_store(self.directly or self.store, now=now(), progress=lambda *_: None) == []

    def expect_nothing_lost(self) -> None:
        """What DESIGN §11 says of a store that was away: every request is there as measured."""
        self.look()
        compared = self.compare()
        log.info("%d requests answered, %d rows", len(self.target.answered()), len(self.seen))
        assert not compared.lost
        assert not compared.invented
        assert not holes(self.seen)
        self.expect_sound_store()

    @contextmanager
    def _as_left(self) -> Iterator[Sensitive]:
        """The store; a file is copied first, for whoever opens it brings it in order, which is the daemon's task."""
        file = parse_address(self.store).file
        if file is None:
            yield self.directly or self.store
            return
        with tempfile.TemporaryDirectory(prefix="probe-left-") as place:
            for part in file.parent.glob(f"{file.name}*"):
                if part.is_file() and not part.name.endswith("-shm"):
                    shutil.copy(part, place)
            copy = Path(place) / file.name
            expect_sound(copy)
            yield Sensitive.plain(f"sqlite:///{copy}")


def expect_sound(file: Path) -> None:
    """An SQLite file is not damaged in any way that SQLite can see."""
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def now() -> Micros:
    """The wall clock, as the daemon and the target read it."""
    return time.time_ns() // 1000


def _age(request: Answered, kills: list[Micros]) -> Micros:
    """How long before the next kill it was finished."""
    return next((kill - request.at for kill in kills if request.at <= kill + _AFTERWARDS), 2**62)
