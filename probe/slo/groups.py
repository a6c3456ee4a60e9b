"""An API as one thing: its state from those of its checks, instant by instant, never an average of percentages."""

from __future__ import annotations

import heapq
from bisect import bisect_left, bisect_right
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import chain
from operator import attrgetter
from typing import NamedTuple, TypeAlias

from probe.model.incident import Outage
from probe.model.result import State
from probe.model.sample import FailureKind
from probe.model.sla import GroupKind, GroupRule
from probe.model.units import Micros
from probe.slo.availability import StateTime
from probe.slo.periods import Period
from probe.slo.spans import Span
from probe.slo.steps import joined, without

Steps: TypeAlias = Sequence[Span]


class Stretch(NamedTuple):
    """A stretch in which no member's state changes, and how many are in each."""

    start: Micros
    end: Micros
    states: Mapping[State, int]


def merged(members: Sequence[Steps], rule: GroupRule) -> tuple[Span, ...]:
    """The group's states; where no member counts, there is none.

    With `MEAN` those of `ALL`: the share that is up is no state, but while a member is down, something is.
    """
    if len(members) == 1:
        return tuple(members[0])
    return joined(Span(start, end, _state(states, rule)) for start, end, states in stretches(members))


def mean_time(members: Sequence[Steps], start: Micros, end: Micros, *, unknown_as: State = State.UNKNOWN) -> StateTime:
    """How long a group was in each state within `[start, end)`, each of its known members counting for its share.

    Whole microseconds; what they leave over counts as up.

    Args:
        unknown_as: what an unknown moment of a member is taken for.
    """
    down, degraded = Fraction(), Fraction()
    whole, unknown = 0, 0
    for low, high, found in stretches(members):
        overlap = min(high, end) - max(low, start)
        states = Counter(found)
        unknown_members = states.pop(State.UNKNOWN, 0)
        states[unknown_as] += unknown_members
        known = states.total() - states[State.UNKNOWN]
        if overlap <= 0:
            continue
        if not known:
            unknown += overlap
            continue
        whole += overlap
        down += Fraction(overlap * states[State.DOWN], known)
        degraded += Fraction(overlap * states[State.DEGRADED], known)
    return StateTime(up=whole - int(down) - int(degraded), degraded=int(degraded), down=int(down), unknown=unknown)


class Member(NamedTuple):
    """The states of a check while it counts, and its outages; both ascend."""

    steps: Steps
    outages: Sequence[Outage]

    def state(self, moment: Micros) -> State | None:
        """At a moment; `None` while it doesn't count."""
        index = bisect_right(self.steps, moment, key=attrgetter("start")) - 1
        return self.steps[index].state if index >= 0 and moment < self.steps[index].end else None

    def ahead(self, moment: Micros) -> State | None:
        """At the moment with which its steps end, as far as that is known: up where an outage ends then, else as before."""
        before = self.state(moment - 1)
        is_over = bool(self.outages) and self.outages[-1].end == moment
        return State.UP if before is State.DOWN and is_over else before

    def borders(self, start: Micros, end: Micros) -> Iterator[Micros]:
        """Between the two, those moments at which its state changes, or it begins to count or ceases to."""
        first = bisect_right(self.steps, start, key=attrgetter("end"))
        last = bisect_left(self.steps, end, first, key=attrgetter("start"))
        for step in self.steps[first:last]:
            yield from (border for border in (step.start, step.end) if start < border < end)

    def detected(self, moment: Micros) -> Micros:
        """When it was sure that it is down at a moment at which it is."""
        return self.outages[bisect_right(self.outages, moment, key=attrgetter("start")) - 1].detected


def outages(steps: Steps, members: Sequence[Member], rule: GroupRule, *, until: Micros) -> tuple[Outage, ...]:
    """A group's outages: from its being down to its being known to be up again. The causes are those of its members'.

    Args:
        steps: ascending; what lies between two of them doesn't count, and ends no outage.
        until: the end of all that is known.
    """
    waiting = deque(sorted(chain.from_iterable(member.outages for member in members), key=attrgetter("start")))
    current: list[Outage] = []
    found = []
    for start, up_again in _down(steps):
        end = until if up_again is None and _is_good_at(until, members, rule) else up_again
        last = until if end is None else end
        while waiting and waiting[0].start < last:
            current.append(waiting.popleft())
        current = [one for one in current if one.end is None or one.end > start]
        found.append(_outage(start, end, current, _detected(start, last, members, rule)))
    return tuple(found)


def _down(steps: Steps) -> Iterator[tuple[Micros, Micros | None]]:
    """From when to when the group was down; the end of the last is open while it is not up again."""
    start: Micros | None = None
    for step in steps:
        if step.state is State.DOWN and start is None:
            start = step.start
        elif step.state in (State.UP, State.DEGRADED) and start is not None:
            yield start, step.start
            start = None
    if start is not None:
        yield start, None


def _is_good_at(until: Micros, members: Sequence[Member], rule: GroupRule) -> bool:
    """Whether enough members are up at the moment with which all steps end."""
    states = Counter(state for member in members if (state := member.ahead(until)))
    return bool(states) and _state(states, rule) in (State.UP, State.DEGRADED)


def apart(there: Sequence[Steps], counted: Sequence[Steps]) -> tuple[Period, ...]:
    """When members are there, but none of them counts: the group's own maintenance."""
    counting = [Period(start, end) for start, end, _ in _covered(counted)]
    return tuple(Period(start, end) for start, end, _ in without(_covered(there), counting))


def _covered(members: Sequence[Steps]) -> tuple[Span, ...]:
    return joined(Span(start, end, State.UP) for start, end, _ in stretches(members))


def stretches(members: Sequence[Steps]) -> Iterator[Stretch]:
    """Every stretch in which any member has a state, ascending."""
    current: Counter[State] = Counter()
    since: Micros = 0
    for at, change, state in heapq.merge(*(_changes(steps) for steps in members)):
        if at > since and current:
            yield Stretch(since, at, dict(current))
        since = at
        current[state] += change
        if not current[state]:
            del current[state]


def _changes(steps: Steps) -> Iterator[tuple[Micros, int, State]]:
    """What ends, ends before anything begins at the same moment."""
    for start, end, state in steps:
        yield start, 1, state
        yield end, -1, state


def _state(states: Mapping[State, int], rule: GroupRule) -> State:
    """Up while enough are; down once too few can be; between the two it isn't known."""
    needed = _needed(rule, sum(states.values()))
    up = states.get(State.UP, 0)
    good = up + states.get(State.DEGRADED, 0)
    if good >= needed:
        return State.UP if up >= needed else State.DEGRADED
    return State.UNKNOWN if good + states.get(State.UNKNOWN, 0) >= needed else State.DOWN


def _needed(rule: GroupRule, present: int) -> int:
    """How many of those that count must be up."""
    return {GroupKind.ANY: 1, GroupKind.QUORUM: min(rule.quorum, present)}.get(rule.kind, present)


def _outage(start: Micros, end: Micros | None, causes: Sequence[Outage], detected: Micros) -> Outage:
    """With the causes of the member outages that overlap it, the first one's first."""
    failures: Counter[FailureKind | None] = Counter()
    for one in causes:
        failures.update(dict(one.failures))
    return Outage(
        start=start,
        detected=detected,
        end=end,
        failures=tuple(failures.items()),
        slots=sum(one.slots for one in causes),
    )


def _detected(start: Micros, end: Micros, members: Sequence[Member], rule: GroupRule) -> Micros:
    """When it was sure of a moment of an outage, not before that moment, that so many members were down that too few could be up."""
    sure = [max(start, detected) for detected in _sure(start, members, rule)]
    if start in sure:  # as it mostly is: nothing can be sure before
        return start
    for moment in heapq.merge(*(member.borders(start, end) for member in members)):
        if sure and moment >= min(sure):  # whatever comes later makes nothing sure before it comes
            break
        sure += [max(moment, detected) for detected in _sure(moment, members, rule)]
    return min(sure)


def _sure(moment: Micros, members: Sequence[Member], rule: GroupRule) -> Sequence[Micros]:
    """When it was sure that the group is down at a moment; nothing where it isn't."""
    present = [(member, state) for member in members if (state := member.state(moment))]
    too_many = len(present) - _needed(rule, len(present)) + 1
    down = sorted(member.detected(moment) for member, state in present if state is State.DOWN)
    return down[too_many - 1 : too_many]
