"""Runs that are too many for one transaction: on the disk as well, until the last of them is stored.

A start looks for what is missing behind the newest result of a check. So no result may be stored before the runs that it
follows, unless these are safe: a kill in between would leave a hole for ever.
"""

from __future__ import annotations

from contextlib import suppress

from probe.runtime.runs import Runs
from probe.runtime.segments import Segment
from probe.runtime.spool import Spool, SpoolFailed
from probe.runtime.threads import in_thread


class Aside:
    """Holds them in a segment of the spool that this process does not replay."""

    def __init__(self, spool: Spool | None) -> None:
        self._spool = spool
        self._segment: Segment | None = None
        self._held = 0

    async def hold(self, runs: Runs) -> None:
        """Have all of them on the disk. Where it takes none, memory has them still."""
        if self._spool is None or (self._segment and self._held == runs.added):
            return
        added = runs.added
        with suppress(SpoolFailed):
            segment = await in_thread(self._spool.set_aside, runs.all())
            before, self._segment, self._held = self._segment, segment, added
            if before:
                await in_thread(self._spool.remove, before)

    async def release(self) -> None:
        """They are all stored, or in the spool itself."""
        if self._spool and self._segment:
            segment, self._segment = self._segment, None
            await in_thread(self._spool.remove, segment)
