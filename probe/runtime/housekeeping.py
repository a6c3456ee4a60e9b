"""What a store needs from time to time: results rolled up, and what is past its retention purged.

As a program it does the `HouseJob` that it is given.
"""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from probe.model.sensitive import Sensitive
from probe.model.settings import Retention, Settings
from probe.model.units import Micros
from probe.runtime.apart import serve_one
from probe.store import Store, open_store

LONGEST: Final = 240.0
"""Seconds that one round takes at most; what is left then is for the next."""

HOLD: Final = 0.05
"""Seconds that a transaction should take: meanwhile no result can be stored."""

MOST: Final = 2_000
"""Hours and days of checks that are rolled up in one transaction, however fast that goes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseJob:
    """A round of housekeeping, complete: it travels to another process.

    Attributes:
        wanted_by: the process that asked for it.
    """

    store: Sensitive
    location: str
    timezone: str
    retention: Retention
    now: Micros
    wanted_by: int

    @classmethod
    def of(cls, settings: Settings, *, now: Micros) -> HouseJob:
        """The job of these settings at a moment."""
        return cls(
            store=settings.store,
            location=settings.location,
            timezone=settings.timezone,
            retention=settings.retention,
            now=now,
            wanted_by=os.getpid(),
        )


def keep_house(job: HouseJob) -> bool:
    """One round; whether nothing is left to do.

    Raises:
        StoreError: the store can't be used.
    """
    with open_store(job.store, create=False) as store:
        store.prepare_days(job.now)
        is_rolled_up = _roll_up(store, job, Turn.of(job))
        is_purged = _purge(store, job, Turn.of(job))  # a long backlog must not keep what is rolled up already
        return is_rolled_up and is_purged


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """How long to go on: until a time, and not after the end of the process that wants it (a killed one ends nobody)."""

    until: float
    wanted_by: int

    @classmethod
    def of(cls, job: HouseJob) -> Turn:
        """Half a round."""
        return cls(until=time.monotonic() + LONGEST / 2, wanted_by=job.wanted_by)

    @property
    def lasts(self) -> bool:
        """Whether there is time for one more step."""
        return time.monotonic() < self.until and self.wanted_by in (os.getppid(), os.getpid())


def _roll_up(store: Store, job: HouseJob, turn: Turn) -> bool:
    """In short transactions, and as long between two: whoever else writes must come to it."""
    zone = ZoneInfo(job.timezone)
    limit = 1
    while turn.lasts:
        began = time.monotonic()
        if store.roll_up(job.location, now=job.now, zone=zone, limit=limit):
            return True
        took = time.monotonic() - began
        limit = min(MOST, max(1, round(limit * min(2.0, HOLD / max(took, HOLD / 10)))))
        time.sleep(took)
    return False


def _purge(store: Store, job: HouseJob, turn: Turn) -> bool:
    """The same: each step of it is a transaction."""
    steps = store.purge(job.retention, now=job.now)
    while turn.lasts:
        began = time.monotonic()
        if next(steps, None) is None:
            return True
        time.sleep(time.monotonic() - began)
    return False


def work(job: HouseJob) -> str:
    """`keep_house`, told in a word."""
    return "done" if keep_house(job) else "unfinished"


if __name__ == "__main__":
    sys.exit(serve_one(work))
