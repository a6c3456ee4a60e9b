"""Stores that go away under a daemon that runs, and daemons that end while their store is away."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random

import pytest

from probe.model.sensitive import Sensitive
from tests.crash.server import serving_postgres
from tests.crash.stage import SEED, Stage
from tests.crash.target import answering
from tests.e2e.daemon import PATIENCE, Daemon, run_probe


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with answering(tmp_path) as target:
        yield Stage(tmp_path, target, Sensitive.plain(f"sqlite:///{tmp_path / 'probe.db'}"), Random(SEED))


@contextmanager
def locked(stage: Stage) -> Iterator[None]:
    """Another process has the database for itself."""
    with closing(sqlite3.connect(stage.folder / "probe.db", isolation_level=None, timeout=PATIENCE)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        yield
        connection.execute("ROLLBACK")


def spooled(stage: Stage) -> int:
    """Lines in the spool."""
    files = sorted((stage.folder / "probe.db-spool").glob("*.results"))
    return sum(file.read_bytes().count(b"\n") for file in files)


async def fills(stage: Stage, running: Daemon, more: int = 100) -> None:
    """Wait until so many more results are in the spool."""
    before = spooled(stage)
    await running.until(lambda: spooled(stage) >= before + more)


async def is_empty(stage: Stage, running: Daemon) -> None:
    await running.until(lambda: spooled(stage) == 0)


async def test_a_locked_database_costs_nothing_and_the_spool_is_empty_afterwards(stage: Stage) -> None:
    async with stage.daemon() as running:
        await stage.measures(running)
        with locked(stage):
            await fills(stage, running)
            await running.says("the store takes no results")
        await running.says("the store takes results again")
        await is_empty(stage, running)
        await stage.measures(running)
        assert await running.end() == 0, running.log
    stage.expect_nothing_lost()


async def test_a_kill_in_an_outage_or_in_the_replay_after_it_costs_a_second_at_most(stage: Stage) -> None:
    async with stage.daemon() as running:
        await stage.measures(running)
        with locked(stage):
            await fills(stage, running)
            await asyncio.sleep(stage.random.uniform(0.0, 1.0))
            stage.kill(running)
            await running.process.wait()
    assert spooled(stage)
    async with stage.daemon() as running:
        await stage.measures(running)
        with locked(stage):
            await fills(stage, running)
        await asyncio.sleep(stage.random.uniform(0.0, 0.3))  # SQLite asks for the lock again every 0.1 s
        stage.kill(running)
        await running.process.wait()
    await stage.die_of_old_age()
    assert spooled(stage) == 0
    await stage.expect_all_promises_kept()


async def test_what_is_left_at_the_end_is_in_the_spool_and_stored_at_the_next_start(stage: Stage) -> None:
    async with stage.daemon() as running:
        await stage.measures(running)
        with locked(stage):
            await fills(stage, running)
            assert await running.end() == 0, running.log
        left = next(line for line in running.log if "what the store did not take is in the spool" in line)
        assert str(stage.folder / "probe.db-spool") in left
        assert int(re.search(r"results=(\d+)", left)[1]) == spooled(stage)  # type: ignore[index]  # it is there, or the test fails
    await stage.die_of_old_age()
    assert spooled(stage) == 0
    stage.expect_nothing_lost()


async def test_two_daemons_may_not_have_one_spool(stage: Stage) -> None:
    async with stage.daemon() as running:
        await running.says("started")
        second = await run_probe("run", folder=stage.folder)
        assert second.status == 2
        assert re.fullmatch(
            rf"the spool .*probe\.db-spool is in use by another probe \(process {running.process.pid}\); stop that one, "
            r"or give this one a spool of its own with spool\.directory\n",
            second.errors,
        )
        await running.end()


@pytest.mark.postgres
async def test_a_postgres_that_stands_still_fills_the_spool_and_a_kill_then_costs_a_second(tmp_path: Path) -> None:
    with serving_postgres() as server, answering(tmp_path) as target:
        stage = Stage(tmp_path, target, server.url(server.new_database()), Random(SEED))
        async with stage.daemon() as running:
            await stage.measures(running)
            with server.frozen():
                await running.until(lambda: any((tmp_path / "probe-spool").glob("*.results")))
                await stage.measures(running, 200)
                stage.kill(running)
                await running.process.wait()
        await stage.die_of_old_age()
        assert not list((tmp_path / "probe-spool").glob("*.results"))
        await stage.expect_all_promises_kept()
