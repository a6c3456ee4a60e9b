"""What becomes of a step function: states confirmed, stretches taken out."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Final

from probe.model.incident import Outage
from probe.model.result import State
from probe.model.units import Micros
from probe.slo.periods import Period
from probe.slo.spans import Span

_DURING: Final = {
    State.UP: State.DOWN,
    State.DEGRADED: State.DOWN,
    State.DOWN: State.DOWN,
    State.UNKNOWN: State.UNKNOWN,
}
_BESIDE: Final = {
    State.UP: State.UP,
    State.DEGRADED: State.DEGRADED,
    State.DOWN: State.DEGRADED,
    State.UNKNOWN: State.UNKNOWN,
}


def confirmed(steps: Sequence[Span], outages: Sequence[Outage]) -> tuple[Span, ...]:
    """What was up inside an outage is down, for it wasn't over; what was down outside was never confirmed: degraded.

    What is unknown stays so.

    Args:
        steps: ascending, none overlapping another.
        outages: of the same check, ascending.
    """
    if not outages and not any(step.state is State.DOWN for step in steps):
        return tuple(steps)
    periods = [Period(outage.start, _end(outage, steps)) for outage in outages]
    inside = ((step.start, step.end, _DURING[step.state]) for step in common(steps, periods))
    outside = ((step.start, step.end, _BESIDE[step.state]) for step in without(steps, periods))
    return joined(sorted(Span(*step) for step in (*inside, *outside)))


def without(steps: Iterable[Span], periods: Sequence[Period]) -> Iterator[Span]:
    """What of the steps lies outside the periods; both ascend."""
    index = 0
    for start, end, state in steps:
        while index < len(periods) and periods[index].end <= start:
            index += 1
        reached, ahead = start, index
        while reached < end and ahead < len(periods) and periods[ahead].start < end:
            if reached < periods[ahead].start:
                yield Span(reached, periods[ahead].start, state)
            reached = max(reached, periods[ahead].end)
            ahead += 1
        if reached < end:
            yield Span(reached, end, state)


def common(steps: Iterable[Span], periods: Sequence[Period]) -> Iterator[Span]:
    """What of the steps lies inside the periods; both ascend."""
    index = 0
    for start, end, state in steps:
        while index < len(periods) and periods[index].end <= start:
            index += 1
        ahead = index
        while ahead < len(periods) and periods[ahead].start < end:
            yield Span(max(start, periods[ahead].start), min(end, periods[ahead].end), state)
            ahead += 1


def touching(steps: Sequence[Span], start: Micros, end: Micros) -> Sequence[Span]:
    """Those of the steps, which ascend, that have any part in `[start, end)`."""
    first = bisect_right(steps, start, key=attrgetter("end"))
    return steps[first : bisect_left(steps, end, lo=first, key=attrgetter("start"))]


def joined(steps: Iterable[Span]) -> tuple[Span, ...]:
    """Neighbours of one state as one."""
    found: list[Span] = []
    for step in steps:
        if found and found[-1].end == step.start and found[-1].state is step.state:
            found[-1] = found[-1]._replace(end=step.end)
        else:
            found.append(step)
    return tuple(found)


def length(periods: Iterable[Period | Span], start: Micros, end: Micros) -> Micros:
    """How much of `[start, end)` they cover; none overlaps another."""
    return sum(max(0, min(item.end, end) - max(item.start, start)) for item in periods)


def _end(outage: Outage, steps: Sequence[Span]) -> Micros:
    """Of one that goes on the end of all that is known."""
    return max(outage.start, steps[-1].end if steps else 0) if outage.end is None else outage.end
