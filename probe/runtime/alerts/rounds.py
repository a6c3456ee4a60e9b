"""Plan after plan, whatever the store does."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import partial
from typing import Final, Protocol

import structlog

from probe.model.errors import LeaseLost, StoreError
from probe.model.units import SECOND, Micros, format_duration
from probe.runtime.alerts.job import AlertJob
from probe.runtime.alerts.planner import Ticked
from probe.runtime.clock import Clock
from probe.runtime.outage import Outage
from probe.runtime.threads import in_thread
from probe.store import Store, open_store

EVERY: Final = 1.0
"""Seconds from one plan to the next."""

LONGEST_PAUSE: Final = 5.0
"""Seconds between two tries while the store is away: whoever waits for an alert must not wait for much longer."""

RELEASE_SECONDS: Final = 2.0
"""How long letting go of the lease may take at the end."""

_log = structlog.get_logger("probe.alerts")


class Planning(Protocol):
    """Decides what is told to whom, as `Planner`: after whatever went wrong it begins with what is stored."""

    def tick(self, now: Micros, health: tuple[str, ...] | None) -> Ticked: ...


class MakePlanner(Protocol):
    """Makes a planner, in a thread; `holder` is the name by which it holds the lease of planning."""

    def __call__(self, store: Store, job: AlertJob, clock: Clock, *, holder: str) -> Planning: ...


class Rounds:
    """Has plans made, each by the job of the moment.

    Args:
        holder: a name that no other alerter has.

    Attributes:
        outage: no plan can be made, for the store is away.
        planned_at: when the last one was made; `None` before the first.
        ticked: what it came to.
    """

    def __init__(self, clock: Clock, job: AlertJob, make: MakePlanner, holder: str) -> None:
        self._clock = clock
        self._job = job
        self._make = make
        self._holder = holder
        self._store: Store | None = None
        self._planner: Planning | None = None
        self.outage = Outage()
        self.planned_at: Micros | None = None
        self.ticked: Ticked | None = None

    @property
    def pause(self) -> float:
        """Seconds until the next."""
        return min(LONGEST_PAUSE, self.outage.pause) if self.outage else EVERY

    def replace(self, job: AlertJob) -> None:
        """Plan by this job from the next time on. What was known is read from the store: nothing is lost by it."""
        self._job = job
        self._planner = None

    async def plan(self, health: tuple[str, ...] | None) -> None:
        """One plan, however long it takes; what goes wrong is said.

        Args:
            health: what is wrong with the prober; `None` while that isn't known yet.
        """
        now, job = self._clock.now(), self._job
        try:
            if (planner := self._planner) is None:
                planner = self._planner = await in_thread(self._begin, job)
            self.ticked = await in_thread(planner.tick, now, health)
        except LeaseLost:
            _log.info("another alerter has begun to decide about alerts")
        except StoreError as error:
            self._fail(str(error), now)
            return
        except Exception:  # noqa: BLE001  # the next one must still come
            _log.exception("alerts could not be planned")
            return
        if self._job is not job:
            self._planner = None
        self.planned_at = self._clock.now()
        self._end()

    async def close(self) -> None:
        """Let go of the store, and of the lease: who comes next need not wait for its end."""
        if (store := self._store) is None:
            return
        if self.ticked is not None and self.ticked.is_planning:
            now = self._clock.now()
            with suppress(StoreError, TimeoutError):
                async with asyncio.timeout(RELEASE_SECONDS):
                    await in_thread(partial(store.alerts.lease, self._holder, now=now, until=now))
        store.close()

    def _begin(self, job: AlertJob) -> Planning:
        self._store = self._store or open_store(job.store, create=False)
        return self._make(self._store, job, self._clock, holder=self._holder)

    def _fail(self, why: str, now: Micros) -> None:
        self.outage.fail(why, now=now)
        if self.outage.failures.bit_count() == 1:
            _log.warning("alerts can't be planned, for the store is away", why=why, times=self.outage.failures)

    def _end(self) -> None:
        if self.outage.since is not None:
            away = format_duration(max(0, self._clock.now() - self.outage.since) // SECOND * SECOND)
            _log.info("alerts are planned again", away=away)
        self.outage.end()
