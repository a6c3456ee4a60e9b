"""The daemon: everything built, wired, started in order and ended in order."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Callable, Iterable
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import structlog

from probe.model.check import Check
from probe.model.errors import ResultsLost
from probe.model.sample import FailureKind
from probe.model.settings import Settings
from probe.model.units import SECOND, Micros
from probe.probers.http import HttpProber
from probe.probers.transport import ProbeTransport, warm_up
from probe.report import ProberFacts, check_writable
from probe.runtime.alerts.frames import Pulse
from probe.runtime.alerts.supervisor import Supervisor
from probe.runtime.beat import Beat
from probe.runtime.clock import Clock, SystemClock
from probe.runtime.control import ControlTargets
from probe.runtime.cycle import Cycle, Observer
from probe.runtime.doubt import SelfDoubt
from probe.runtime.garbage import kept
from probe.runtime.health import Health, examine, with_alerts
from probe.runtime.house import Housekeeper
from probe.runtime.lag import LagMeter
from probe.runtime.listener import Listener, bind
from probe.runtime.maintenance import note_windows
from probe.runtime.missed import MissedSlots
from probe.runtime.presence import tell_presence
from probe.runtime.publisher import Publisher
from probe.runtime.reloading import Reloader
from probe.runtime.rendering import Rendered
from probe.runtime.runs import Run
from probe.runtime.scheduler import Gap, Scheduler
from probe.runtime.spool import Spool
from probe.runtime.telemetry import Telemetry
from probe.runtime.threads import in_thread
from probe.runtime.turns import Turns, most_at_once
from probe.runtime.writer import Writer
from probe.store import Store, open_store

FINISH_SECONDS: Final = 10.0
"""How long checks in flight may take to end after SIGTERM."""

DRAIN_SECONDS: Final = 10.0
"""How long the store may take for the last results."""

FLUSH_SECONDS: Final = 2.0
"""How long a report waits for the newest results to be stored, and a start for those that were spooled."""

PREPARED_AT_ONCE: Final = 50
"""Checks that are made ready in one turn of the loop: some milliseconds."""

_log = structlog.get_logger("probe")


@dataclass(slots=True, kw_only=True)
class Hooks:
    """What the command line wants to know of a running daemon, and may ask of it.

    Attributes:
        reload: reads the configuration again; raises `ConfigurationError` when it is wrong.
        observers: see every result.
        started: told once everything runs, by which settings.
        reloaded: told of the settings that were taken over.
        rendered: told of each report.
    """

    reload: Callable[[], Settings] | None = None
    observers: tuple[Observer, ...] = ()
    started: Callable[[Settings], None] = lambda _: None
    reloaded: Callable[[Settings], None] = lambda _: None
    rendered: Callable[[Rendered], None] = lambda _: None


async def run_daemon(settings: Settings, hooks: Hooks, *, stop: asyncio.Event | None = None) -> None:
    """Measure until SIGTERM, SIGINT or `stop`; then end cleanly, with a last report.

    Raises:
        ConfigurationError: the report's folder, the spool or the port can't be used. Nothing was started.
        StoreError: the store can't be used. Nothing was started.
        ResultsLost: at the end, when results could not be stored.
    """
    check_writable(Path(settings.report.directory))
    with ExitStack() as held:
        taken = held.enter_context(bind(settings.listen)) if settings.listen else None
        if settings.listen and taken:
            settings = replace(settings, listen=replace(settings.listen, port=taken.getsockname()[1]))
        store = held.enter_context(open_store(settings.store))
        spool = held.enter_context(closing(Spool.open(settings.spool))) if settings.spool else None
        await _Daemon(settings, hooks, store, spool, taken, SystemClock()).run(stop or asyncio.Event())


class _Daemon:
    def __init__(
        self,
        settings: Settings,
        hooks: Hooks,
        store: Store,
        spool: Spool | None,
        taken: socket.socket | None,
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._hooks = hooks
        self._store = store
        self._clock = clock
        self._since = clock.now()
        self._missed = MissedSlots()
        self._reloader = Reloader(settings, hooks.reload, self._take_over)
        self._telemetry = Telemetry(self._health)
        self._writer = Writer(store, settings.location, clock=clock, spool=spool)
        self._prober = HttpProber(ProbeTransport(), clock.now, contact=settings.contact)
        self._lag = LagMeter(clock)
        self._control = ControlTargets(clock, self._prober)
        self._cycle = Cycle(
            clock,
            self._prober,
            Turns(most=most_at_once(), most_per_host=settings.max_per_host),
            SelfDoubt(clock, self._lag, self._control),
            location=settings.location,
            deliver=lambda result, has_changed: self._writer.put(result, at_once=has_changed),
            missed=self._miss,
            observers=(self._telemetry, *hooks.observers),
        )
        self._scheduler = Scheduler(clock, self._cycle.start, self._miss)
        self._publisher = Publisher(
            clock,
            settings,
            facts=self._facts,
            flush=lambda: self._writer.flush(within=FLUSH_SECONDS),
            done=hooks.rendered,
        )
        self._house = Housekeeper(clock, settings)
        self._alerts = Supervisor(clock, settings, self._pulse)
        site = Path(settings.report.directory)
        self._listener = Listener(taken, self._telemetry, self._health, site) if taken else None
        self._beat = Beat(clock, self._tick, lambda: self._scheduler.last_tick, self._publisher.begin)

    async def run(self, stop: asyncio.Event) -> None:
        """Start, wait, end: each step only when the one before it is done."""
        await self._register(self._settings)
        await in_thread(self._store.prepare_days, self._since)
        await warm_up(check.request for check in self._settings.checks)
        writing = asyncio.create_task(self._writer.run())
        if self._listener:
            await self._listener.start()
        self._listen_to_signals(stop)
        self._control.replace(self._settings.control, self._settings.addresses)
        with kept():
            await self._prepare(self._settings.checks)
        # What an earlier process has spooled goes first: of some checks the store may know nothing else.
        await self._writer.flush(within=FLUSH_SECONDS)
        planned_after = self._scheduler.replace(self._settings.checks)
        await self._fill_gap(planned_after + 1)
        self._lag.start()
        self._beat.start()
        self._beat.report(self._settings.report.every)
        background = [
            asyncio.create_task(self._beat.watch()),
            asyncio.create_task(self._reloader.run()),
            asyncio.create_task(self._house.run()),
            asyncio.create_task(tell_presence(self._store, self._clock, lambda: self._settings)),
        ]
        alerting = asyncio.create_task(self._alerts.run())
        self._announce()
        self._hooks.started(self._settings)
        await stop.wait()
        _log.info("stopping", in_flight=self._cycle.in_flight)
        for task in background:
            task.cancel()
        self._beat.stop()
        self._scheduler.stop()
        stopped_at = self._clock.now()
        await self._cycle.finish(within=FINISH_SECONDS)
        await self._control.stop()
        await self._prober.aclose()
        self._lag.stop()
        await self._writer.drain(writing, within=DRAIN_SECONDS)
        await self._alerts.finish(alerting)
        if self._listener:
            await self._listener.stop()
        await self._publisher.finish(now=stopped_at)
        _log.info("stopped", stored=self._writer.stored)
        if self._writer.lost:
            raise ResultsLost(f"{self._writer.lost} results were lost: neither the store nor the spool took them")

    def _announce(self) -> None:
        settings = self._settings
        served = {"listen": str(settings.listen)} if settings.listen else {}
        _log.info(
            "started",
            checks=len(settings.checks),
            store=str(settings.store),
            report=settings.report.directory,
            **served,
        )

    def _tick(self) -> None:
        self._scheduler.tick()
        self._missed.tell()

    def _miss(self, gap: Gap) -> None:
        count = self._missed.count(gap)
        self._telemetry.miss(gap.check, Run.of_gap(gap, self._settings.location).result(), count)
        self._writer.put(gap)

    async def _register(self, settings: Settings) -> None:
        await in_thread(self._store.register, settings.checks)
        await in_thread(note_windows, settings, self._store, self._clock.now())
        await in_thread(self._writer.watcher.follow, settings, self._clock.now())

    async def _prepare(self, checks: Iterable[Check]) -> None:
        """Have ready what slots need, a little at a time: made at their first time, it would be spread over memory."""
        for number, check in enumerate(checks):
            self._cycle.prepare(check)
            self._prober.prepare(check)
            if number % PREPARED_AT_ONCE == 0:
                await asyncio.sleep(0)

    async def _fill_gap(self, until: Micros) -> None:
        """What was not measured while probe did not run is unknown, and is stored as that."""
        covered = await in_thread(self._store.covered_until, self._settings.location)
        for check in self._settings.checks:
            if check.id in covered:
                self._writer.put(Gap(check, covered[check.id], until, FailureKind.NOT_RUNNING))

    def _listen_to_signals(self, stop: asyncio.Event) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        loop.add_signal_handler(signal.SIGHUP, self._reloader.ask)

    async def _take_over(self, wanted: Settings) -> None:
        await self._register(wanted)
        await warm_up(check.request for check in wanted.checks)
        self._settings = wanted
        self._scheduler.replace(wanted.checks)
        self._cycle.replace(wanted.checks, most_per_host=wanted.max_per_host)
        self._control.replace(wanted.control, wanted.addresses)
        await self._prober.renew(contact=wanted.contact)
        await self._prepare(self._scheduler.checks)
        self._telemetry.retain({check.id for check in wanted.checks})
        self._hooks.reloaded(wanted)
        self._publisher.replace(wanted)
        self._house.replace(wanted)
        self._alerts.replace(wanted)
        if self._listener:
            self._listener.replace(Path(wanted.report.directory))
        self._beat.report(wanted.report.every)

    def _facts(self) -> ProberFacts:
        return ProberFacts(
            since=self._since,
            longest_stall=round(self._lag.last_day() * SECOND),
            control=tuple((state.name, state.is_up) for state in self._control.states()),
            silent_since=self._control.silent_since,
            store_away_since=self._writer.outage.since,
            spooled=self._writer.spooled,
            lost=self._writer.lost,
        )

    def _health(self) -> Health:
        return with_alerts(self._own_health(), self._alerts)

    def _own_health(self) -> Health:
        return examine(self._clock, self._scheduler, self._writer, self._lag, self._control, self._house.outage)

    def _pulse(self) -> Pulse:
        health = self._own_health()
        return Pulse(
            faults=health.faults,
            has_ticked=health.is_ready,
            stored=health.stored,
            waiting=health.pending + health.spooled,
        )
