"""A check's slots, run by run: small, and nothing of them is lost.

Whatever an SLA figure needs of a slot is when it was, what it came to, and for how long that may be held. Slots lie at
equal distances and mostly come to the same, so that a day without an event is a single run; any figure, for any
borders and slices, comes out of the runs as it does out of the slots.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final

from probe.model.result import Record, State
from probe.model.run import Run, Runs, expanded
from probe.model.sample import FailureKind
from probe.model.units import Micros

MEASURED_IN_VAIN: Final = frozenset({FailureKind.PROBER_FAULT, FailureKind.PROXY})
"""Reasons of unknown slots in which something was measured: they stand. All others give way to a measurement."""


def single(record: Record) -> Run:
    """The slot of a stored result."""
    return Run(record.scheduled_at, 0, 1, record.state, record.failure, record.interval)


def runs_of(slots: Iterable[Run]) -> Runs:
    """Joined wherever that is possible.

    Args:
        slots: runs or single slots, ascending, none overlapping another.
    """
    joined: list[Run] = []
    for run in slots:
        _append(joined, run)
    return tuple(joined)


def merged(parts: Sequence[Iterable[Run]]) -> Runs:
    """All slots of all parts. Of two for one slot a measured one stands before one that wasn't, else the earlier part's."""
    slots = heapq.merge(*map(expanded, parts), key=lambda run: run.start)
    return runs_of(_preferred(tuple(same)) for _, same in groupby(slots, key=lambda run: run.start))


def clipped(runs: Iterable[Run], start: Micros, end: Micros) -> Iterator[Run]:
    """What has its slots in `[start, end)`."""
    for run in runs:
        if run.start >= end:
            return
        if run.last < start:
            continue
        skipped = max(0, -((run.start - start) // run.step)) if run.slots > 1 else 0
        kept = min(run.slots, -((run.start - end) // run.step)) if run.slots > 1 else 1
        if skipped < kept:
            yield _part(run, skipped, kept)


def gives_way(old: Run, state: State) -> bool:
    """Whether a slot that was not measured is replaced by a result of that state."""
    return old.state is State.UNKNOWN and old.failure not in MEASURED_IN_VAIN and state is not State.UNKNOWN


def _preferred(same: Sequence[Run]) -> Run:
    chosen = same[0]
    for other in same[1:]:
        if gives_way(chosen, other.state):
            chosen = other
    return chosen


def _append(joined: list[Run], run: Run) -> None:
    """Left to right, each run as long as it can be: so the same slots always give the same runs."""
    if not joined or joined[-1][3:] != run[3:]:
        joined.append(run)
        return
    before = joined[-1]
    step = run.start - before.last
    if (before.slots > 1 and step != before.step) or (run.interval is not None and step > run.interval):
        joined.append(run)
    elif run.slots == 1 or run.step == step:
        joined[-1] = before._replace(step=step, slots=before.slots + run.slots)
    else:
        joined[-1] = before._replace(step=step, slots=before.slots + 1)
        _append(joined, _part(run, 1, run.slots))


def _part(run: Run, first: int, end: int) -> Run:
    """Of a run's slots those from one number up to another."""
    slots = end - first
    return run._replace(start=run.start + first * run.step, step=run.step if slots > 1 else 0, slots=slots)
