"""Single results of a check, column by column: what metrics of short windows are read from, of many checks at once."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from probe.model.result import State
from probe.model.sample import FailureKind
from probe.model.units import Micros

Numbers: TypeAlias = Sequence[int | None]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Columns:
    """Results of one check at one location, ascending; each column is as long as `slots`.

    Attributes:
        numbers: of each column of numbers that was asked for: durations in microseconds, sizes in bytes.
    """

    slots: Sequence[Micros] = ()
    states: Sequence[State] = ()
    failures: Sequence[FailureKind | None] = ()
    statuses: Numbers = ()
    numbers: Mapping[str, Numbers] = field(default_factory=dict)

    def between(self, start: Micros, end: Micros) -> Columns:
        """The results with a slot in `[start, end)`."""
        first, last = bisect_left(self.slots, start), bisect_left(self.slots, end)
        if first == 0 and last == len(self.slots):
            return self
        return Columns(
            slots=self.slots[first:last],
            states=self.states[first:last],
            failures=self.failures[first:last],
            statuses=self.statuses[first:last],
            numbers={name: column[first:last] for name, column in self.numbers.items()},
        )

    def picked(self, numbers: Sequence[int]) -> Columns:
        """Some of the results, by their places, in that order."""
        return Columns(
            slots=[self.slots[at] for at in numbers],
            states=[self.states[at] for at in numbers],
            failures=[self.failures[at] for at in numbers],
            statuses=[self.statuses[at] for at in numbers],
            numbers={name: [column[at] for at in numbers] for name, column in self.numbers.items()},
        )
