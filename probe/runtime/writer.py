"""The one writer: gathers results and commits them in groups, at most a second apart; while that fails, to the spool.

Two things go on at once. One stores: what is in the spool first, then what is in memory. The other one keeps safe: while the
store is away or late, or the spool is not empty yet, it moves what is in memory to the spool. A result may so come to the
store twice, which changes nothing there; it never comes before an older one.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Final

import structlog

from probe.model.result import Result
from probe.model.sample import FailureKind
from probe.runtime.aside import Aside
from probe.runtime.batches import Batch
from probe.runtime.clock import Clock
from probe.runtime.committing import LARGEST_BATCH, Committed, Committer
from probe.runtime.keeping import Keeper
from probe.runtime.outage import Outage
from probe.runtime.runs import Run
from probe.runtime.scheduler import Gap
from probe.runtime.segments import Segment
from probe.runtime.spool import Spool
from probe.runtime.threads import in_thread
from probe.runtime.waiting import Waiting
from probe.runtime.watching import Watcher
from probe.store import Store

GROUP_SECONDS: Final = 0.5
"""How long results wait for others to be committed with."""

LAST_PAUSE: Final = 0.25
"""Seconds between two tries while the end waits for the store."""

_log = structlog.get_logger("probe.writer")


class Writer:
    """Takes results from the event loop, and sees that each is stored.

    Nothing waits for it: a store that is slow or away holds up no check.

    Args:
        spool: `None` keeps everything in memory.

    Attributes:
        watcher: what is watched in the results; nothing, until it is told.
        stored: results committed since the start.
        lost: results that will never be stored; each loss is said in the log.
    """

    def __init__(self, store: Store, location: str, *, clock: Clock, spool: Spool | None = None) -> None:
        self._location = location
        self._clock = clock
        self.watcher = Watcher(store, location)
        self._committer = Committer(self.watcher, clock)
        self._waiting = Waiting()
        self._spool = spool
        self._aside = Aside(spool)
        self._keeper = Keeper(spool, self._aside, self._waiting, self._committer, clock) if spool else None
        self._is_behind = False
        self._arrived = asyncio.Event()
        self._hurry = asyncio.Event()
        self._idle = asyncio.Event()
        self._closing = asyncio.Event()
        self.stored = 0
        self.lost = 0
        (self._arrived if self.spooled else self._idle).set()

    @property
    def outage(self) -> Outage:
        """Whether the store is away, since when and why."""
        return self._committer.outage

    @property
    def spool_outage(self) -> Outage:
        """The same of the spool."""
        return self._keeper.outage if self._keeper else Outage()

    @property
    def pending(self) -> int:
        """Results, and runs of slots, that are in memory only."""
        return len(self._waiting)

    @property
    def spooled(self) -> int:
        """Results, and runs of slots, that wait on disk."""
        return self._spool.lines if self._spool else 0

    @property
    def spool_size(self) -> int:
        """Bytes that these take."""
        return self._spool.size if self._spool else 0

    def put(self, entry: Result | Gap, *, at_once: bool = False) -> None:
        """Take a result or a gap. `at_once` ends the wait for others: a change of state must not wait."""
        if isinstance(entry, Gap):
            self._waiting.runs.add(Run.of_gap(entry, self._location))
        elif not self._waiting.put(entry, self._clock.now()):
            self._lose(entry)
        self._idle.clear()
        self._arrived.set()
        if at_once:
            self._hurry.set()

    async def run(self) -> None:
        """Store what comes until `drain`, and what is left then. A store that fails is tried again, ever less often."""
        if self._keeper:
            self._keeper.begin()
        while not (self._closing.is_set() and self._idle.is_set()):
            await self._arrived.wait()
            await self._gather()
            try:
                await self._store_next()
            except Exception:  # noqa: BLE001  # the only writer must outlive a fault that nobody foresaw
                _log.exception("storing failed")
                await _wait(self._closing, GROUP_SECONDS)

    async def flush(self, *, within: float) -> None:
        """Commit what is waiting now, if the store takes it within so many seconds."""
        self._hurry.set()
        await _wait(self._idle, within)

    async def drain(self, running: asyncio.Task[None], *, within: float) -> None:
        """Store all that is left, and end `running`, the task of `run`.

        What the store does not take within so many seconds stays in the spool. What that does not take either is lost, and
        said.
        """
        self._closing.set()
        self._arrived.set()
        self._hurry.set()
        failures = self.outage.failures
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                while not (running.done() or self._is_in_vain(failures)):
                    await asyncio.wait([running], timeout=LAST_PAUSE)
        running.cancel()
        await asyncio.wait([running])
        if self._keeper:
            await self._keeper.leave()
        self.lost += self._waiting.results  # what is left of runs stays a hole, which is unknown all the same
        self._tell_the_end()

    def _is_in_vain(self, failures: int) -> bool:
        """Whether the end waits for a store that is away, though the spool has it all."""
        is_away = self.outage and (self._committer.is_late or self.outage.failures > failures)
        return bool(is_away) and self._keeper is not None and not self._waiting

    async def _gather(self) -> None:
        """Wait for others to be committed with, unless somebody is in a hurry."""
        if not (self._closing.is_set() or self._is_behind or self.spooled):
            await _wait(self._hurry, GROUP_SECONDS)
        self._hurry.clear()

    async def _store_next(self) -> None:
        """What stands first: the oldest segment of the spool, or a group in memory."""
        if self._spool and self.spooled and (segment := await in_thread(self._spool.oldest)):
            await self._replay(self._spool, segment)
        elif self.pending:
            await self._store_group()
        if not (self.pending or self.spooled):
            self._arrived.clear()
            self._idle.set()

    async def _replay(self, spool: Spool, segment: Segment) -> None:
        """Store a segment batch by batch; it is deleted once all of it is stored."""
        batches = segment.batches(LARGEST_BATCH)
        while results := await in_thread(next, batches, None):
            batch = Batch.replayed(results, now=self._clock.now())
            while not self._settle(await self._committer.commit(batch)):
                await self._pause()
        self.lost += segment.lost
        await in_thread(spool.remove, segment)

    async def _store_group(self) -> None:
        """Results go before runs: what is known must not wait for what is not. Runs that are left over are safe by then."""
        unmeasured = self._waiting.runs
        group = self._waiting.first(LARGEST_BATCH)
        runs = unmeasured.take(LARGEST_BATCH - len(group.results))
        unknown = [result for run in runs for result in run.results()]
        batch = Batch([*group.results, *unknown], [*group.came, *[self._clock.now()] * len(unknown)])
        is_stored = False
        try:
            if not unmeasured.are_all_taken:
                await self._aside.hold(unmeasured)
            is_stored = self._settle(await self._committer.commit(batch))
        finally:
            if is_stored:
                self._waiting.drop(group)
                unmeasured.settle(runs)
            unmeasured.give_back(runs)
        if not unmeasured:
            await self._aside.release()
        self._is_behind = is_stored and len(batch) == LARGEST_BATCH
        if not is_stored:
            await self._pause()

    def _settle(self, committed: Committed | None) -> bool:
        """Whether the batch is done with."""
        if committed is None:
            return False
        self.stored += committed.stored
        for result in committed.refused:
            self._lose(result)
        return True

    async def _pause(self) -> None:
        is_last = self._closing.is_set()
        seconds = LAST_PAUSE if is_last else self.outage.pause
        if self.outage.failures == 1 or not is_last:
            _log.error(
                "the store takes no results",
                why=self.outage.why, pending=self.pending, spooled=self.spooled, retry_seconds=seconds,
            )  # fmt: skip
        if is_last:
            await asyncio.sleep(seconds)
        else:
            await _wait(self._closing, seconds)

    def _lose(self, result: Result) -> None:
        """Count it, say so ever less often, and have its slot stored as lost."""
        if result.failure is FailureKind.LOST:
            return
        self.lost += 1
        self._waiting.runs.add(Run.of_lost(result))
        if self.lost.bit_count() == 1:
            _log.error("results are lost", lost=self.lost, pending=self.pending, spooled=self.spooled)

    def _tell_the_end(self) -> None:
        if self._spool and self.spooled:
            _log.warning(
                "what the store did not take is in the spool, and is stored at the next start",
                results=self.spooled, directory=str(self._spool.directory),
            )  # fmt: skip
        if self.lost:
            _log.error("results were lost: neither the store nor the spool took them", lost=self.lost)


async def _wait(event: asyncio.Event, seconds: float) -> None:
    """Until the event, but no longer than so many seconds."""
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
