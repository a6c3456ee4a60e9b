"""The daemon's regular work by APScheduler, ticks and reports, and a watchdog over it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC
from typing import Final

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from probe.model.units import SECOND, Micros
from probe.runtime.clock import Clock
from probe.runtime.every import Every
from probe.runtime.health import STALL_SECONDS
from probe.runtime.scheduler import TICK

EARLY_REPORTS: Final = (4.0, 20.0, 60.0)
"""Seconds from a start: a person who has just started probe waits for something to look at."""

_log = structlog.get_logger("probe.beat")


class Beat:
    """Ticks, and asks for reports.

    Args:
        tick: called every `TICK` seconds.
        last_tick: when that was last, on the monotonic clock.
        publish: asked for a report.
    """

    def __init__(
        self,
        clock: Clock,
        tick: Callable[[], None],
        last_tick: Callable[[], float | None],
        publish: Callable[[], None],
    ) -> None:
        self._clock = clock
        self._tick = tick
        self._last_tick = last_tick
        self._publish = publish
        self._jobs = AsyncIOScheduler(
            timezone=UTC,
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )

    def start(self) -> None:
        """Tick at once, then regularly."""
        self._jobs.add_job(self._run_tick, Every(TICK), id="tick", next_run_time=None)
        self._jobs.start()
        self._tick()
        self._jobs.resume_job("tick")

    def stop(self) -> None:
        """Neither tick nor ask for anything any more."""
        self._jobs.shutdown(wait=False)

    def report(self, every: Micros) -> None:
        """Ask for some reports soon, for somebody is waiting for them; then so often."""
        seconds = every / SECOND
        self._jobs.add_job(self._run_publish, Every(seconds), id="report", replace_existing=True)
        loop = asyncio.get_running_loop()
        for early in EARLY_REPORTS:
            if early < seconds or early == EARLY_REPORTS[0]:
                loop.call_later(min(seconds, early), self._publish_soon)

    async def watch(self) -> None:
        """APScheduler's timer can die, or sleep long when the wall clock is set back: checking must go on."""
        while True:
            await asyncio.sleep(1)
            try:
                self._look()
            except Exception:  # noqa: BLE001  # the next look must still come
                _log.exception("the watchdog failed")

    def _look(self) -> None:
        last = self._last_tick()
        if last is None or self._clock.monotonic() - last <= STALL_SECONDS:
            return
        _log.warning("the scheduler stalled; it is woken", seconds=round(self._clock.monotonic() - last, 1))
        self._tick()
        for job in self._jobs.get_jobs():
            job.reschedule(job.trigger)
        self._jobs.wakeup()

    def _publish_soon(self) -> None:
        if self._jobs.running:
            self._jobs.add_job(self._run_publish, id="first-report", replace_existing=True)

    async def _run_publish(self) -> None:
        self._publish()

    async def _run_tick(self) -> None:
        self._tick()
