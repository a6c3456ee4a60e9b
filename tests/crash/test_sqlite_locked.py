"""Another process keeps SQLite's file locked, and the daemon is killed meanwhile."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from probe.store.address import parse_address
from tests.crash.stage import CHECKS, Stage, rounds

KILLS = max(2, rounds(0) // 8)

pytestmark = [pytest.mark.parametrize("url", ["sqlite"], indirect=True), pytest.mark.timeout(300 + 20 * KILLS)]


async def test_kills_while_the_file_is_locked_lose_at_most_the_last_second(stage: Stage) -> None:
    file = parse_address(stage.store).file
    assert file
    for _ in range(KILLS):
        async with stage.daemon() as running:  # it replays what the one before has spooled
            await stage.measures(running, CHECKS // 2)
            with locked(file):
                await asyncio.sleep(stage.random.uniform(0.0, 7.0))  # it waits five for the lock
                stage.kill(running)
                await running.process.wait()
        stage.look()
    await stage.die_of_old_age()
    await stage.expect_all_promises_kept()


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Nobody else may write within the block."""
    with closing(sqlite3.connect(file, isolation_level=None, timeout=30)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
