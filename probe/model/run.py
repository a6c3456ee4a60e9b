"""Slots run by run: what a check's past is kept and judged in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple, TypeAlias

from probe.model.result import State
from probe.model.sample import FailureKind
from probe.model.units import Micros

MAX_GAP: Final = 2
"""A verdict holds until the next one, but at most this many intervals; after that nothing is known."""


class Run(NamedTuple):
    """So many `slots`, `step` apart from `start` on, that all came to the same; microseconds.

    `step` is 0 where there is one slot. `interval` is the check's as it was then, `None` where that isn't known; no
    step is longer, so that nothing is unknown between two slots of a run.
    """

    start: Micros
    step: Micros
    slots: int
    state: State
    failure: FailureKind | None
    interval: Micros | None

    @property
    def last(self) -> Micros:
        """The last slot."""
        return self.start + self.step * (self.slots - 1)

    def longest(self, *, interval: Micros, max_gap: Micros | None = None) -> Micros:
        """For how long at most what a slot came to holds: `max_gap`, or else twice its interval; `interval`, where it knows none."""
        return MAX_GAP * (self.interval or interval) if max_gap is None else max_gap


Runs: TypeAlias = tuple[Run, ...]
"""Ascending, none overlapping another, in the one form that `slo.timeline.runs_of` gives."""


def expanded(runs: Iterable[Run]) -> Iterator[Run]:
    """Slot by slot."""
    for run in runs:
        if run.slots == 1:
            yield run
        else:
            yield from (Run(run.start + number * run.step, 0, 1, *run[3:]) for number in range(run.slots))
