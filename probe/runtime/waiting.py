"""Results and runs of slots in memory, on their way to the store or the spool."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final, TypeAlias

from probe.model.result import Result, Transcript
from probe.model.units import Micros
from probe.runtime.runs import Runs

MOST_PENDING: Final = 200_000
"""Results held in memory; more come together only while neither the store nor the spool takes any."""

MOST_TOLD: Final = 5_000
"""Of how many of them what went to and fro is held, the newest: it may be as large as 16 results."""

_Key: TypeAlias = tuple[str, str, Micros]


@dataclass(frozen=True, slots=True)
class Group:
    """The results that stand first, when each came, and where the group ends: counted from the first that ever did."""

    results: list[Result]
    came: list[Micros]
    end: int


class Waiting:
    """A queue that is looked at from the front, and shortened once what was seen there is safe; beside it the runs.

    Who looks and who shortens may be two; shortening twice by the same group does no harm.
    """

    def __init__(self) -> None:
        self.runs = Runs()
        self._results: deque[Result] = deque()
        self._came: deque[Micros] = deque()
        self._transcripts: dict[_Key, Transcript] = {}
        self._gone = 0

    def __len__(self) -> int:
        return len(self._results) + len(self.runs)

    @property
    def results(self) -> int:
        """How many results there are."""
        return len(self._results)

    def put(self, result: Result, came: Micros) -> bool:
        """Take a result that comes now, if there is room. In want of room the oldest evidence goes first."""
        if len(self._results) >= MOST_PENDING:
            return False
        if result.transcript is not None:
            self._transcripts[_key(result)] = result.transcript
            result = replace(result, transcript=None)
            if len(self._transcripts) > MOST_TOLD:
                del self._transcripts[next(iter(self._transcripts))]
        self._results.append(result)
        self._came.append(came)
        return True

    def first(self, most: int) -> Group:
        """The first results, which stay where they are."""
        results = list(islice(self._results, most))
        if self._transcripts:
            results = list(map(self._told, results))
        return Group(results, list(islice(self._came, most)), self._gone + len(results))

    def drop(self, group: Group) -> None:
        """Shorten the queue by a group, as far as that was not done before."""
        while self._gone < group.end:
            result = self._results.popleft()
            self._came.popleft()
            self._gone += 1
            if self._transcripts:
                self._transcripts.pop(_key(result), None)

    def _told(self, result: Result) -> Result:
        transcript = self._transcripts.get(_key(result))
        return replace(result, transcript=transcript) if transcript else result


def _key(result: Result) -> _Key:
    return result.check, result.location, result.scheduled_at
