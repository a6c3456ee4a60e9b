"""The store is kept in a process of its own, beside a daemon that writes."""

from __future__ import annotations

import asyncio
import os
import pickle
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import pytest

from probe.model.result import Result, State
from probe.model.sensitive import Sensitive
from probe.model.settings import Retention
from probe.model.units import DAY, HOUR, MINUTE, SECOND, Micros
from probe.runtime import housekeeping
from probe.runtime.apart import WorkFailed, work_apart
from probe.runtime.housekeeping import HouseJob, keep_house
from probe.slo.rollup import by_period
from probe.store import Store, open_store

T0: Final = 1_793_491_200 * SECOND


def up(check: str, slot: Micros) -> Result:
    return Result(check=check, location="default", scheduled_at=slot, state=State.UP, http_status=200, latency_us=1_000)


@pytest.fixture
def url(tmp_path: Path) -> Sensitive:
    return Sensitive.plain(f"sqlite:///{tmp_path / 'probe.db'}")


def job(url: Sensitive, *, now: Micros, wanted_by: int | None = None) -> HouseJob:
    return HouseJob(
        store=url, location="default", timezone="Europe/Berlin", retention=Retention(), now=now,
        wanted_by=wanted_by or os.getpid(),
    )  # fmt: skip


def tiles(store: Store, cuts: list[Micros]) -> int:
    with store.ranges("default") as ranges:
        found = ranges.tiles("shop/home", cuts)
    assert sum(part.figures.slots for part in by_period(found, cuts)) == 2 * 24 * 60
    return len(found)


def filled(url: Sensitive) -> Store:
    store = open_store(url)
    store.record([up("shop/home", T0 + minute * MINUTE) for minute in range(2 * 24 * 60)])
    return store


async def test_a_round_in_a_process_of_its_own_rolls_up_what_is_over(url: Sensitive) -> None:
    with filled(url) as store:
        outcome = await work_apart(housekeeping.__name__, job(url, now=T0 + 2 * DAY + HOUR), within=60)
        assert outcome == "done"
        assert tiles(store, [T0 - HOUR, T0 + 2 * DAY]) == 2 + 1, "two days of the zone, and an hour"


async def test_a_round_purges_what_is_past_its_retention_and_no_figure_changes(url: Sensitive) -> None:
    with filled(url) as store:
        outcome = await work_apart(housekeeping.__name__, job(url, now=T0 + 30 * DAY), within=60)
        assert outcome == "done"
        assert list(store.records("shop/home", start=0, end=T0 + 30 * DAY)) == []
        tiles(store, [T0 - HOUR, T0 + 2 * DAY])


async def test_results_are_stored_while_the_house_is_kept(url: Sensitive) -> None:
    with filled(url) as store:
        kept = threading.Thread(target=keep_house, args=(job(url, now=T0 + 3 * DAY),))
        kept.start()
        stored = 0
        while kept.is_alive():
            stored += store.record([up("shop/cart", T0 + 3 * DAY + stored)]).stored
            await asyncio.sleep(0.01)  # a daemon stores twice a second, not all the time
        kept.join()
        assert stored
        tiles(store, [T0 - HOUR, T0 + 2 * DAY])


async def test_a_round_without_a_store_says_why(url: Sensitive) -> None:
    with pytest.raises(WorkFailed, match="no store at sqlite:///"):
        await work_apart(housekeeping.__name__, job(url, now=T0), within=60)


async def test_work_that_takes_too_long_is_given_up(url: Sensitive) -> None:
    with pytest.raises(WorkFailed, match="it took more than 0 s and was given up"):
        await work_apart(housekeeping.__name__, job(url, now=T0), within=0.01)


async def test_work_that_is_not_wanted_any_more_is_ended(url: Sensitive) -> None:
    with filled(url) as store:
        running = asyncio.create_task(work_apart(housekeeping.__name__, job(url, now=T0 + 3 * DAY), within=60))
        await asyncio.sleep(0.05)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert store.record([up("shop/cart", T0)]).stored == 1


@pytest.mark.postgres
def test_a_round_makes_room_for_the_days_to_come(database: Sensitive) -> None:
    open_store(database).close()
    keep_house(job(database, now=T0))
    with open_store(database) as store, store._engine.connect() as connection:
        days = connection.exec_driver_sql("SELECT count(*) FROM pg_inherits WHERE inhparent = 'results'::regclass")
        assert days.scalar() == 8


def test_a_round_ends_with_the_daemon_that_wanted_it(url: Sensitive) -> None:
    """Also where that is killed, and can end nobody itself."""
    with open_store(url) as store:
        for number in range(30):
            store.record([up(f"shop/{number}", T0 + minute * MINUTE) for minute in range(2 * 24 * 60)])
        daemon = subprocess.Popen(
            [sys.executable, "-c", _STARTS_A_ROUND], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert daemon.stdin
        assert daemon.stdout
        daemon.stdin.write(pickle.dumps(job(url, now=T0 + 3 * DAY, wanted_by=daemon.pid)))
        daemon.stdin.close()
        child = Path("/proc") / daemon.stdout.readline().decode().strip()
        daemon.kill()
        daemon.wait()
        daemon.stdout.close()
        until = time.monotonic() + 30
        while child.exists() and time.monotonic() < until:
            time.sleep(0.01)
        assert not child.exists()
        assert not store.roll_up("default", now=T0 + 3 * DAY, zone=ZoneInfo("Europe/Berlin"), limit=1), (
            "it had more to do"
        )


_STARTS_A_ROUND: Final = """
import subprocess, sys
wanted = sys.stdin.buffer.read()
round = subprocess.Popen([sys.executable, "-m", "probe.runtime.housekeeping"], stdin=subprocess.PIPE)
round.stdin.write(wanted)
round.stdin.close()
print(round.pid, flush=True)
round.wait()
"""
