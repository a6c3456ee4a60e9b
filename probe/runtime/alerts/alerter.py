"""The alerter: plans every second, sends what is due, pings the heartbeat, and says how it fares."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final, NamedTuple

import structlog

from probe.model.errors import StoreError
from probe.model.notification import DeliveryState
from probe.model.units import Micros
from probe.runtime.alerts.dispatcher import Dispatcher
from probe.runtime.alerts.emergency import EmergencyRoute
from probe.runtime.alerts.frames import Pulse, Status
from probe.runtime.alerts.heartbeat import Beating
from probe.runtime.alerts.job import AlertJob
from probe.runtime.alerts.lanes import open_lanes, renewed_lanes
from probe.runtime.alerts.rounds import MakePlanner, Rounds
from probe.runtime.alerts.surroundings import surroundings
from probe.runtime.clock import Clock
from probe.runtime.threads import in_thread
from probe.store import Store, open_store

FAREWELL_SECONDS: Final = 5.0
"""How long, at the end, the last plan and what it has to say may take."""

SETTLE_SECONDS: Final = 10.0
"""How long what is being sent may take when the daemon was killed."""

EVERY: Final = 1.0
"""Seconds between two looks at everything."""

STOCK_EVERY: Final = 5
"""Looks, of which one counts what is in the outbox."""

_MOST_COUNTED: Final = 1_000

_log = structlog.get_logger("probe.alerts")


class _Stock(NamedTuple):
    """What is in the outbox: by channel what is to be sent, what reached nobody, and since when anything is due."""

    waiting: dict[str, int]
    undelivered: int
    oldest_due: Micros | None


class Alerter:
    """Everything of one process, wired.

    Args:
        say: takes the status, every second; must be quick.
        make: of a planner.
        holder: a name that no other alerter has.
    """

    def __init__(
        self, job: AlertJob, clock: Clock, say: Callable[[Status], None], make: MakePlanner, *, holder: str
    ) -> None:
        self._job = job
        self._clock = clock
        self._say = say
        self._holder = holder
        self._rounds = Rounds(clock, job, make, holder)
        self._lanes = open_lanes(job, clock)
        self._store: Store | None = None
        self._dispatcher: Dispatcher | None = None
        self._emergency = EmergencyRoute(clock)
        self._beating = self._heartbeat()
        self._pulse: Pulse | None = None
        self._stock = _Stock({}, 0, None)
        self._tasks: list[asyncio.Task[None]] = []
        self._is_planning = asyncio.Lock()
        self._is_ending = False

    def start(self) -> None:
        """Do all of it, until `finish`."""
        loop = asyncio.get_running_loop()
        self._tasks = [loop.create_task(self._plan()), loop.create_task(self._look()), loop.create_task(self._send())]

    def feel(self, pulse: Pulse) -> None:
        """How the daemon is."""
        self._pulse = pulse
        if self._beating:
            self._beating.feel(pulse)

    def replace(self, job: AlertJob) -> None:
        """Go by another job: with the next plan, and the next message."""
        before, self._job = self._job, job
        self._lanes = renewed_lanes(job, before, self._lanes, self._clock)
        if self._dispatcher:
            self._dispatcher.replace(self._lanes)
        self._rounds.replace(job)
        if job.heartbeat != before.heartbeat:
            self._beating = self._heartbeat()
        _log.info("alerts go by the new configuration", rules=len(job.rules), channels=len(job.channels))

    async def finish(self, *, is_farewell: bool) -> None:
        """Come to an end: plan once more and send what is due, or only settle what is being sent."""
        plan, look, send = self._tasks
        look.cancel()
        if is_farewell:
            await self._plan_for_the_last_time()
        plan.cancel()
        if self._dispatcher:
            within = FAREWELL_SECONDS if is_farewell else SETTLE_SECONDS
            await self._dispatcher.finish(within=within, is_looking=is_farewell)
        send.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._emergency.aclose()
        if self._beating:
            await self._beating.aclose()
        for lane in self._lanes.values():
            await lane.channel.aclose()
        await self._rounds.close()
        if self._store:
            self._store.close()
        self._say(self._status())

    async def _plan_for_the_last_time(self) -> None:
        """What the last results turned: after the plan that is being made, for there is one at a time."""
        self._is_ending = True
        with suppress(TimeoutError):
            async with asyncio.timeout(FAREWELL_SECONDS), self._is_planning:
                await self._rounds.plan(self._health())

    async def _plan(self) -> None:
        while not self._is_ending:
            async with self._is_planning:
                await self._rounds.plan(self._health())
            if self._dispatcher:
                self._dispatcher.is_planning = self._rounds.ticked is not None and self._rounds.ticked.is_planning
                self._dispatcher.wake()
            await asyncio.sleep(self._rounds.pause)

    async def _send(self) -> None:
        """By a store of its own: a plan that takes long holds up no message."""
        while self._store is None:
            try:
                self._store = await in_thread(lambda: open_store(self._job.store, create=False))
            except StoreError:
                pass  # planning says so
            except Exception:  # noqa: BLE001  # whatever it is, messages must go once it is over
                _log.exception("the store could not be opened")
            await asyncio.sleep(0 if self._store else EVERY)
        self._dispatcher = Dispatcher(self._store.outbox, self._lanes, self._clock, self._holder)
        await self._dispatcher.run()

    async def _look(self) -> None:
        """Everything else that is done every second; one that fails takes no other with it."""
        number = 0
        while True:
            if number % STOCK_EVERY == 0:
                await _guarded(self._count)
            await _guarded(self._help)
            self._say(self._status())
            number += 1
            await asyncio.sleep(EVERY)

    async def _count(self) -> None:
        if self._store:
            with suppress(StoreError):
                await in_thread(self._store.look_after_files)
                self._stock = await in_thread(_stock, self._store, self._clock.now())

    async def _help(self) -> None:
        self._emergency.look(self._job, self._lanes, self._rounds.outage)
        if self._store and not self._rounds.outage and (told := self._emergency.ledger(self._job)):
            with suppress(StoreError):
                await in_thread(self._store.outbox.add, told)
                self._emergency.forget()
        if self._beating:
            self._beating.look(self._status())

    def _status(self) -> Status:
        ticked = self._rounds.ticked
        lanes = self._lanes
        return Status(
            planned_at=self._rounds.planned_at,
            firing={str(level): count for level, count in ticked.firing.items()} if ticked else {},
            waiting={name: self._stock.waiting.get(name, 0) for name in {**lanes, **self._stock.waiting}},
            delivered={name: lane.delivered for name, lane in lanes.items()},
            given_up={name: lane.given_up for name, lane in lanes.items()},
            undelivered=self._stock.undelivered,
            oldest_due=self._stock.oldest_due,
            disabled={name: lane.disabled for name, lane in lanes.items() if lane.disabled},
        )

    def _health(self) -> tuple[str, ...] | None:
        """What is wrong with the prober, as rules see it: a channel that is disabled is told on the others."""
        if self._pulse is None:
            return None
        disabled = (f"the channel {name} is disabled" for name, lane in self._lanes.items() if lane.disabled)
        return (*self._pulse.faults, *disabled)

    def _heartbeat(self) -> Beating | None:
        if self._job.heartbeat is None:
            return None
        return Beating(self._clock, self._job.heartbeat, surroundings(self._job, self._clock).post)


def _stock(store: Store, now: Micros) -> _Stock:
    waiting: Counter[str] = Counter()
    for (channel, state), count in store.outbox.counts().items():
        if state in (DeliveryState.WAITING, DeliveryState.SENDING):
            waiting[channel] += count
    return _Stock(dict(waiting), store.outbox.count_undelivered(_MOST_COUNTED), store.outbox.oldest_due(now))


async def _guarded(work: Callable[[], Awaitable[None]]) -> None:
    try:
        await work()
    except Exception:  # noqa: BLE001  # the next time must still come
        _log.exception("the alerter failed")
