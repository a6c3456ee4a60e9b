"""When the dead man's switch is pressed."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
import structlog

from probe.model.check import Request
from probe.model.sample import Failure, FailureKind, Sample
from probe.model.sensitive import Sensitive
from probe.model.settings import Heartbeat
from probe.model.units import MINUTE, SECOND, Micros
from probe.runtime.alerts.frames import Pulse, Status
from probe.runtime.alerts.heartbeat import FRESH, Beating
from tests.fakes.clock import FakeClock
from tests.fakes.outbox import NOW

WELL = Pulse(faults=(), has_ticked=True, stored=10, waiting=0)
URL = Sensitive("https://hc.example/s3cr3t", "https://hc.example/***")


class Receiver:
    """Takes pings, or fails as told."""

    def __init__(self) -> None:
        self.got: list[str] = []
        self.sample = Sample(started_at=NOW, latency_us=1, http_status=200)

    async def post(self, request: Request, within: Micros) -> Sample:
        assert within == 10 * SECOND
        self.got.append(f"{request.method} {request.url.reveal()}")
        return self.sample


class Stage:
    def __init__(self, every: Micros = MINUTE) -> None:
        self.clock = FakeClock(NOW)
        self.receiver = Receiver()
        self.beating = Beating(self.clock, Heartbeat(url=URL, every=every), self.receiver.post)

    async def let_pass(self, seconds: int, pulse: Pulse | None = WELL, **status: object) -> int:
        """How many pings came meanwhile."""
        before = len(self.receiver.got)
        for _ in range(seconds):
            self.clock.advance(1)
            if pulse:
                self.beating.feel(pulse)
            told = Status(planned_at=self.clock.now())
            self.beating.look(replace(told, **status))  # type: ignore[arg-type]  # fields of the status, by name
            await asyncio.sleep(0)
        return len(self.receiver.got) - before


async def test_it_pings_as_often_as_it_should() -> None:
    stage = Stage()
    assert await stage.let_pass(300) == 5
    assert set(stage.receiver.got) == {"GET https://hc.example/s3cr3t"}


async def test_it_never_pings_more_than_five_times_a_minute() -> None:
    assert await Stage(every=SECOND).let_pass(60) == 5


@pytest.mark.parametrize(
    "pulse",
    [
        WELL._replace(faults=("the scheduler does not tick",)),
        WELL._replace(has_ticked=False),
        WELL._replace(stored=0),
        None,
    ],
)
async def test_it_is_silent_while_the_daemon_is_not_well_or_unheard_of(pulse: Pulse | None) -> None:
    assert await Stage().let_pass(300, pulse) == 0


async def test_a_daemon_that_falls_silent_is_not_vouched_for() -> None:
    stage = Stage(every=12 * SECOND)
    stage.beating.feel(WELL)
    assert await stage.let_pass(120, None) == 1
    assert FRESH < 12


async def test_a_cycle_is_complete_once_something_was_stored_or_nothing_waits() -> None:
    stage = Stage()
    assert await stage.let_pass(1, WELL._replace(waiting=7)) == 1
    assert await stage.let_pass(300, WELL._replace(waiting=7)) == 0
    assert await stage.let_pass(1, WELL._replace(waiting=7, stored=11)) == 1


@pytest.mark.parametrize(
    "status",
    [
        {"planned_at": None},
        {"planned_at": NOW - MINUTE},
        {"oldest_due": NOW - 10 * MINUTE},
        {"undelivered": 1},
        {"disabled": {"hook": "410 Gone"}},
    ],
)
async def test_it_is_silent_while_people_can_not_be_told(status: dict[str, object]) -> None:
    assert await Stage().let_pass(100, **status) == 0  # type: ignore[arg-type]  # fields of the status, by name


async def test_a_ping_that_fails_is_logged_ever_less_often_and_without_the_url() -> None:
    stage = Stage(every=12 * SECOND)
    stage.receiver.sample = Sample(
        started_at=NOW, latency_us=1, failure=Failure(kind=FailureKind.TIMEOUT, detail=f"no answer from {URL.reveal()}")
    )
    with structlog.testing.capture_logs() as events:
        assert await stage.let_pass(120) == 10
    assert [(event["why"], event["times"]) for event in events] == [("timeout", times) for times in (1, 2, 4, 8)]
