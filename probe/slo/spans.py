"""State as a step function of time: what was known of a target, from when to when."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from probe.model.result import State
from probe.model.run import Run, expanded
from probe.model.units import Micros

_WEAKEST_FIRST: Final = (State.DOWN, State.UNKNOWN, State.DEGRADED, State.UP)


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


def merge_weakest(members: Sequence[Sequence[Span]]) -> tuple[Span, ...]:
    """A group that is up only while all its members are: at each instant its weakest member's state.

    Down is weaker than unknown, for one known failure settles the question; unknown is weaker than up. A member
    does not count before its first span or after its last.
    """
    changes = heapq.merge(*(_changes(member, index) for index, member in enumerate(members)))
    current: dict[int, State] = {}
    merged = list[Span]()
    since: Micros | None = None
    for at, _, index, state in changes:
        if current and since is not None and at > since:
            _append(merged, since, at, _weakest(current))
        since = at
        if state is None:
            current.pop(index, None)
        else:
            current[index] = state
    return tuple(merged)


def _changes(member: Sequence[Span], index: int) -> list[tuple[Micros, int, int, State | None]]:
    """When the member's state changes, and to what; `None` (it ends) sorts before a start at the same moment."""
    starts = [(span.start, 1, index, span.state) for span in member]
    ends = [(span.end, 0, index, None) for span in member]
    return sorted([*ends, *starts], key=lambda change: change[:3])


def _weakest(states: dict[int, State]) -> State:
    present = set(states.values())
    return next(state for state in _WEAKEST_FIRST if state in present)


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
