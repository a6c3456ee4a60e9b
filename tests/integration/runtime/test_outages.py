"""A writer with a spool on disk, and a store that fails in every way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
import structlog

from probe.model.errors import StoreUnreachable
from probe.model.grid import slots
from probe.model.result import Result, State, Transcript
from probe.model.sample import FailureKind
from probe.model.settings import SpoolSettings
from probe.model.units import HOUR, MINUTE, SECOND
from probe.runtime import committing, keeping, outage, waiting
from probe.runtime import writer as module
from probe.runtime.clock import SystemClock
from probe.runtime.scheduler import Gap
from probe.runtime.spool import Spool
from probe.runtime.writer import Writer
from probe.store import Recorded
from tests.fakes.checks import make_check
from tests.fakes.store import FakeStore

PATIENCE = 20.0


def result(slot: int, check: str = "shop/list") -> Result:
    return Result(check=check, location="default", scheduled_at=slot, state=State.UP)


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten minutes pass in a second."""
    monkeypatch.setattr(module, "GROUP_SECONDS", 0.005)
    monkeypatch.setattr(module, "LAST_PAUSE", 0.005)
    monkeypatch.setattr(keeping, "EVERY", 0.005)
    monkeypatch.setattr(keeping, "PAUSE", 0.01)
    monkeypatch.setattr(committing, "PATIENCE", 0.02)
    monkeypatch.setattr(committing, "LONGEST_CALL", 0.1)
    monkeypatch.setattr(outage, "LONGEST_PAUSE", 0.02)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "spool"


@pytest.fixture
def store() -> Iterator[FakeStore]:
    store = FakeStore()
    yield store
    store.answers.set()  # no thread shall hang for ever


@asynccontextmanager
async def writing(
    store: FakeStore, directory: Path, *, limit: int = 1 << 30, within: float = 5.0
) -> AsyncIterator[Writer]:
    with closing(Spool.open(SpoolSettings(directory=str(directory), limit=limit))) as spool:
        writer = Writer(store, "default", clock=SystemClock(), spool=spool)
        task = asyncio.create_task(writer.run())
        try:
            yield writer
        finally:
            await writer.drain(task, within=within)
            assert task.done()


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.002)


async def test_a_store_away_for_ten_minutes_loses_nothing(
    store: FakeStore, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "MOST_PENDING", 500)
    checks = [f"shop/c{number}" for number in range(20)]
    measured = [result(slot * SECOND, check) for slot in range(600) for check in checks]
    store.is_away = True
    async with writing(store, directory) as writer:
        for number, each in enumerate(measured):
            writer.put(each)
            if number % 100 == 0:
                await asyncio.sleep(0.001)
                await until(lambda: writer.pending < 400)
        await until(lambda: writer.pending == 0)
        assert writer.spooled == len(measured)
        assert writer.outage
        store.is_away = False
        await writer.flush(within=PATIENCE)
        assert (writer.stored, writer.lost, writer.spooled, writer.spool_size) == (len(measured), 0, 0, 0)
        assert not writer.outage
    assert list(store.kept.values()) == measured


async def test_order_is_kept_however_the_store_flaps(store: FakeStore, directory: Path) -> None:
    fate = Random(4)
    async with writing(store, directory) as writer:
        for number in range(400):
            writer.put(result(number))
            if fate.random() < 0.2:
                store.is_away = not store.is_away
            if fate.random() < 0.1:
                (store.answers.clear if store.answers.is_set() else store.answers.set)()
            await asyncio.sleep(fate.choice((0, 0, 0.001, 0.01)))
        store.is_away = False
        store.answers.set()
        await writer.flush(within=PATIENCE)
    assert [key[2] for key in store.kept] == list(range(400))
    assert (writer.lost, writer.stored) == (0, 400)


async def test_while_a_call_hangs_results_are_safe_on_disk(store: FakeStore, directory: Path) -> None:
    store.answers.clear()
    async with writing(store, directory) as writer:
        for slot in range(3):
            writer.put(result(slot))
            await asyncio.sleep(0.01)
        await until(lambda: writer.spooled == 3 and writer.pending == 0)
        await until(lambda: writer.outage)
        assert writer.outage.why == "it does not answer"
        store.answers.set()
        await writer.flush(within=PATIENCE)
        assert not writer.outage
    assert [key[2] for key in store.kept] == [0, 1, 2]
    assert (writer.stored, writer.lost, writer.spooled) == (3, 0, 0)


async def test_a_call_that_is_merely_slow_is_no_outage(
    store: FakeStore, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(committing, "LONGEST_CALL", 60)
    store.answers.clear()
    async with writing(store, directory) as writer:
        writer.put(result(1))
        await until(lambda: writer.spooled == 1)
        assert not writer.outage
        store.answers.set()
        await writer.flush(within=PATIENCE)
    assert writer.stored == 1


async def test_what_is_left_at_the_end_waits_in_the_spool_and_is_stored_at_the_next_start(
    store: FakeStore, directory: Path
) -> None:
    store.is_away = True
    with structlog.testing.capture_logs() as events:
        async with writing(store, directory, within=0.05) as writer:
            writer.put(result(1))
            writer.put(Gap(make_check(interval=SECOND), 10 * SECOND, 20 * SECOND, FailureKind.MISSED))
    assert (writer.lost, writer.spooled) == (0, 2)
    assert events[-1] == {
        "log_level": "warning",
        "event": "what the store did not take is in the spool, and is stored at the next start",
        "results": 2,
        "directory": str(directory),
    }
    store.is_away = False
    async with writing(store, directory) as writer:
        await writer.flush(within=PATIENCE)
    assert len(store.kept) == 11
    assert (writer.stored, writer.lost) == (11, 0)


async def test_at_the_end_a_store_that_was_away_is_asked_once_more(
    store: FakeStore, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outage, "LONGEST_PAUSE", 60)
    store.is_away = True
    async with writing(store, directory) as writer:
        writer.put(result(1))
        await until(lambda: writer.spooled and writer.outage)
        store.is_away = False
    assert (writer.stored, writer.spooled) == (1, 0)


async def test_a_store_that_hangs_does_not_hold_up_the_end(store: FakeStore, directory: Path) -> None:
    store.answers.clear()
    async with asyncio.timeout(5), writing(store, directory, within=0.1) as writer:
        writer.put(result(1))
        writer.put(result(2))
    assert (writer.lost, writer.spooled) == (0, 2)


async def test_what_was_measured_before_a_kill_wins_over_the_gap_after_it(store: FakeStore, directory: Path) -> None:
    check = make_check(interval=MINUTE)
    due = list(slots(check.id, check.interval, 0, HOUR))
    store.is_away = True
    async with writing(store, directory, within=0.05) as writer:
        for slot in due[:30]:
            writer.put(result(slot))
    store.is_away = False
    async with writing(store, directory) as writer:  # as the daemon does at its start, with the spool not replayed yet
        writer.put(Gap(check, 0, HOUR, FailureKind.NOT_RUNNING))
        writer.put(result(due[-1] + MINUTE))
    assert [entry.state for _, entry in sorted(store.kept.items())] == [
        *[State.UP] * 30,
        *[State.UNKNOWN] * (len(due) - 30),
        State.UP,
    ]


async def test_when_the_spool_is_full_too_each_lost_slot_is_said_and_becomes_unknown(
    store: FakeStore, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "MOST_PENDING", 50)
    store.is_away = True
    told = 0
    with structlog.testing.capture_logs() as events:
        async with writing(store, directory, limit=10_000) as writer:
            while not (writer.lost > 9 and writer.spool_outage):
                writer.put(replace(result(told * SECOND), transcript=Transcript(body="b" * 200)))
                told += 1
                await asyncio.sleep(0.001)
            assert writer.spool_outage.why == "its limit of 10.0 kB is reached"
            assert writer.pending < 100  # 50 results, and a few runs
            assert writer.spool_size <= 10_000
            store.is_away = False
            await writer.flush(within=PATIENCE)
            assert not writer.outage
            await until(lambda: not writer.spool_outage)
    assert sorted(key[2] for key in store.kept) == [number * SECOND for number in range(told)]
    lost = [entry for entry in store.kept.values() if entry.failure is FailureKind.LOST]
    assert len(lost) == writer.lost
    assert {entry.state for entry in lost} == {State.UNKNOWN}
    said = [event["event"] for event in events if event["log_level"] == "error"]
    assert {"results are lost", "the spool takes no results; memory does"} <= set(said)
    assert said[-1] == "results were lost: neither the store nor the spool took them"
    assert len(said) < 50


async def test_in_an_outage_evidence_comes_along(store: FakeStore, directory: Path) -> None:
    down = replace(result(1), state=State.DOWN, transcript=Transcript(body="not found"))
    store.is_away = True
    async with writing(store, directory) as writer:
        writer.put(down)
        await until(lambda: writer.spooled)
        store.is_away = False
    assert list(store.kept.values()) == [down]


async def test_of_what_is_replayed_a_refused_result_is_lost_alone(store: FakeStore, directory: Path) -> None:
    store.is_away = True
    store.refuses = {"shop/bad"}
    async with writing(store, directory) as writer:
        for slot in range(40):
            writer.put(result(slot, "shop/bad" if slot == 17 else "shop/good"))
        await until(lambda: writer.spooled == 40)
        store.is_away = False
    assert [key[2] for key in store.kept] == [slot for slot in range(40) if slot != 17]
    assert writer.lost == 1


async def test_a_fault_of_our_own_in_the_store_is_an_outage_and_not_the_end(
    store: FakeStore, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> Recorded:
        raise KeyError("a secret perhaps")

    with monkeypatch.context() as fault:
        fault.setattr(store, "record", broken)
        async with writing(store, directory) as writer:
            writer.put(result(1))
            await until(lambda: writer.spooled)
            assert writer.outage.why == "KeyError, which is a fault of probe"
            fault.undo()
            await writer.flush(within=PATIENCE)
    assert len(store.kept) == 1


async def test_the_log_tells_of_the_beginning_and_the_end(store: FakeStore, directory: Path) -> None:
    store.is_away = True
    with structlog.testing.capture_logs() as events:
        async with writing(store, directory) as writer:
            writer.put(result(1))
            await until(lambda: writer.outage.failures >= 2)
            store.is_away = False
            await writer.flush(within=PATIENCE)
    assert events[0]["event"] == "the store takes no results"
    assert events[0]["why"] == str(StoreUnreachable("the store is away"))
    assert events[-1]["event"] == "the store takes results again"
