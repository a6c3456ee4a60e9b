"""The one writer: gathers results and commits them in groups, at most a second apart."""

from __future__ import annotations

import asyncio
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Final, TypeAlias

import structlog

from probe.model.errors import StoreError
from probe.model.grid import slots
from probe.model.result import Result, State
from probe.runtime.scheduler import Gap
from probe.store import Store

GROUP_SECONDS: Final = 0.5
"""How long results wait for others to be committed with."""

LARGEST_BATCH: Final = 5_000
MOST_PENDING: Final = 200_000
"""Results held in memory while the store is away; what comes on top is counted as lost, and said."""

LONGEST_PAUSE: Final = 30.0
"""Seconds between two tries while the store is away."""

_log = structlog.get_logger("probe.writer")
_Entry: TypeAlias = Result | Gap


class Writer:
    """Takes results from the event loop and stores them from a thread of its own, in order.

    Nothing waits for it: a store that is slow or away holds up no check.
    """

    def __init__(self, store: Store, location: str) -> None:
        self._store = store
        self._location = location
        self._pending: deque[_Entry] = deque()
        self._arrived = asyncio.Event()
        self._hurry = asyncio.Event()
        self._closing = False
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="probe-writer")
        self.stored = 0
        self.lost = 0
        self.failures = 0

    @property
    def pending(self) -> int:
        """Results and gaps that are not stored yet."""
        return len(self._pending)

    def put(self, entry: _Entry, *, at_once: bool = False) -> None:
        """Take a result or a gap. `at_once` ends the wait for others: a change of state must not wait."""
        if len(self._pending) >= MOST_PENDING:
            self.lost += 1
            if self.lost == 1:
                _log.error(
                    "results are lost: the store is away and memory is full",
                    pending=len(self._pending),
                )
            return
        self._pending.append(entry)
        self._arrived.set()
        if at_once:
            self._hurry.set()

    async def run(self) -> None:
        """Store what comes until `drain`. A store that fails is tried again, ever less often."""
        while not self._closing or self._pending:
            await self._arrived.wait()
            await self._gather()
            if not self._pending:
                self._arrived.clear()
                continue
            if not await self._store_batch() and self._closing:
                break

    async def drain(self, running: asyncio.Task[None], *, within: float) -> None:
        """Store all that is left, and end `running`, the task of `run`; what the store refuses until then is lost, and said."""
        self._closing = True
        self._arrived.set()
        self._hurry.set()
        _, unfinished = await asyncio.wait([running], timeout=within)
        for task in unfinished:
            task.cancel()
        if self._pending or self.lost:
            _log.error(
                "results were lost: the store could not take them",
                lost=self.lost + len(self._pending),
            )
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _gather(self) -> None:
        if self._closing or self._hurry.is_set():
            self._hurry.clear()
            return
        try:
            await asyncio.wait_for(self._hurry.wait(), GROUP_SECONDS)
        except TimeoutError:
            return
        self._hurry.clear()

    async def _store_batch(self) -> bool:
        """Store what stands first in the queue; it leaves the queue only once it is committed."""
        first = self._pending[0]
        batch: list[_Entry] = [first] if isinstance(first, Gap) else _leading_results(self._pending)
        loop = asyncio.get_running_loop()
        try:
            stored = await loop.run_in_executor(self._thread, self._write, batch)
        except StoreError as error:
            await self._pause(str(error))
            return False
        except Exception as error:  # noqa: BLE001  # the only writer must outlive a fault that nobody foresaw
            _log.exception("storing failed")
            await self._pause(f"{type(error).__name__}, which is a fault of probe")
            return False
        for _ in batch:
            self._pending.popleft()
        self.stored += stored
        self.failures = 0
        return True

    async def _pause(self, why: str) -> None:
        self.failures += 1
        seconds = min(LONGEST_PAUSE, 2.0 ** min(self.failures - 1, 10))
        _log.error(
            "the store takes no results; they are kept in memory",
            why=why,
            pending=len(self._pending),
            retry_seconds=seconds,
        )
        if not self._closing:
            await asyncio.sleep(seconds)

    def _write(self, batch: list[_Entry]) -> int:
        """In the writer's thread."""
        first = batch[0]
        if isinstance(first, Gap):
            return self._write_gap(first)
        return self._store.record([entry for entry in batch if isinstance(entry, Result)]).stored

    def _write_gap(self, gap: Gap) -> int:
        """A gap may be days long: it becomes results piece by piece."""
        missed = slots(gap.check.id, gap.check.interval, gap.start, gap.end)
        stored = 0
        while piece := [unknown(gap, self._location, slot) for slot in islice(missed, LARGEST_BATCH)]:
            stored += self._store.record(piece).stored
        return stored


def unknown(gap: Gap, location: str, slot: int) -> Result:
    """The result of a slot that was not measured."""
    return Result(
        check=gap.check.id,
        location=location,
        scheduled_at=slot,
        state=State.UNKNOWN,
        failure=gap.reason,
        definition=gap.check.definition,
    )


def _leading_results(pending: deque[_Entry]) -> list[_Entry]:
    batch: list[_Entry] = []
    for entry in islice(pending, LARGEST_BATCH):
        if isinstance(entry, Gap):
            break
        batch.append(entry)
    return batch
