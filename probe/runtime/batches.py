"""Results on their way into one transaction, and when each of them came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from probe.model.result import Result
from probe.model.units import Micros


@dataclass(frozen=True, slots=True)
class Batch:
    """Results, and beside each the moment at which it came, by the clock."""

    results: Sequence[Result]
    came: Sequence[Micros]

    @classmethod
    def replayed(cls, results: Sequence[Result], *, now: Micros) -> Self:
        """Results whose time is not known any more: what was measured came as soon as that was done, as far as they tell."""
        return cls(results, [_done(result, now) for result in results])

    def __len__(self) -> int:
        return len(self.results)

    def halves(self) -> tuple[Batch, Batch]:
        """The former and the latter; of one result the former is empty."""
        middle = len(self) // 2
        return Batch(self.results[:middle], self.came[:middle]), Batch(self.results[middle:], self.came[middle:])

    def by_slot(self) -> Batch:
        """The same in the order of the slots: those that were not measured come behind later ones that were."""
        slots = [result.scheduled_at for result in self.results]
        order = sorted(range(len(slots)), key=slots.__getitem__)
        return Batch([self.results[number] for number in order], [self.came[number] for number in order])


def _done(result: Result, now: Micros) -> Micros:
    if not result.attempts:
        return now
    return min(now, result.scheduled_at + result.lateness_us + (result.latency_us or 0))
