"""Batches into the store: one at a time, from a thread, and what becomes of each."""

from __future__ import annotations

import asyncio
from typing import Final, NamedTuple

import structlog

from probe.model.errors import StoreError, StoreUnreachable
from probe.model.result import Result
from probe.model.units import SECOND, format_duration
from probe.runtime.batches import Batch
from probe.runtime.clock import Clock
from probe.runtime.outage import Outage
from probe.runtime.threads import in_thread
from probe.runtime.watching import Watcher

PATIENCE: Final = 0.5
"""Seconds after which a batch is taken for late, and kept elsewhere as well."""

LONGEST_CALL: Final = 15.0
"""Seconds after which a store that does not answer is away."""

LARGEST_BATCH: Final = 5_000

_log = structlog.get_logger("probe.writer")


class Committed(NamedTuple):
    """What became of a batch: how many results were new, and which the store refused for good."""

    stored: int
    refused: tuple[Result, ...] = ()


class Committer:
    """Knows by the last call how the store is.

    Attributes:
        outage: it is away: it refused everything, or does not answer.
        is_late: the call that is under way takes longer than one should.
        trouble: set with either of the two.
    """

    def __init__(self, watcher: Watcher, clock: Clock) -> None:
        self._watcher = watcher
        self._clock = clock
        self.outage = Outage()
        self.is_late = False
        self.trouble = asyncio.Event()

    async def commit(self, batch: Batch) -> Committed | None:
        """Store a batch, however long that takes; `None` when the store took nothing of it, and why is then in `outage`."""
        call = asyncio.ensure_future(in_thread(self._record_all, batch))
        try:
            committed = await self._answer(call)
        except StoreError as error:
            self._fail(str(error))
            return None
        except Exception as error:  # noqa: BLE001  # the only writer must outlive a fault that nobody foresaw
            _log.exception("storing failed")
            self._fail(f"{type(error).__name__}, which is a fault of probe")
            return None
        finally:
            self.is_late = False
            call.cancel()  # of nobody's interest any more, if it still hangs
        if self.outage.since is not None:
            away = format_duration((self._clock.now() - self.outage.since) // SECOND * SECOND)
            _log.info("the store takes results again", away=away)
            self.outage.end()
        return committed

    async def _answer(self, call: asyncio.Future[Committed]) -> Committed:
        """The call's answer, with a word to others when it is late."""
        begun = self._clock.now()
        await asyncio.wait([call], timeout=PATIENCE)
        if not call.done():
            self.is_late = True
            self.trouble.set()
            await asyncio.wait([call], timeout=LONGEST_CALL - PATIENCE)
        if not call.done():
            self.outage.hang("it does not answer", since=begun)
            _log.error("the store does not answer", seconds=LONGEST_CALL)
        return await call

    def _fail(self, why: str) -> None:
        self.outage.fail(why, now=self._clock.now())
        self.trouble.set()

    def _record_all(self, batch: Batch) -> Committed:
        """In a thread. Where something is watched, a check's results must come in the order of their slots."""
        return self._record(batch.by_slot() if self._watcher.is_watching else batch)

    def _record(self, batch: Batch) -> Committed:
        """What is refused is searched for by halves, so that it does not take the others with it."""
        try:
            return Committed(self._watcher.record(batch))
        except StoreUnreachable:
            raise
        except StoreError as error:
            if len(batch) == 1:
                _log.error("the store refused a result, which is lost", check=batch.results[0].check, why=str(error))
                return Committed(0, tuple(batch.results))
        halves = [self._record(half) for half in batch.halves()]
        return Committed(sum(half.stored for half in halves), tuple(item for half in halves for item in half.refused))
