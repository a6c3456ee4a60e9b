"""The daemon inside this process, so that faults can be put into its parts."""

from __future__ import annotations

import asyncio
import errno
import gc
import os
import shutil
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from probe.config.load import loads
from probe.demo.sample_api import SampleApi
from probe.model.check import Check
from probe.model.errors import ResultsLost, StoreUnreachable
from probe.model.result import Result, State
from probe.model.sensitive import Sensitive
from probe.model.settings import Control, Settings
from probe.model.units import SECOND
from probe.runtime import app, beat
from probe.runtime.app import Hooks, run_daemon
from probe.store import Recorded, Store, open_store
from tests.fakes.servers import EMPTY_OK, read_request, serving

PATIENCE = 30


class Seen:
    """Counts results as they come."""

    def __init__(self) -> None:
        self.results: list[Result] = []

    def observe(self, _: Check, result: Result) -> None:
        self.results.append(result)

    async def more(self, count: int) -> None:
        wanted = len(self.results) + count
        async with asyncio.timeout(PATIENCE):
            while len(self.results) < wanted:
                await asyncio.sleep(0.02)


@pytest.fixture
async def settings(tmp_path: Path) -> AsyncIterator[Settings]:
    async with SampleApi.start(http_port=0, https_port=0, now=datetime.now(UTC)) as shop:
        text = f"version: 1\nreport: {{every: 1s}}\napis:\n  shop:\n    base_url: {shop.http_url}\n    checks:\n      list: {{get: /orders, interval: 1s}}\n"
        yield loads(text.encode(), file="checks.yaml", environment={}, folder=tmp_path)


@asynccontextmanager
async def running(settings: Settings, reload: Callable[[], Settings] | None = None) -> AsyncIterator[Seen]:
    seen, stop = Seen(), asyncio.Event()
    task = asyncio.create_task(run_daemon(settings, Hooks(observers=(seen,), reload=reload), stop=stop))
    await seen.more(1)
    yield seen
    stop.set()
    async with asyncio.timeout(PATIENCE):
        await task


def slots_of(settings: Settings) -> list[tuple[int, State]]:
    with open_store(settings.store, create=False) as store:
        return [(record.scheduled_at, record.state) for record in store.records("shop/list", start=0, end=2**62)]


async def test_checking_goes_on_when_apscheduler_dies(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: AsyncIOScheduler) -> float:
        raise RuntimeError("the job store is gone")

    monkeypatch.setattr(beat, "STALL_SECONDS", 1.0)
    with structlog.testing.capture_logs() as events:
        async with running(settings) as seen:
            monkeypatch.setattr(AsyncIOScheduler, "_process_jobs", broken)
            await seen.more(5)
            monkeypatch.undo()
    assert "the scheduler stalled; it is woken" in [event["event"] for event in events]
    slots = [slot for slot, _ in slots_of(settings)]
    assert slots == list(range(slots[0], slots[-1] + 1, 1_000_000))


async def test_a_store_that_fails_for_a_while_loses_nothing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing = True
    record = Store.record

    def sometimes(store: Store, results: list[Result]) -> Recorded:
        if failing:
            raise StoreUnreachable("database is locked")
        return record(store, results)

    async with running(settings) as seen:
        monkeypatch.setattr(Store, "record", sometimes)
        await seen.more(4)
        failing = False
        await seen.more(1)
    assert len(slots_of(settings)) == len(seen.results)


async def test_a_reload_that_the_store_does_not_take_is_told_and_can_be_repeated(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_: Store, __: object) -> None:
        raise StoreUnreachable("the store is away")

    with structlog.testing.capture_logs() as events:
        async with running(settings, reload=lambda: settings) as seen:
            with monkeypatch.context() as fault:
                fault.setattr(Store, "register", away)
                os.kill(os.getpid(), signal.SIGHUP)
                await seen.more(2)
            os.kill(os.getpid(), signal.SIGHUP)
            await seen.more(2)
    told = [(event["event"], event.get("why")) for event in events]
    assert ("the configuration was not reloaded; the old one goes on", "the store is away") in told
    assert ("reloaded", None) in told


async def test_a_reload_takes_over_contact_limit_and_control_targets(settings: Settings) -> None:
    heads: list[bytes] = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head, _ = await read_request(reader)
        heads.append(head)
        writer.write(EMPTY_OK)

    async with serving(listen) as other:
        control = Control(targets=(Sensitive.plain(other.url()),), timeout=SECOND, every=SECOND)
        changed = replace(settings, contact="https://ops.example/", max_per_host=1, control=control, warnings=("odd",))
        with structlog.testing.capture_logs() as events:
            async with running(settings, reload=lambda: changed) as seen:
                assert not heads
                os.kill(os.getpid(), signal.SIGHUP)
                await seen.more(3)
                assert gc.isenabled()
    assert "reloaded" in [event["event"] for event in events]
    assert ("the configuration may not be what is meant", "odd") in [
        (each["event"], each.get("why")) for each in events
    ]
    assert f"127.0.0.1:{other.port}</bdi>: answers" in (Path(settings.report.directory) / "index.html").read_text()
    assert heads[0].startswith(b"HEAD / HTTP/1.1\r\n")
    assert b"(+https://ops.example/)" in heads[0]
    assert {state for _, state in slots_of(settings)} == {State.UP}


async def test_a_report_that_cannot_be_written_stops_nothing(settings: Settings) -> None:
    folder = Path(settings.report.directory)
    with structlog.testing.capture_logs() as events:
        async with running(settings) as seen:
            shutil.rmtree(folder)
            folder.write_text("a file stands in the way")
            await seen.more(3)
            folder.unlink()
    assert "the report could not be written" in [event["event"] for event in events]
    assert (folder / "index.html").exists()


async def test_a_report_that_cannot_even_be_begun_stops_nothing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def exhausted(*_: object, **__: object) -> None:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    with structlog.testing.capture_logs() as events:
        async with running(settings) as seen:
            monkeypatch.setattr(asyncio, "create_subprocess_exec", exhausted)
            await seen.more(3)
    told = [event["why"] for event in events if event["event"] == "the report could not be written"]
    assert set(told) == {os.strerror(errno.EMFILE)}


async def test_results_that_the_store_does_not_take_are_lost_aloud(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_: Store, __: list[Result]) -> Recorded:
        raise StoreUnreachable("the store is away")

    monkeypatch.setattr(app, "DRAIN_SECONDS", 0.1)
    monkeypatch.setattr(Store, "record", away)
    with pytest.raises(ResultsLost, match=r"^\d+ results were lost: neither the store nor the spool took them$"):
        async with running(replace(settings, spool=None)) as seen:
            await seen.more(1)
    assert ResultsLost.exit_status == 3


async def test_a_store_that_is_away_is_told_in_the_report_and_what_is_spooled_is_stored_at_the_next_start(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_: Store, __: list[Result]) -> Recorded:
        raise StoreUnreachable("the store is away")

    page = Path(settings.report.directory) / "index.html"
    with monkeypatch.context() as fault:
        async with running(settings) as seen:
            fault.setattr(Store, "record", away)
            await seen.more(2)
            async with asyncio.timeout(PATIENCE):
                while not page.exists() or "The store takes no results since" not in page.read_text():
                    await asyncio.sleep(0.05)
    measured = {result.scheduled_at for result in seen.results}
    assert measured - {slot for slot, _ in slots_of(settings)}
    async with running(settings):
        pass
    assert measured <= {slot for slot, state in slots_of(settings) if state is State.UP}


async def test_it_leaves_no_task_and_no_connection_behind(settings: Settings) -> None:
    before = asyncio.all_tasks()
    async with running(settings) as seen:
        await seen.more(2)
    await asyncio.sleep(0.05)
    assert asyncio.all_tasks() - before == set()
