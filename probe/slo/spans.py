"""State as a step function of time: what was known of a target, from when to when."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from probe.model.result import State
from probe.model.units import Micros

MAX_GAP: Final = 2
"""A verdict holds until the next one, but at most this many intervals; after that nothing is known."""

_WEAKEST_FIRST: Final = (State.DOWN, State.UNKNOWN, State.DEGRADED, State.UP)


class Span(NamedTuple):
    """A state that held on `[start, end)`, microseconds since the epoch."""

    start: Micros
    end: Micros
    state: State


class Verdict(NamedTuple):
    """What a slot came to. It holds until the next one, but at most `MAX_GAP` intervals."""

    at: Micros
    state: State
    interval: Micros


def spans(verdicts: Iterable[Verdict], *, until: Micros) -> tuple[Span, ...]:
    """The right-open step function of a check's verdicts, neighbours of one state joined.

    Args:
        verdicts: ascending.
        until: the end, usually now; what lies at or after it is left out.
    """
    steps = list[Span]()
    held: Verdict | None = None
    for verdict in verdicts:
        if verdict.at >= until:
            break
        if held:
            _hold(steps, held, until=verdict.at)
        held = verdict
    if held:
        _hold(steps, held, until=until)
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


def _hold(steps: list[Span], verdict: Verdict, *, until: Micros) -> None:
    end = min(until, verdict.at + MAX_GAP * verdict.interval)
    _append(steps, verdict.at, end, verdict.state)
    if end < until:
        _append(steps, end, until, State.UNKNOWN)


def _append(steps: list[Span], start: Micros, end: Micros, state: State) -> None:
    if end <= start:
        return
    if steps and steps[-1].state is state and steps[-1].end == start:
        steps[-1] = Span(steps[-1].start, end, state)
    else:
        steps.append(Span(start, end, state))
