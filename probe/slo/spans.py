"""State as a step function of time: what was known of a target, from when to when."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from probe.model.result import State
from probe.model.run import Run, expanded
from probe.model.units import Micros


class Span(NamedTuple):
    """A state that held on `[start, end)`, microseconds since the epoch."""

    start: Micros
    end: Micros
    state: State


def spans(runs: Iterable[Run], *, interval: Micros, until: Micros, max_gap: Micros | None = None) -> tuple[Span, ...]:
    """The right-open step function of a check's slots, neighbours of one state joined.

    What a slot came to holds until the next one, but at most for `max_gap`.

    Args:
        runs: ascending.
        interval: of slots that don't know theirs.
        max_gap: `None` is `MAX_GAP` intervals.
        until: the end, usually now; what lies at or after it is left out.
    """
    steps = list[Span]()
    begin, holds = 0, 0
    state: State | None = None
    for run in runs:
        longest = run.longest(interval=interval, max_gap=max_gap)
        for part in (run,) if run.step <= longest else expanded((run,)):
            if part.start >= until:
                break
            if part.state is not state or part.start > holds:
                _close(steps, begin, holds, state, until=part.start)
                begin, state = part.start, part.state
            holds = part.last + longest
    _close(steps, begin, holds, state, until=until)
    return tuple(steps)


def _close(steps: list[Span], begin: Micros, holds: Micros, state: State | None, *, until: Micros) -> None:
    """What held from `begin` on, for as long as it may, and nothing known from there on."""
    if state is None:
        return
    end = min(holds, until)
    _append(steps, begin, end, state)
    _append(steps, end, until, State.UNKNOWN)


def _append(steps: list[Span], start: Micros, end: Micros, state: State) -> None:
    if end <= start:
        return
    if steps and steps[-1].state is state and steps[-1].end == start:
        steps[-1] = Span(steps[-1].start, end, state)
    else:
        steps.append(Span(start, end, state))
