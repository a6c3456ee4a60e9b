"""Incidents of a period and what follows from them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from tests.reference.counting import Period
from tests.reference.past import DEGRADED, DOWN, UP, Outage, Past

Incident: TypeAlias = tuple[Outage, ...]
"""One outage; or three and more that followed closely on one another."""


def incidents(past: Past, gap: int) -> list[Incident]:
    """Each outage by itself, but for three or more of which each begins at most a gap after the end of the one before."""
    chains: list[list[Outage]] = []
    for outage in past.outages():
        before = chains[-1][-1] if chains else None
        if before is not None and before.end is not None and outage.start - before.end <= gap:
            chains[-1].append(outage)
        else:
            chains.append([outage])
    return [
        incident for chain in chains for incident in ([tuple(chain)] if len(chain) > 2 else [(one,) for one in chain])
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """What a period's incidents come to, in microseconds."""

    incidents: int
    mttr: Fraction | None
    mttd: Fraction | None
    mtbf: Fraction | None


def times(past: Past, period: Period, gap: int, in_maintenance: Callable[[int], bool]) -> Times:
    """Means of repair, detection and of the time between failures.

    An incident is of the period if there is any down time in it that is not maintenance.
    """
    states = past.states(period.start, period.end, period.tick)
    outside = {moment: state for moment, state in states.items() if not in_maintenance(moment)}
    found = [
        incident
        for incident in incidents(past, gap)
        if any(state == DOWN and _within(incident, moment) for moment, state in outside.items())
    ]
    ended = [each for each in found if each[-1].end is not None and period.start <= each[-1].end < period.end]
    working = sum(state in (UP, DEGRADED) for state in outside.values()) * period.tick
    return Times(
        incidents=len(found),
        mttr=_mean([_length(each, period.tick, in_maintenance) for each in ended]),
        mttd=_mean([each[0].detected - each[0].start for each in found]),
        mtbf=Fraction(working, len(found)) if found else None,
    )


def _within(incident: Incident, moment: int) -> bool:
    return any(outage.holds(moment) for outage in incident)


def _length(incident: Incident, tick: int, in_maintenance: Callable[[int], bool]) -> int:
    """Of its outages, from the first to the last, but for maintenance."""
    return tick * sum(
        not in_maintenance(moment)
        for outage in incident
        if outage.end is not None
        for moment in range(outage.start, outage.end, tick)
    )


def _mean(values: Sequence[int]) -> Fraction | None:
    return Fraction(sum(values), len(values)) if values else None
