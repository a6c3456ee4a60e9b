"""A process that records batches, and tells of each once it is stored.

`python -m tests.crash.recording URL [PRAGMA…]`; the pragmas go to the store's connection.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Final

from probe.model.result import Result, State, Transcript
from probe.model.sample import FailureKind
from probe.model.sensitive import Sensitive
from probe.store import open_store

CHECKS: Final = 12
BATCHES: Final = 30
"""Of each of two lives."""

CHECKPOINT_PAGES: Final = 40
"""So that a short life has many of them; SQLite's own number is 1,000."""


def batch(number: int) -> list[Result]:
    """A slot of every check; one in three is down, with a transcript."""
    return [_result(f"api/{check}", number) for check in range(CHECKS)]


def _result(check: str, slot: int) -> Result:
    if (slot + len(check)) % 3:
        return Result(check=check, location="default", scheduled_at=slot, state=State.UP, latency_us=slot)
    told = Transcript(request=f"GET /{slot}", response="HTTP/1.1 500", body=f"{slot} " * 200)
    return Result(
        check=check, location="default", scheduled_at=slot, state=State.DOWN, failure=FailureKind.ASSERTION,
        detail=f"slot {slot}", latency_us=slot, transcript=told,
    )  # fmt: skip


def _live(url: Sensitive, pragmas: Sequence[str], numbers: range) -> None:
    with open_store(url) as store:
        connection = store._engine.raw_connection()  # an SQLite store has one for as long as it is open
        for pragma in (f"wal_autocheckpoint = {CHECKPOINT_PAGES}", *pragmas):
            connection.cursor().execute(f"PRAGMA {pragma}")
        connection.close()
        for number in numbers:
            assert store.record(batch(number)).stored == CHECKS
            os.write(1, b"%d\n" % number)


if __name__ == "__main__":
    for first in (0, BATCHES):
        _live(Sensitive.plain(sys.argv[1]), sys.argv[2:], range(first, first + BATCHES))
