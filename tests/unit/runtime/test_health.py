from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

import pytest

from probe.model.units import SECOND
from probe.runtime.alerts.frames import Status
from probe.runtime.alerts.supervisor import Supervisor
from probe.runtime.control import ControlState, ControlTargets
from probe.runtime.health import Health, examine, with_alerts
from probe.runtime.lag import LagMeter
from probe.runtime.outage import Outage
from probe.runtime.scheduler import Scheduler
from probe.runtime.writer import Writer
from tests.fakes.clock import FakeClock

NOW = 1_795_176_180 * SECOND  # 2026-11-20T12:03:00Z


@dataclass
class Parts:
    """What the daemon's parts say of themselves."""

    last_tick: float | None = None
    outage: Outage = field(default_factory=Outage)
    spool_outage: Outage = field(default_factory=Outage)
    spooled: int = 0
    spool_size: int = 0
    pending: int = 0
    stored: int = 0
    lost: int = 0
    silent_since: int | None = None

    def states(self) -> tuple[ControlState, ...]:
        return (ControlState("a.example", self.silent_since is None),)


class Body:
    """A clock with a lag meter, and parts that are well."""

    def __init__(self) -> None:
        self.clock = FakeClock(NOW)
        self.lag = LagMeter(self.clock)
        self.lag.start()
        self.parts = Parts(last_tick=self.clock.monotonic())
        self.housekeeping = Outage()

    def examined(self) -> Health:
        return examine(
            self.clock,
            cast("Scheduler", self.parts),
            cast("Writer", self.parts),
            self.lag,
            cast("ControlTargets", self.parts),
            self.housekeeping,
        )


def test_it_is_well_when_nothing_is_wrong() -> None:
    health = Body().examined()
    assert (health.is_ready, health.faults, health.control) == (True, (), (ControlState("a.example", True),))


def test_it_is_not_ready_before_the_first_tick() -> None:
    body = Body()
    body.parts.last_tick = None
    assert not body.examined().is_ready


def test_a_stall_is_told_and_clears_by_itself() -> None:
    body = Body()
    body.clock.freeze(1.3)
    body.clock.advance(1)
    body.parts.last_tick = body.clock.monotonic()
    assert body.examined().faults == ("the event loop stood still for up to 1.2s in the last minute",)
    body.clock.advance(62)
    body.parts.last_tick = body.clock.monotonic()
    assert body.examined().faults == ()


def test_a_stall_that_costs_no_slot_is_only_counted() -> None:
    body = Body()
    body.clock.freeze(0.5)
    body.clock.advance(1)
    health = body.examined()
    assert (health.faults, health.stalls) == ((), 1)
    assert health.lag == pytest.approx(0.45, abs=0.051)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("silent_since", NOW + 123_456, "no control target can be reached since 2026-11-20T12:03:00Z"),
        ("lost", 7, "7 results were lost"),
        ("pending", 150_000, "150000 results wait to be stored"),
        ("last_tick", 900.0, "the scheduler does not tick"),
    ],
)
def test_each_fault_is_a_sentence(field: str, value: float, said: str) -> None:
    body = Body()
    setattr(body.parts, field, value)
    assert body.examined().faults == (said,)


@pytest.mark.parametrize(("part", "name"), [("outage", "store"), ("spool_outage", "spool")])
def test_an_outage_is_told_with_its_beginning_and_its_reason(part: str, name: str) -> None:
    body = Body()
    outage = getattr(body.parts, part)
    outage.fail("it is locked", now=NOW + 123_456)
    outage.fail("it is full", now=NOW + 30 * SECOND)
    health = body.examined()
    assert health.faults == (f"the {name} takes no results since 2026-11-20T12:03:00Z: it is full",)
    assert health.is_storing == (name != "store")
    outage.end()
    assert (body.examined().faults, body.examined().is_storing) == ((), True)


def test_housekeeping_that_fails_twice_is_a_fault_and_once_is_none() -> None:
    body = Body()
    body.housekeeping.fail("database is locked", now=NOW)
    assert body.examined().faults == ()
    body.housekeeping.fail("no room", now=NOW + 300 * SECOND)
    assert body.examined().faults == ("the store is neither rolled up nor purged since 2026-11-20T12:03:00Z: no room",)


@dataclass
class Alerting:
    """What an alerter says of itself."""

    is_wanted: bool = True
    outage: Outage = field(default_factory=Outage)
    status: Status | None = None

    def faults(self) -> tuple[str, ...]:
        return ("messages that reached nobody: 2",)


def test_that_people_can_not_be_told_is_a_fault() -> None:
    alerting = Alerting(status=Status(planned_at=NOW))
    health = with_alerts(Body().examined(), cast("Supervisor", alerting))
    assert health.faults == ("messages that reached nobody: 2",)
    assert (health.is_ready, health.is_alerting, health.alerts) == (True, True, alerting.status)


def test_where_there_is_nobody_to_tell_nothing_is_said_of_alerts() -> None:
    health = with_alerts(Body().examined(), cast("Supervisor", Alerting(is_wanted=False)))
    assert (health.faults, health.is_alerting) == ((), None)
