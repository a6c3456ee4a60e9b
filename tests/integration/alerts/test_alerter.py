"""The alerter on a real store and a real receiver; what is planned is put in by hand."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import structlog

from probe.channels.registry import KINDS
from probe.model.channel import ChannelSettings
from probe.model.check import AddressPolicy
from probe.model.errors import LeaseLost, StoreUnreachable
from probe.model.maintenance import Scope
from probe.model.notification import DeliveryState
from probe.model.rule import AlertRule, LevelRule, ProberCondition
from probe.model.sensitive import Sensitive
from probe.model.settings import Heartbeat
from probe.model.sla import AlertLevel, SlaRules
from probe.model.units import Micros
from probe.runtime.alerts.alerter import Alerter
from probe.runtime.alerts.frames import Pulse, Status
from probe.runtime.alerts.job import AlertJob
from probe.runtime.clock import Clock, SystemClock
from probe.store import Store, open_store
from tests.fakes.outbox import make_delivery, make_message
from tests.fakes.planners import FakePlanners
from tests.fakes.servers import EMPTY_OK, read_request, serving

PATIENCE = 60
WELL = Pulse(faults=(), has_ticked=True, stored=1, waiting=0)


class Stage:
    """A receiver that notes what it gets, and a job that has it as a channel."""

    def __init__(self, folder: Path, port: int, requests: list[tuple[bytes, bytes]]) -> None:
        self.requests = requests
        self.url = f"http://127.0.0.1:{port}"
        self.planners = FakePlanners()
        self.said: list[Status] = []
        self.job = AlertJob(
            store=Sensitive.plain(f"sqlite:///{folder}/probe.db"),
            location="default",
            timezone="UTC",
            channels=(self.channel("hook"),),
            sla=SlaRules(),
            addresses=AddressPolicy(),
        )
        self.store = open_store(self.job.store)

    def channel(self, name: str) -> ChannelSettings:
        kind = KINDS["webhook"]
        options = {option.name: option.default for option in kind.options if option.default is not None}
        options["url"] = Sensitive.plain(f"{self.url}/{name}")
        return ChannelSettings(name=name, type="webhook", options=tuple(options.items()))

    def alerter(self, job: AlertJob | None = None, clock: Clock | None = None) -> Alerter:
        return Alerter(job or self.job, clock or SystemClock(), self.said.append, self.planners, holder="ours")

    def put(self, number: int = 1, *, channel: str = "hook", thread: str = "t1") -> None:
        message = make_message(number, channel=channel, thread=thread, at=SystemClock().now())
        self.store.outbox.add([make_delivery(message)])

    def paths(self) -> list[str]:
        return [head.split(b" ")[1].decode() for head, _ in self.requests]


class Hurried(SystemClock):
    """A minute in a second."""

    def __init__(self) -> None:
        self._began = SystemClock().now()

    def now(self) -> Micros:
        return self._began + 60 * (super().now() - self._began)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.02)


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    requests: list[tuple[bytes, bytes]] = []

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        requests.append(await read_request(reader))
        writer.write(EMPTY_OK)

    async with serving(take) as server:
        stage = Stage(tmp_path, server.port, requests)
        yield stage
        stage.store.close()


@asynccontextmanager
async def running(alerter: Alerter, *, is_farewell: bool = True) -> AsyncIterator[Alerter]:
    alerter.start()
    yield alerter
    await alerter.finish(is_farewell=is_farewell)


async def test_what_is_planned_is_sent_and_told_in_the_status(stage: Stage) -> None:
    stage.put()
    async with running(stage.alerter()) as alerter:
        alerter.feel(WELL._replace(faults=("the scheduler does not tick",)))
        await until(lambda: len(stage.requests) == 1 and ("the scheduler does not tick",) in stage.planners.ticks)
    (_, body), last = stage.requests[0], stage.said[-1]
    assert json.loads(body)["data"]
    assert (last.delivered, last.firing, last.planned_at is not None) == ({"hook": 1}, {"critical": 2}, True)
    assert [each.state for each in stage.store.outbox.list(limit=9)] == [DeliveryState.DELIVERED]


async def test_a_reload_loses_nothing_and_plans_by_the_new_job(stage: Stage) -> None:
    async with running(stage.alerter()) as alerter:
        await until(lambda: bool(stage.planners.ticks))
        alerter.replace(replace(stage.job, channels=(stage.channel("other"), stage.channel("hook")), title="New"))
        stage.put(channel="other", thread="t1")
        stage.put(channel="hook", thread="t2")
        await until(lambda: sorted(stage.paths()) == ["/hook", "/other"])
        await until(lambda: [job.title for job in stage.planners.made] == ["", "New"])


async def test_a_store_that_is_away_is_waited_for(stage: Stage) -> None:
    def away(_: Store) -> None:
        raise StoreUnreachable("the store is away")

    stage.planners.act = away
    with structlog.testing.capture_logs() as events:
        async with running(stage.alerter()):
            await until(lambda: len(stage.planners.ticks) > 1)
            assert all(status.planned_at is None for status in stage.said)
            stage.planners.act = lambda _: None
            await until(lambda: stage.said[-1].planned_at is not None)
    told = [event["event"] for event in events]
    assert told.count("alerts can't be planned, for the store is away") >= 1
    assert "alerts are planned again" in told


async def test_a_store_that_is_not_there_at_the_start_is_waited_for(stage: Stage, tmp_path: Path) -> None:
    missing = replace(stage.job, store=Sensitive.plain(f"sqlite:///{tmp_path}/later.db"))
    async with running(stage.alerter(missing)):
        await until(lambda: bool(stage.said))
        open_store(missing.store).close()
        await until(lambda: stage.said[-1].planned_at is not None)


async def test_a_store_that_is_away_for_long_is_told_past_it_and_written_down_once_it_is_back(stage: Stage) -> None:
    def away(_: Store) -> None:
        raise StoreUnreachable("it does not answer")

    level = LevelRule(level=AlertLevel.CRITICAL, condition=ProberCondition(), notify=("hook",))
    job = replace(stage.job, rules=(AlertRule(name="prober", scope=Scope(), levels=(level,)),))
    stage.planners.act = away
    async with running(stage.alerter(job, Hurried())):
        await until(lambda: len(stage.requests) == 1)
        assert stage.store.outbox.list(limit=9) == ()
        stage.planners.act = lambda _: None
        await until(lambda: len(stage.requests) == 2)
    told = [json.loads(body)["type"].rpartition(".")[2] for _, body in stage.requests]
    assert told == ["firing", "resolved"]
    assert {each.state for each in stage.store.outbox.list(limit=9)} == {DeliveryState.DELIVERED}


async def test_who_has_lost_the_lease_goes_on_and_is_well(stage: Stage) -> None:
    def lost(_: Store) -> None:
        raise LeaseLost("another has it")

    stage.planners.act = lost
    async with running(stage.alerter()):
        await until(lambda: len(stage.planners.ticks) > 1 and stage.said[-1].planned_at is not None)


async def test_a_fault_in_planning_does_not_end_it(stage: Stage) -> None:
    def broken(_: Store) -> None:
        stage.planners.act = lambda _: None
        raise RuntimeError("boom")

    stage.planners.act = broken
    with structlog.testing.capture_logs() as events:
        async with running(stage.alerter()):
            await until(lambda: bool(stage.said) and stage.said[-1].planned_at is not None)
    assert "alerts could not be planned" in [event["event"] for event in events]


async def test_at_the_end_it_plans_once_more_and_sends_what_follows(stage: Stage) -> None:
    alerter = stage.alerter()
    async with running(alerter):
        await until(lambda: bool(stage.planners.ticks))
        stage.planners.act = lambda _: stage.put()
    assert stage.paths() == ["/hook"]


async def test_when_the_daemon_is_gone_nothing_new_is_begun(stage: Stage) -> None:
    async with running(stage.alerter(), is_farewell=False):
        await until(lambda: bool(stage.planners.ticks))
        stage.planners.act = lambda _: stage.put()
        count = len(stage.planners.ticks)
    assert len(stage.planners.ticks) <= count + 1


async def test_the_heartbeat_is_pinged_after_a_complete_cycle(stage: Stage) -> None:
    beating = replace(stage.job, heartbeat=Heartbeat(url=Sensitive.plain(f"{stage.url}/ping")))
    async with running(stage.alerter(beating)) as alerter:
        await until(lambda: bool(stage.said) and stage.said[-1].planned_at is not None)
        assert stage.paths() == []

        def is_pinged() -> bool:
            alerter.feel(WELL)
            return stage.paths() == ["/ping"]

        await until(is_pinged)
