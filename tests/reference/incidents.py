"""Incidents of a period and what follows from them, of a check and of a group alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, pairwise
from typing import TypeAlias

from tests.reference.counting import Group, Period, Rules, counts, moments, needed, spent
from tests.reference.past import DOWN, MAINTENANCE, UP, Outage, Past

Incident: TypeAlias = tuple[Outage, ...]
"""One outage; or three and more that followed closely on one another."""

States: TypeAlias = Mapping[int, str]
"""Tick by tick, from the first result ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """What a period's incidents come to, in microseconds."""

    incidents: int
    mttr: Fraction | None
    mttd: Fraction | None
    mtbf: Fraction | None


def times(members: Sequence[Past], group: Group, period: Period, rules: Rules, gap: int) -> Times:
    """Means of repair, detection and of the time between failures.

    An incident is of the period if there is any down time in it that is not maintenance.
    """
    states = merged_states(members, group, period, rules)
    inside = {moment for moment, state in states.items() if period.start <= moment < period.end and state == DOWN}
    outages = members[0].outages if len(members) == 1 else list(_outages(members, group, rules, states))
    found = [each for each in incidents(outages, gap) if any(_within(each, moment) for moment in inside)]
    ended = [each for each in found if each[-1].end is not None and period.start <= each[-1].end <= period.end]
    return Times(
        incidents=len(found),
        mttr=_mean([_length(each, states, period.tick) for each in ended]),
        mttd=_mean([each[0].detected - each[0].start for each in found]),
        mtbf=spent(members, group, period, rules).good / len(found) if found else None,
    )


def incidents(outages: Sequence[Outage], gap: int) -> list[Incident]:
    """Each outage by itself, but for three or more of which each begins at most a gap after the end of the one before."""
    chains: list[list[Outage]] = []
    for outage in outages:
        before = chains[-1][-1] if chains else None
        if before is not None and before.end is not None and outage.start - before.end <= gap:
            chains[-1].append(outage)
        else:
            chains.append([outage])
    return [part for chain in chains for part in ([tuple(chain)] if len(chain) > 2 else [(each,) for each in chain])]


def merged_states(members: Sequence[Past], group: Group, period: Period, rules: Rules) -> States:
    """All there ever was, and up to the end of the period."""
    seen = [seen.at for member in members for seen in member.seen]
    end = max([period.end, *(at + period.tick for at in seen)])
    whole = Period(start=min(seen, default=end), end=end, tick=period.tick)
    return {moment: group.state(states) for moment, states in moments(members, whole, rules).items()}


def _outages(members: Sequence[Past], group: Group, rules: Rules, states: States) -> Iterator[Outage]:
    """From a moment down up to the next that is up: what is unknown between them ends nothing, nor does maintenance."""
    tick = min(after - before for before, after in pairwise(sorted(states)))
    each = [member.states(min(states), max(states) + tick, tick) for member in members]
    down: list[int] = []
    for moment in sorted(states):
        if states[moment] == DOWN:
            down.append(moment)
        elif states[moment] == UP and down:
            yield Outage(start=down[0], detected=_detected(members, each, group, rules, down), end=moment)
            down = []
    if down:
        yield Outage(start=down[0], detected=_detected(members, each, group, rules, down), end=None)


def _detected(members: Sequence[Past], each: Sequence[States], group: Group, rules: Rules, down: Sequence[int]) -> int:
    """When it was known of some moment of it, not before that moment, that so many members were down that too few could be up."""
    known = []
    for moment in down:
        there = [
            (member, states[moment])
            for member, states in zip(members, each, strict=True)
            if counts(member, moment, rules)
        ]
        enough = len(there) - needed(group, len(there)) + 1
        failing = [member for member, state in there if state == DOWN]
        detected = [outage.detected for member in failing for outage in member.outages if outage.holds(moment)]
        known += [max(moment, *some) for some in combinations(detected, enough)]
    return min(known)


def _within(incident: Incident, moment: int) -> bool:
    return any(outage.holds(moment) for outage in incident)


def _length(incident: Incident, states: States, tick: int) -> int:
    """Of its outages, but for maintenance."""
    return tick * sum(
        states[moment] != MAINTENANCE
        for outage in incident
        if outage.end is not None
        for moment in range(outage.start, outage.end, tick)
    )


def _mean(values: Sequence[int]) -> Fraction | None:
    return Fraction(sum(values), len(values)) if values else None
