"""Availability by counting results: OpenSLO's `Occurrences`, `Timeslices` and `RatioTimeslices`.

They are told apart by what is counted: good results of all, good slices of all, or the mean of the slices' ratios. Good is
what is up or degraded. A slice in which nothing counts is none.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from operator import attrgetter
from typing import TYPE_CHECKING, Final, TypeAlias

from probe.model.result import State
from probe.model.run import Run
from probe.model.sla import Method
from probe.model.units import Micros
from probe.slo.periods import Period
from probe.slo.timeline import clipped

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Counts: TypeAlias = NDArray[np.int64]

GOOD: Final = frozenset({State.UP, State.DEGRADED})

_SLICES_AT_ONCE: Final = 65_536
"""So much memory it takes at most: slices of 1 s of 20 years are 630 million."""


def without_holes(runs: Iterable[Run], *, interval: Micros, until: Micros, max_gap: Micros | None) -> Iterator[Run]:
    """With unknown slots where nothing is known of the time, one an interval: what nobody measured counts as missing.

    Args:
        runs: ascending.
        interval: of slots that don't know theirs.
        until: where the last hole ends.
        max_gap: for how long a verdict holds; `None` is `model.run.MAX_GAP` intervals.
    """
    held: Run | None = None
    for run in runs:
        if held is not None:
            yield from _hole(held, run.start, interval, max_gap)
        yield run
        held = run
    if held is not None:
        yield from _hole(held, until, interval, max_gap)


def _hole(before: Run, end: Micros, interval: Micros, max_gap: Micros | None) -> Iterator[Run]:
    step = before.interval or interval
    held = step if before.state is State.UNKNOWN else before.longest(interval=interval, max_gap=max_gap)
    start = before.last + -(-held // step) * step
    if start < end:
        slots = -(-(end - start) // step)
        yield Run(start, step if slots > 1 else 0, slots, State.UNKNOWN, None, step)


def outside(runs: Iterable[Run], periods: Sequence[Period]) -> Iterator[Run]:
    """The slots that lie in none of the periods; both ascend."""
    return (part for part, is_inside in _parted(runs, periods) if not is_inside)


def taken_as(runs: Iterable[Run], periods: Sequence[Period], state: State) -> Iterator[Run]:
    """All slots, those in the periods with that state; both ascend."""
    return (part._replace(state=state) if is_inside else part for part, is_inside in _parted(runs, periods))


def _parted(runs: Iterable[Run], periods: Sequence[Period]) -> Iterator[tuple[Run, bool]]:
    """The runs cut at the periods' borders, and whether each part lies in one of them."""
    index = 0
    for run in runs:
        while index < len(periods) and periods[index].end <= run.start:
            index += 1
        reached, end, ahead = run.start, run.last + 1, index
        while ahead < len(periods) and periods[ahead].start < end:
            period = periods[ahead]
            yield from ((part, False) for part in clipped((run,), reached, period.start))
            yield from ((part, True) for part in clipped((run,), period.start, period.end))
            reached, ahead = period.end, ahead + 1
        yield from ((part, False) for part in clipped((run,), reached, end))


def ratio(runs: Sequence[Run], method: Method, *, slice_: Micros, target: Fraction, unknown: State) -> Fraction | None:
    """Availability by a method; `None` where nothing counts.

    Args:
        runs: of one check, or those of several one after the other.
        slice_: its multiples since the epoch are the slices' borders; microseconds.
        target: the share of good results from which on a slice is good.
        unknown: what an unknown slot is taken for; as `UNKNOWN` it counts nowhere.
    """
    counted = [run if run.state is not State.UNKNOWN else run._replace(state=unknown) for run in runs]
    counted = [run for run in counted if run.state is not State.UNKNOWN]
    if not counted:
        return None
    if method is Method.OCCURRENCES:
        good = sum(run.slots for run in counted if run.state in GOOD)
        return Fraction(good, sum(run.slots for run in counted))
    shares = _shares(counted, slice_)
    if method is Method.TIMESLICES:
        return Fraction(sum(many for share, many in shares if share >= target), sum(many for _, many in shares))
    return sum((share * many for share, many in shares), Fraction()) / sum(many for _, many in shares)


def _shares(runs: Sequence[Run], width: Micros) -> list[tuple[Fraction, int]]:
    """The slices' shares of good slots, and how many slices have each; so many slices at once, however long it all is."""
    found: Counter[tuple[int, int]] = Counter()
    waiting = deque(sorted(runs, key=attrgetter("start")))
    begun: list[Run] = []
    first = 0
    while begun or waiting:
        first = first if begun else waiting[0].start // width
        start, end = first * width, (first + _SLICES_AT_ONCE) * width
        while waiting and waiting[0].start < end:
            begun.append(waiting.popleft())
        if inside := list(clipped(begun, start, end)):
            found.update(_pairs(inside, width))
        begun = [run for run in begun if run.last >= end]
        first += _SLICES_AT_ONCE
    return [(Fraction(*pair), count) for pair, count in found.items()]


def _pairs(runs: Sequence[Run], width: Micros) -> dict[tuple[int, int], int]:
    """How many slices have so many good slots of so many."""
    if len(runs) == 1 and (runs[0].slots == 1 or runs[0].step >= width):
        return {(int(runs[0].state in GOOD), 1): runs[0].slots}
    import numpy as np  # takes 0.1 s, and the daemon doesn't need it

    first = min(run.start for run in runs) // width
    size = max(run.last for run in runs) // width - first + 1
    good, known = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    for run in runs:
        begin, end = run.start // width - first, run.last // width - first
        counts = run.slots if begin == end else _counts(run, width)
        known[begin : end + 1] += counts
        if run.state in GOOD:
            good[begin : end + 1] += counts
    most = int(known.max()) + 1
    pairs, many = np.unique(good * most + known, return_counts=True)
    return {divmod(pair, most): count for pair, count in zip(pairs.tolist(), many.tolist(), strict=True) if pair}


def _counts(run: Run, width: Micros) -> Counts:
    """A run's slots slice by slice, from that of its first slot to that of its last."""
    import numpy as np  # as above

    ends = np.arange(run.start // width + 1, run.last // width + 2, dtype=np.int64) * width
    before = np.minimum(-((run.start - ends) // run.step), run.slots)
    return np.diff(before, prepend=0)
