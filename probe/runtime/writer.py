"""The one writer: gathers results and commits them in groups, at most a second apart."""

from __future__ import annotations

import asyncio
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from typing import Final

import structlog

from probe.model.errors import StoreError, StoreUnreachable
from probe.model.grid import slots
from probe.model.result import Result, State
from probe.runtime.scheduler import Gap
from probe.store import Store

GROUP_SECONDS: Final = 0.5
"""How long results wait for others to be committed with."""

LARGEST_BATCH: Final = 5_000
MOST_PENDING: Final = 200_000
"""Results held in memory while the store is away; what comes on top is counted as lost, and said."""

MOST_TOLD: Final = 20_000
"""Results in memory beyond which what went to and fro is left out of those that come: it may be as large as 16 of them."""

MOST_FILLED: Final = 10_000
"""Slots of one gap that are stored. Older ones stay holes, which count as unknown all the same."""

LONGEST_PAUSE: Final = 30.0
"""Seconds between two tries while the store is away."""

LAST_PAUSE: Final = 0.25
"""The same, while the end waits for it."""

_log = structlog.get_logger("probe.writer")


class Writer:
    """Takes results from the event loop and stores them from a thread of its own, in order.

    Nothing waits for it: a store that is slow or away holds up no check.

    Attributes:
        stored: results committed since the start.
        lost: results that will never be stored; each loss is said in the log.
        failures: tries that failed since the last one that did not.
    """

    def __init__(self, store: Store, location: str) -> None:
        self._store = store
        self._location = location
        self._pending: deque[Result] = deque()
        self._gaps: deque[Gap] = deque()
        self._is_behind = False
        self._arrived = asyncio.Event()
        self._hurry = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._closing = asyncio.Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="probe-writer")
        self.stored = 0
        self.lost = 0
        self.failures = 0

    @property
    def pending(self) -> int:
        """Results and gaps that are not stored yet."""
        return len(self._pending) + len(self._gaps)

    def put(self, entry: Result | Gap, *, at_once: bool = False) -> None:
        """Take a result or a gap. `at_once` ends the wait for others: a change of state must not wait."""
        if self.pending >= MOST_PENDING:
            self.lost += 1
            if self.lost == 1:
                _log.error("results are lost: the store is away and memory is full", pending=len(self._pending))
            return
        if isinstance(entry, Gap):
            self._gaps.append(entry._replace(start=max(entry.start, entry.end - MOST_FILLED * entry.check.interval)))
        else:
            is_affordable = entry.transcript is None or self.pending < MOST_TOLD
            self._pending.append(entry if is_affordable else replace(entry, transcript=None))
        self._idle.clear()
        self._arrived.set()
        if at_once:
            self._hurry.set()

    async def run(self) -> None:
        """Store what comes until `drain`, and what is left then. A store that fails is tried again, ever less often."""
        while self.pending or not self._closing.is_set():
            await self._arrived.wait()
            await self._gather()
            if self.pending:
                await self._store_batch()
            else:
                self._arrived.clear()

    async def flush(self, *, within: float) -> None:
        """Commit what is waiting now, if the store takes it within so many seconds."""
        self._hurry.set()
        await _wait(self._idle, within)

    async def drain(self, running: asyncio.Task[None], *, within: float) -> None:
        """Store all that is left, and end `running`, the task of `run`.

        What the store does not take within so many seconds is lost, and said.
        """
        self._closing.set()
        self._arrived.set()
        self._hurry.set()
        _, unfinished = await asyncio.wait([running], timeout=within)
        for task in unfinished:
            task.cancel()
        self.lost += len(self._pending)  # what is left of gaps stays a hole, which is unknown all the same
        if self.lost:
            _log.error("results were lost: the store did not take them", lost=self.lost)
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _gather(self) -> None:
        """Wait for others to be committed with, unless somebody is in a hurry."""
        if not self._closing.is_set() and not self._is_behind:
            await _wait(self._hurry, GROUP_SECONDS)
        self._hurry.clear()

    async def _store_batch(self) -> None:
        """Store what stands first in the queues; it leaves them only once it is committed.

        Measured results go before gaps: what is known must not wait for what is not.
        """
        results = list(islice(self._pending, LARGEST_BATCH))
        missed, gaps = self._from_gaps(LARGEST_BATCH - len(results))
        try:
            batch = results + missed
            stored, refused = await asyncio.get_running_loop().run_in_executor(self._thread, self._record, batch)
        except StoreError as error:
            await self._pause(str(error))
            return
        except Exception as error:  # noqa: BLE001  # the only writer must outlive a fault that nobody foresaw
            _log.exception("storing failed")
            await self._pause(f"{type(error).__name__}, which is a fault of probe")
            return
        for _ in results:
            self._pending.popleft()
        for _ in range(len(gaps)):
            self._gaps.popleft()
        self._gaps.extendleft(gap for gap in reversed(gaps) if gap.start < gap.end)
        self._is_behind = len(batch) == LARGEST_BATCH
        if not self.pending:
            self._idle.set()
        self.stored += stored
        self.lost += refused
        self.failures = 0

    def _from_gaps(self, room: int) -> tuple[list[Result], list[Gap]]:
        """The first slots of the first gaps as results, and what is left of each gap that was looked at."""
        missed: list[Result] = []
        left: list[Gap] = []
        for gap in self._gaps:
            if len(missed) >= room:
                break
            due = list(islice(slots(gap.check.id, gap.check.interval, gap.start, gap.end), room - len(missed) + 1))
            taken = due[: room - len(missed)]
            missed += [unknown(gap, self._location, slot) for slot in taken]
            left.append(gap._replace(start=due[-1] if len(due) > len(taken) else gap.end))
        return missed, left

    async def _pause(self, why: str) -> None:
        self.failures += 1
        is_last = self._closing.is_set()
        seconds = LAST_PAUSE if is_last else min(LONGEST_PAUSE, 2.0 ** min(self.failures - 1, 10))
        if self.failures == 1 or not is_last:
            _log.error(
                "the store takes no results; they are kept in memory",
                why=why,
                pending=len(self._pending),
                retry_seconds=seconds,
            )
        if is_last:
            await asyncio.sleep(seconds)
        else:
            await _wait(self._closing, seconds)

    def _record(self, results: list[Result]) -> tuple[int, int]:
        """In the writer's thread: how many were stored, and how many the store refused for good.

        One that is refused must not take the others with it.
        """
        if not results:
            return 0, 0
        try:
            return self._store.record(results).stored, 0
        except StoreUnreachable:
            raise
        except StoreError as error:
            if len(results) == 1:
                _log.error("a result was refused by the store and is lost", check=results[0].check, why=str(error))
                return 0, 1
        counts = [self._record([result]) for result in results]
        return sum(stored for stored, _ in counts), sum(refused for _, refused in counts)


async def _wait(event: asyncio.Event, seconds: float) -> None:
    """Until the event, but no longer than so many seconds."""
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)


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
