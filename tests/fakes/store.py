"""A store in memory that fails when it is told to."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Event

from probe.model.alert import Turn
from probe.model.errors import StoreError, StoreUnreachable
from probe.model.result import Result
from probe.store import Recorded, Store


class FakeStore(Store):
    """Keeps results by their identity, the first one wins.

    Attributes:
        is_away: every call fails until it is reset.
        refuses: checks whose results are refused for good.
        answers: while it is not set, every call hangs.
        batches: how many results each call brought.
        turns: all that came with results.
    """

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str, int], Result] = {}
        self.is_away = False
        self.refuses: set[str] = set()
        self.batches: list[int] = []
        self.turns: list[Turn] = []
        self.answers = Event()
        self.answers.set()

    def record(self, results: Sequence[Result], turns: Sequence[Turn] = ()) -> Recorded:
        self.answers.wait()
        if self.is_away:
            raise StoreUnreachable("the store is away")
        if any(result.check in self.refuses for result in results):
            raise StoreError("the store refused a row")
        before = len(self.kept)
        self.batches.append(len(results))
        self.turns += turns
        for result in results:
            self.kept.setdefault((result.check, result.location, result.scheduled_at), result)
        return Recorded(stored=len(self.kept) - before, duplicates=len(results) - len(self.kept) + before)
