"""A PostgreSQL server that goes away under load, in every way it can: nothing is lost, nothing is there twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path
from random import Random
from typing import Final

import pytest

from probe.runtime.committing import LONGEST_CALL
from tests.crash.proxy import Fault, Wire, wired
from tests.crash.server import Server, serving_postgres
from tests.crash.stage import CHECKS, SEED, Stage, rounds
from tests.crash.target import answering
from tests.e2e.daemon import Daemon

CUTS: Final = max(2, rounds(0) // 8)

AWAY_SECONDS: Final = max(3, 3 * rounds(0))
"""Ten minutes in `make crash`."""

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(300 + 20 * CUTS + AWAY_SECONDS)]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """One for all of them, with a database for each."""
    with serving_postgres() as running:
        yield running


@pytest.fixture
def database(server: Server) -> str:
    """A new one's name."""
    return server.new_database()


@pytest.fixture
async def wire(server: Server, database: str) -> AsyncIterator[Wire]:
    """Without fault."""
    async with wired(server.socket, database) as laid:
        yield laid


@pytest.fixture
def stage(server: Server, database: str, wire: Wire, tmp_path: Path) -> Iterator[Stage]:
    """Its daemons reach the server by the wire."""
    with answering(tmp_path) as target:
        yield Stage(tmp_path, target, wire.url, Random(SEED), directly=server.url(database))


async def test_a_server_that_is_stopped_or_crashes_costs_nothing(stage: Stage, server: Server) -> None:
    async with stage.daemon() as running:
        await stage.measures(running)
        for mode, seconds in (("fast", AWAY_SECONDS), ("immediate", 2)):
            await asyncio.to_thread(server.stop, mode)
            await asyncio.sleep(seconds)
            await asyncio.to_thread(server.start)
            await stage.measures(running)
            stage.look()
        await stage.end(running)
    stage.expect_nothing_lost()


async def test_connections_that_are_cut_at_any_moment_cost_nothing(stage: Stage, server: Server, wire: Wire) -> None:
    async with stage.daemon() as running:
        await stage.measures(running)
        for _ in range(CUTS):
            await asyncio.sleep(stage.random.uniform(0.0, 1.0))
            wire.cut()
            await asyncio.sleep(stage.random.uniform(0.0, 1.0))
            server.end_sessions()
            stage.look()
        wire.be(Fault.REFUSES)
        wire.cut()
        await stage.measures(running)
        wire.be(Fault.NONE)
        await stage.end(running)
    stage.expect_nothing_lost()


async def test_a_commit_without_an_answer_is_neither_lost_nor_doubled(stage: Stage, wire: Wire) -> None:
    async with stage.daemon() as running:
        await stage.measures(running)
        for number, fault in enumerate([Fault.CUTS_AT_COMMIT, Fault.CUTS_AFTER_COMMIT] * CUTS, start=1):
            wire.be(fault)
            await running.until(partial(wire.has_cut, number))
            await running.until(partial(has_come_back, running, number))
            stage.look()
        await stage.end(running)
    stage.expect_nothing_lost()


async def test_a_server_that_stands_still_costs_nothing(stage: Stage, server: Server) -> None:
    async with stage.daemon() as running:
        await stage.measures(running)
        with server.frozen():
            await asyncio.sleep(LONGEST_CALL + 1)
        await stage.measures(running)
        await stage.end(running)
    stage.expect_nothing_lost()


async def test_a_wire_that_swallows_everything_costs_nothing(stage: Stage, wire: Wire) -> None:
    async with stage.daemon() as running:
        await stage.measures(running)
        wire.be(Fault.SWALLOWS)
        await stage.measures(running, 4 * CHECKS)
        wire.cut()
        wire.be(Fault.NONE)
        await stage.measures(running)
        await stage.end(running)
    stage.expect_nothing_lost()


@pytest.mark.parametrize("fault", [Fault.REFUSES, Fault.SWALLOWS])
async def test_kills_while_the_store_is_away_lose_at_most_the_last_second(
    stage: Stage, wire: Wire, fault: Fault
) -> None:
    for _ in range(CUTS):
        async with stage.daemon() as running:  # it replays what the one before has spooled
            await stage.measures(running, CHECKS // 2)
            wire.be(fault)
            if fault is Fault.REFUSES:
                wire.cut()
            await asyncio.sleep(stage.random.uniform(0.0, 4.0))
            stage.kill(running)
            await running.process.wait()
        wire.be(Fault.NONE)
        stage.look()
    await stage.die_of_old_age()
    await stage.expect_all_promises_kept()


def has_come_back(running: Daemon, times: int) -> bool:
    """Whether the daemon has told so often that the store takes results again."""
    return sum("the store takes results again" in line for line in running.log) >= times
