"""Whether the prober itself works, as its parts say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from probe.model.units import SECOND, Micros, to_iso
from probe.runtime.alerts.frames import Status
from probe.runtime.alerts.supervisor import Supervisor
from probe.runtime.clock import Clock
from probe.runtime.control import ControlState, ControlTargets
from probe.runtime.lag import LagMeter, spoken
from probe.runtime.outage import Outage
from probe.runtime.scheduler import GRACE, Scheduler
from probe.runtime.waiting import MOST_PENDING
from probe.runtime.writer import Writer

STALL_SECONDS: Final = 3.0
"""Without a tick for so long, the scheduler is taken for dead."""

UNHEALTHY_LAG: Final = GRACE / SECOND
"""Seconds of lag that make the prober unhealthy: slots are missed by it. What merely spoils an attempt shows in its result."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How the prober itself is.

    Attributes:
        is_ready: it has begun to measure.
        faults: what is wrong, one sentence each; none when it is well.
        pending, stored, lost: results that wait in memory, that were committed, and that never will be.
        spooled, spool_size: results that wait on disk, and their bytes.
        is_storing: the store takes results.
        lag: the event loop's longest lag of the last minute, in seconds.
        stalls: how often it stood still for so long that attempts were spoilt.
        control: the control targets.
        is_alerting: an alerter runs; `None` where there is nothing to tell.
        alerts: how it fares; `None` where it said nothing yet.
    """

    is_ready: bool
    faults: tuple[str, ...]
    pending: int
    stored: int
    lost: int
    spooled: int = 0
    spool_size: int = 0
    is_storing: bool = True
    lag: float = 0.0
    stalls: int = 0
    control: tuple[ControlState, ...] = ()
    is_alerting: bool | None = None
    alerts: Status | None = None


def examine(
    clock: Clock, scheduler: Scheduler, writer: Writer, lag: LagMeter, control: ControlTargets, housekeeping: Outage
) -> Health:
    """How it is now, but for alerts."""
    return Health(
        is_ready=scheduler.last_tick is not None,
        faults=(
            *_of_time(clock, scheduler, lag),
            *_of_the_store(writer),
            *_of_housekeeping(housekeeping),
            *_of_the_network(control),
        ),
        pending=writer.pending,
        stored=writer.stored,
        lost=writer.lost,
        spooled=writer.spooled,
        spool_size=writer.spool_size,
        is_storing=not writer.outage,
        lag=lag.last_minute(),
        stalls=lag.stalls,
        control=control.states(),
    )


def with_alerts(health: Health, alerts: Supervisor) -> Health:
    """The same, with how people are told."""
    if not alerts.is_wanted:
        return health
    return replace(
        health,
        faults=(*health.faults, *alerts.faults()),
        is_alerting=not alerts.outage,
        alerts=alerts.status,
    )


def _of_time(clock: Clock, scheduler: Scheduler, lag: LagMeter) -> Iterator[str]:
    last = scheduler.last_tick
    if last is not None and clock.monotonic() - last > STALL_SECONDS:
        yield "the scheduler does not tick"
    if (longest := lag.last_minute()) >= UNHEALTHY_LAG:
        yield f"the event loop stood still for up to {spoken(longest)} in the last minute"


def _of_the_store(writer: Writer) -> Iterator[str]:
    yield from _of_an_outage("store", writer.outage)
    yield from _of_an_outage("spool", writer.spool_outage)
    if writer.pending > MOST_PENDING // 2:
        yield f"{writer.pending} results wait to be stored"
    if writer.lost:
        yield f"{writer.lost} results were lost"


def _of_housekeeping(outage: Outage) -> Iterator[str]:
    """A round may find the store locked; when two do, somebody must look."""
    if outage.since is not None and outage.failures > 1:
        yield f"the store is neither rolled up nor purged since {_to_the_second(outage.since)}: {outage.why}"


def _of_the_network(control: ControlTargets) -> Iterator[str]:
    if control.silent_since is not None:
        yield f"no control target can be reached since {_to_the_second(control.silent_since)}"


def _of_an_outage(name: str, outage: Outage) -> Iterator[str]:
    if outage.since is not None:
        yield f"the {name} takes no results since {_to_the_second(outage.since)}: {outage.why}"


def _to_the_second(moment: Micros) -> str:
    return to_iso(moment - moment % SECOND)
