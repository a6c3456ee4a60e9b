"""Slots without a measurement, many in one value: what was missed, and what was lost."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple, TypeAlias

from probe.model.grid import next_slot
from probe.model.result import Result, State
from probe.model.sample import FailureKind
from probe.model.units import Micros
from probe.runtime.scheduler import Gap

MOST_FILLED: Final = 10_000
"""Slots of one gap that are stored. Older ones stay holes, which count as unknown all the same."""

MOST_RUNS: Final = 50_000
"""Runs in memory. What comes on top is a hole."""

_Kind: TypeAlias = tuple[str, str, FailureKind]


class Run(NamedTuple):
    """Slots of one check, evenly spaced, and why they are unknown."""

    check: str
    location: str
    definition: str
    reason: FailureKind
    first: Micros
    step: Micros
    slots: int

    @classmethod
    def of_gap(cls, gap: Gap, location: str) -> Run:
        """The newest slots of a gap, up to `MOST_FILLED`."""
        check, step = gap.check, gap.check.interval
        first = next_slot(check.id, step, after=max(gap.start, gap.end - MOST_FILLED * step) - 1)
        return cls(check.id, location, check.definition, gap.reason, first, step, max(0, -((first - gap.end) // step)))

    @classmethod
    def of_lost(cls, result: Result) -> Run:
        """The slot of a result that nothing could take."""
        return cls(
            result.check, result.location, result.definition, FailureKind.LOST, result.scheduled_at, step=1, slots=1
        )

    def result(self, number: int = 0) -> Result:
        """Of one of its slots."""
        return Result(
            check=self.check,
            location=self.location,
            scheduled_at=self.first + number * self.step,
            state=State.UNKNOWN,
            failure=self.reason,
            definition=self.definition,
        )

    def results(self) -> Iterator[Result]:
        """Of each of them."""
        return map(self.result, range(self.slots))

    def split(self, count: int) -> tuple[Run, Run]:
        """The first slots, and the rest; either may be empty."""
        count = min(count, self.slots)
        rest = self._replace(first=self.first + count * self.step, slots=self.slots - count)
        return self._replace(slots=count), rest

    def joined(self, later: Run) -> Run | None:
        """Both as one, where the later one goes on evenly; a single slot goes on with any step."""
        gap = later.first - (self.first + (self.slots - 1) * self.step)
        steps = {run.step for run in (self, later) if run.slots > 1}
        if gap <= 0 or not steps <= {gap}:
            return None
        return self._replace(step=gap, slots=self.slots + later.slots)


class Runs:
    """Runs that wait to be stored, in the order in which they began, those of one kind joined.

    Taken ones are still here until they are settled or given back; who takes may be two.

    Attributes:
        added: how many ever came.
    """

    def __init__(self) -> None:
        self._closed: deque[Run] = deque()
        self._open: dict[_Kind, Run] = {}
        self._taken: dict[Run, None] = {}
        self.added = 0

    def __len__(self) -> int:
        return len(self._closed) + len(self._open) + len(self._taken)

    @property
    def are_all_taken(self) -> bool:
        """Whether `take` would find none."""
        return not (self._closed or self._open)

    def add(self, run: Run) -> None:
        """Take one more."""
        if not run.slots:
            return
        kind = (run.check, run.definition, run.reason)
        before = self._open.get(kind)
        if before and (both := before.joined(run)):
            self._open[kind] = both
        elif len(self) < MOST_RUNS:
            if before:
                self._closed.append(self._open.pop(kind))
            self._open[kind] = run
        self.added += 1

    def all(self) -> list[Run]:
        """Every one, taken or not."""
        return [*self._taken, *self._closed, *self._open.values()]

    def take(self, most: int) -> list[Run]:
        """Take the first runs, up to so many slots of them."""
        taken: list[Run] = []
        while most > 0 and not self.are_all_taken:
            run = self._closed.popleft() if self._closed else self._open.pop(next(iter(self._open)))
            head, rest = run.split(most)
            taken.append(head)
            most -= head.slots
            if rest.slots:
                self._closed.appendleft(rest)
        self._taken.update(dict.fromkeys(taken))
        return taken

    def take_all(self) -> list[Run]:
        """Take everything, also what somebody else has taken."""
        taken = self.all()
        self._closed.clear()
        self._open.clear()
        self._taken = dict.fromkeys(taken)
        return taken

    def settle(self, runs: Iterable[Run]) -> None:
        """These are safe."""
        for run in runs:
            self._taken.pop(run, None)

    def give_back(self, runs: Iterable[Run]) -> None:
        """Put in front again what was taken and isn't settled."""
        left = [run for run in runs if run in self._taken]
        self.settle(left)
        self._closed.extendleft(reversed(left))
