"""The daemon's side of housekeeping: rounds, one at a time."""

from __future__ import annotations

import asyncio
from typing import Final

import structlog

from probe.model.settings import Settings
from probe.runtime import housekeeping
from probe.runtime.apart import WorkFailed, work_apart
from probe.runtime.clock import Clock
from probe.runtime.housekeeping import HouseJob
from probe.runtime.outage import Outage

EVERY: Final = 300.0
"""Seconds from one round to the next."""

SOON: Final = 30.0
"""Seconds from a start, or from an unfinished round, to the next."""

_log = structlog.get_logger("probe.housekeeping")


class Housekeeper:
    """Has the store kept in a process apart.

    Attributes:
        outage: rounds fail.
    """

    def __init__(self, clock: Clock, settings: Settings) -> None:
        self._clock = clock
        self._settings = settings
        self.outage = Outage()

    def replace(self, settings: Settings) -> None:
        """Go by these settings from now on."""
        self._settings = settings

    async def run(self) -> None:
        """Rounds until cancelled. One that fails is logged, and the next may succeed."""
        pause = SOON
        while True:
            await asyncio.sleep(pause)
            pause = EVERY if await self._round() else SOON

    async def _round(self) -> bool:
        job = HouseJob.of(self._settings, now=self._clock.now())
        try:
            outcome = await work_apart(housekeeping.__name__, job, within=2 * housekeeping.LONGEST)
        except WorkFailed as error:
            _log.warning("the store was not kept: neither rolled up nor purged", why=str(error))
            self.outage.fail(str(error), now=self._clock.now())
            return True
        self.outage.end()
        return outcome == "done"
