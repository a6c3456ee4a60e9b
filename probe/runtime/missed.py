"""Slots that were missed, gathered for the log: after a pause they are many."""

from __future__ import annotations

from collections import Counter
from typing import Final

import structlog

from probe.runtime.scheduler import Gap

MOST_TOLD: Final = 5
"""Checks that a line names."""

_log = structlog.get_logger("probe.missed")


class MissedSlots:
    """Counts them by check until they are told."""

    def __init__(self) -> None:
        self._missed: Counter[str] = Counter()
        self._waited: Counter[str] = Counter()

    def count(self, gap: Gap) -> int:
        """How many slots the gap holds; it begins with one."""
        slots = max(1, -((gap.start - gap.end) // gap.check.interval))
        self._missed[gap.check.id] += slots
        if gap.waited_for_host:
            self._waited[gap.check.id] += slots
        return slots

    def tell(self) -> None:
        """One line for all of them, and one more for those whose host was asked too much."""
        if self._missed:
            _log.warning("slots were missed", slots=self._missed.total(), checks=len(self._missed))
        if self._waited:
            _log.warning(
                "some of them waited in vain for other checks of their host; see max_per_host",
                slots=self._waited.total(),
                checks=sorted(self._waited)[:MOST_TOLD],
            )
        self._missed.clear()
        self._waited.clear()
