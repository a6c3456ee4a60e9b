"""The daemon's side of the alerter, with a program in its place that says what it is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, MutableMapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import structlog

from probe.config.load import loads
from probe.model.sensitive import Sensitive
from probe.model.settings import Heartbeat, Settings
from probe.runtime.alerts.frames import Pulse
from probe.runtime.alerts.supervisor import Supervisor
from probe.runtime.clock import SystemClock

PATIENCE = 60
ROOT = Path(__file__).parents[3]


class Stage:
    """A supervisor, the faults that it tells of, and its log."""

    def __init__(self, settings: Settings, events: list[MutableMapping[str, Any]]) -> None:
        self.faults: tuple[str, ...] = ()
        self.settings = settings
        self.events = events
        self.supervisor = Supervisor(SystemClock(), settings, self.pulse, program="tests.fakes.alerter")

    def pulse(self) -> Pulse:
        return Pulse(faults=self.faults, has_ticked=True, stored=1, waiting=0)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.supervisor.run())
        yield
        await self.supervisor.finish(task)

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not condition():
                await asyncio.sleep(0.02)

    async def says(self, event: str) -> None:
        await self.until(lambda: event in self.said())

    def said(self) -> list[str]:
        return [event["event"] for event in self.events]


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    text = b"version: 1\nreport: {title: One}\napis: {shop: {base_url: 'http://127.0.0.1', checks: {home: {get: /}}}}"
    plain = loads(text, file="checks.yaml", environment={}, folder=tmp_path)
    return Stage(replace(plain, heartbeat=Heartbeat(url=Sensitive.plain("http://127.0.0.1/"))), [])


@pytest.fixture(autouse=True)
async def _log(stage: Stage) -> AsyncIterator[None]:
    with structlog.testing.capture_logs() as events:
        stage.events = events
        yield


async def test_it_starts_tells_and_hears(stage: Stage) -> None:
    stage.faults = ("the scheduler does not tick",)
    async with stage.running():
        await stage.says("job One")
        await stage.until(lambda: stage.supervisor.status is not None)
        assert "messages that reached nobody: 1" in stage.supervisor.faults()
    assert "farewell" in stage.said()
    assert {"event": "job One", "log_level": "info", "pid": "its own"} in stage.events


async def test_a_reload_is_told_and_one_that_changes_nothing_is_not(stage: Stage) -> None:
    async with stage.running():
        await stage.says("job One")
        stage.supervisor.replace(stage.settings)
        stage.supervisor.replace(
            replace(stage.settings, heartbeat=None, report=replace(stage.settings.report, title="Two"))
        )
        await stage.says("job Two")
    assert [event for event in stage.said() if event.startswith("job")] == ["job One", "job Two"]


async def test_one_that_dies_is_started_again_and_told_of_meanwhile(stage: Stage) -> None:
    async with stage.running():
        await stage.until(lambda: stage.supervisor.status is not None)
        stage.faults = ("die",)
        await stage.until(lambda: bool(stage.supervisor.outage))
        (fault,) = stage.supervisor.faults()
        assert fault.startswith("nobody is alerted since 20")
        assert fault.endswith("it ended with status 1")
        stage.faults = ()
        await stage.until(lambda: not stage.supervisor.outage)
    assert stage.said().count("job One") == 2
    assert any(event.get("line") == "its last words" for event in stage.events)


async def test_a_line_of_its_log_that_is_far_too_long_is_left_out(stage: Stage) -> None:
    async with stage.running():
        stage.faults = ("talk",)
        await stage.says("after that")


async def test_nothing_is_started_where_there_is_nobody_to_tell_until_a_reload_names_somebody(stage: Stage) -> None:
    stage.supervisor = Supervisor(
        SystemClock(), replace(stage.settings, heartbeat=None), stage.pulse, program="tests.fakes.alerter"
    )
    async with stage.running():
        await asyncio.sleep(0)
        assert (stage.supervisor.is_wanted, stage.supervisor.faults()) == (False, ())
        stage.supervisor.replace(stage.settings)
        await stage.says("job One")


async def test_one_that_can_not_be_started_is_tried_again(stage: Stage) -> None:
    stage.supervisor = Supervisor(SystemClock(), stage.settings, stage.pulse, program="tests.fakes.no_such_module")
    async with stage.running():
        await stage.until(lambda: bool(stage.supervisor.outage))
    assert "the alerter ended; another is started" in stage.said()
