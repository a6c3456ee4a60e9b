"""From memory to the spool, for as long as the store does not take everything at once."""

from __future__ import annotations

import asyncio
from typing import Final

import structlog

from probe.runtime.aside import Aside
from probe.runtime.clock import Clock
from probe.runtime.committing import LARGEST_BATCH, Committer
from probe.runtime.outage import Outage
from probe.runtime.spool import Spool, SpoolFailed
from probe.runtime.threads import in_thread
from probe.runtime.waiting import Waiting

EVERY: Final = 0.5
"""Seconds between two groups."""

PAUSE: Final = 2.0
"""Seconds between two tries of a spool that can't take anything."""

LAST_SECONDS: Final = 5.0
"""How long the spool may take at the end."""

_log = structlog.get_logger("probe.writer")


class Keeper:
    """Looks on while results are stored, and acts when that fails, when it is late, and until the spool is empty again.

    Attributes:
        outage: it takes nothing.
    """

    def __init__(self, spool: Spool, aside: Aside, waiting: Waiting, committer: Committer, clock: Clock) -> None:
        self._spool = spool
        self._aside = aside
        self.outage = Outage()
        self._waiting = waiting
        self._committer = committer
        self._clock = clock
        self._is_leaving = False
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Look on from now."""
        self._task = asyncio.create_task(self._run())

    async def leave(self) -> None:
        """Take all that is in memory, if the disk takes it soon, and end."""
        self._is_leaving = True
        self._committer.trouble.set()
        if self._task:
            await asyncio.wait([self._task], timeout=LAST_SECONDS)
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _run(self) -> None:
        trouble = self._committer.trouble
        while not (self._is_leaving and not self._waiting):
            if not self._is_needed:
                self.outage.end()  # it isn't asked any more, so nothing is known against it
                trouble.clear()
                await trouble.wait()
                continue
            await asyncio.sleep(EVERY if await self._took_all() else PAUSE)

    @property
    def _is_needed(self) -> bool:
        is_behind = self._committer.outage or self._committer.is_late or self._spool.lines
        return bool(is_behind) or self._is_leaving

    async def _took_all(self) -> bool:
        try:
            await self._take_all()
        except SpoolFailed as error:
            self.outage.fail(str(error), now=self._clock.now())
            if self.outage.failures.bit_count() == 1:
                _log.error("the spool takes no results; memory does", why=str(error), pending=len(self._waiting))
            return False
        except Exception:  # noqa: BLE001  # what keeps results safe must outlive a fault that nobody foresaw
            _log.exception("spooling failed")
            return False
        self.outage.end()
        return True

    async def _take_all(self) -> None:
        """Results, and the runs that they follow."""
        while True:
            group = self._waiting.first(LARGEST_BATCH)
            runs = self._waiting.runs.take_all()
            if not (group.results or runs):
                await self._aside.release()
                return
            try:
                await in_thread(self._spool.append, group.results, runs)
                self._waiting.drop(group)
                self._waiting.runs.settle(runs)
            finally:
                self._waiting.runs.give_back(runs)
