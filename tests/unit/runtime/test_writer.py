from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from probe.model.grid import slots
from probe.model.result import Result, State, Transcript
from probe.model.sample import FailureKind
from probe.model.units import HOUR, SECOND
from probe.runtime import outage, waiting
from probe.runtime.clock import SystemClock
from probe.runtime.committing import LARGEST_BATCH
from probe.runtime.runs import MOST_FILLED
from probe.runtime.scheduler import Gap
from probe.runtime.writer import GROUP_SECONDS, Writer
from tests.fakes.checks import make_check
from tests.fakes.store import FakeStore


def result(slot: int, check: str = "shop/list") -> Result:
    return Result(check=check, location="default", scheduled_at=slot, state=State.UP)


@asynccontextmanager
async def writing(store: FakeStore) -> AsyncIterator[Writer]:
    writer = Writer(store, "default", clock=SystemClock())
    task = asyncio.create_task(writer.run())
    yield writer
    await writer.drain(task, within=2)


async def test_it_commits_results_together() -> None:
    store = FakeStore()
    async with writing(store) as writer:
        for slot in range(100):
            writer.put(result(slot))
        await asyncio.sleep(0)
        assert store.batches == []
    assert store.batches == [100]
    assert (writer.stored, writer.lost, writer.pending) == (100, 0, 0)


async def test_a_change_of_state_does_not_wait_for_others() -> None:
    store = FakeStore()
    async with writing(store) as writer:
        writer.put(result(1), at_once=True)
        async with asyncio.timeout(GROUP_SECONDS / 2):
            while not store.kept:
                await asyncio.sleep(0.001)


async def test_what_comes_is_stored_within_a_second() -> None:
    store = FakeStore()
    async with writing(store) as writer:
        writer.put(result(1))
        async with asyncio.timeout(1):
            while not store.kept:
                await asyncio.sleep(0.01)


async def test_while_the_store_is_away_nothing_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outage, "LONGEST_PAUSE", 0.01)
    store = FakeStore()
    store.is_away = True
    async with writing(store) as writer:
        for slot in range(10):
            writer.put(result(slot), at_once=True)
            await asyncio.sleep(0.005)
        assert writer.outage.failures > 0
        store.is_away = False
        async with asyncio.timeout(2):
            while writer.pending:
                await asyncio.sleep(0.005)
        assert not writer.outage
    assert [key[2] for key in store.kept] == list(range(10))


async def test_what_a_store_never_took_is_counted_as_lost() -> None:
    store = FakeStore()
    store.is_away = True
    async with writing(store) as writer:
        writer.put(result(1))
        writer.put(result(2))
    assert writer.lost == 2


async def test_beyond_its_memory_it_counts_what_is_lost_and_has_the_slots_stored_as_that(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(waiting, "MOST_PENDING", 3)
    store = FakeStore()
    async with writing(store) as writer:
        for slot in range(5):
            writer.put(result(slot))
    assert writer.lost == 2
    assert [entry.failure for entry in store.kept.values()] == [None, None, None, FailureKind.LOST, FailureKind.LOST]


async def test_when_much_is_waiting_the_oldest_evidence_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "MOST_TOLD", 2)
    store = FakeStore()
    async with writing(store) as writer:
        for slot in range(3):
            writer.put(replace(result(slot), transcript=Transcript(body="a")))
    assert [kept.transcript is None for kept in store.kept.values()] == [True, False, False]


async def test_a_refused_result_does_not_take_the_others_with_it() -> None:
    store = FakeStore()
    store.refuses = {"shop/bad"}
    async with writing(store) as writer:
        for check in ("shop/a", "shop/bad", "shop/b"):
            writer.put(result(1, check))
    assert {key[0] for key in store.kept} == {"shop/a", "shop/b"}
    assert writer.lost == 1


async def test_a_gap_becomes_an_unknown_result_for_each_of_its_slots() -> None:
    store = FakeStore()
    check = make_check(interval=SECOND)
    async with writing(store) as writer:
        writer.put(Gap(check, 0, 2 * HOUR, FailureKind.NOT_RUNNING))
        writer.put(result(3 * HOUR))
    missed = [entry for entry in store.kept.values() if entry.state is State.UNKNOWN]
    assert [entry.scheduled_at for entry in missed] == list(slots(check.id, SECOND, 0, 2 * HOUR))
    assert {entry.failure for entry in missed} == {FailureKind.NOT_RUNNING}
    assert max(store.batches) <= LARGEST_BATCH
    assert writer.stored == 7201


async def test_a_flush_commits_what_waits_and_gives_up_on_a_store_that_is_away() -> None:
    store = FakeStore()
    async with writing(store) as writer:
        writer.put(result(1))
        await writer.flush(within=1)
        assert len(store.kept) == 1
        store.is_away = True
        writer.put(result(2))
        await writer.flush(within=0.05)
        assert writer.pending == 1
        store.is_away = False


async def test_what_was_measured_does_not_wait_for_gaps_and_gaps_share_a_commit() -> None:
    store = FakeStore()
    checks = [make_check(f"shop/c{number}", interval=SECOND) for number in range(300)]
    async with writing(store) as writer:
        for check in checks:
            writer.put(Gap(check, 0, 10 * SECOND, FailureKind.MISSED))
        writer.put(result(1))
        await writer.flush(within=2)
        assert writer.pending == 0
    assert next(iter(store.kept)) == ("shop/list", "default", 1)
    assert len(store.batches) == 1
    assert writer.stored == 3_001


async def test_of_a_very_long_gap_the_newest_slots_are_stored() -> None:
    store = FakeStore()
    check = make_check(interval=SECOND)
    async with writing(store) as writer:
        writer.put(Gap(check, 0, 10**6 * SECOND, FailureKind.MISSED))
    assert writer.stored == MOST_FILLED
    assert max(key[2] for key in store.kept) > (10**6 - 2) * SECOND


async def test_a_gap_that_could_not_be_stored_is_no_lost_result() -> None:
    store = FakeStore()
    store.is_away = True
    async with writing(store) as writer:
        writer.put(Gap(make_check(interval=SECOND), 0, HOUR, FailureKind.NOT_RUNNING))
    assert writer.lost == 0


async def test_a_store_that_comes_back_while_the_end_waits_for_it_takes_everything() -> None:
    store = FakeStore()
    store.is_away = True
    async with writing(store) as writer:
        writer.put(result(1), at_once=True)
        while not writer.outage:
            await asyncio.sleep(0.005)
        asyncio.get_running_loop().call_later(0.1, setattr, store, "is_away", False)
    assert (writer.stored, writer.lost) == (1, 0)
