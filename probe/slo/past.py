"""What availability of a check, or of a group of checks, rests on: its past, with maintenance set apart."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from operator import attrgetter
from typing import Final, NamedTuple

from probe.model.incident import Outage
from probe.model.result import State
from probe.model.run import Run
from probe.model.sla import GroupKind, GroupRule, MaintenanceRule, Method, SlaRules, UnknownRule
from probe.model.units import Micros
from probe.slo import counting, groups
from probe.slo.availability import StateTime, state_time
from probe.slo.periods import Period
from probe.slo.spans import Span, spans
from probe.slo.steps import common, confirmed, length, touching, without
from probe.slo.timeline import clipped

_TAKEN_FOR: Final = {UnknownRule.EXCLUDE: State.UNKNOWN, UnknownRule.UP: State.UP, UnknownRule.DOWN: State.DOWN}


class Attained(NamedTuple):
    """Availability, and what it would be with every unknown moment taken as up, or as down; `None` where nothing counts."""

    availability: Fraction | None
    best: Fraction | None
    worst: Fraction | None


class Slots(NamedTuple):
    """The results of one check, for methods that count them.

    `until` is where the check ends, `maintenance` what is set apart of it.
    """

    runs: Sequence[Run]
    maintenance: Sequence[Period]
    interval: Micros
    until: Micros

    def counted(self, period: Period, rules: SlaRules) -> Iterator[Run]:
        """Those in the period, holes filled with unknown ones; those in maintenance are left out, or up."""
        first = max(0, bisect_left(self.runs, period.start, key=attrgetter("last")) - 1)  # a hole may follow it
        whole = counting.without_holes(
            self.runs[first:], interval=self.interval, until=self.until, max_gap=rules.max_gap
        )
        inside = clipped(whole, period.start, period.end)
        if rules.maintenance is not MaintenanceRule.COUNT_AS_UP:
            return counting.outside(inside, self.maintenance)
        return counting.taken_as(inside, self.maintenance, State.UP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """The past of a check, or of a group, from its first slot that was read on.

    Attributes:
        steps: the confirmed states, ascending; there is none in maintenance, unless the rules ignore that.
        there: the same with maintenance: when there was anything to be measured at all.
        apart: maintenance that was set apart.
        slots: the results, check by check.
        outages: ascending; of a check they know no maintenance.
        shares: of a group that is up to the share of its members that are: their steps.
    """

    steps: tuple[Span, ...]
    there: tuple[Span, ...]
    apart: tuple[Period, ...]
    slots: tuple[Slots, ...]
    outages: tuple[Outage, ...]
    rules: SlaRules
    shares: tuple[tuple[Span, ...], ...] = ()

    def time(self, period: Period, *, unknown_as: State = State.UNKNOWN) -> StateTime:
        """How long each state held in the period, and what is unknown taken for something else."""
        start, end = period
        if self.shares:
            shares = [touching(steps, start, end) for steps in self.shares]
            time = groups.mean_time(shares, start, end, unknown_as=unknown_as)
        else:
            time = _taken(state_time(touching(self.steps, start, end), start=start, end=end), unknown_as)
        return replace(time, maintenance=length(self.apart, start, end)) if self.apart else time

    def attained(self, period: Period, rules: SlaRules | None = None) -> Attained:
        """Availability in the period, by the past's rules or by others that differ in method and slices only."""
        return Attained(*self._attained(period, rules or self.rules))

    def availability(self, period: Period, rules: SlaRules | None = None) -> Fraction | None:
        """The same without its bounds, for which results need be counted once only."""
        return next(self._attained(period, rules or self.rules))

    def _attained(self, period: Period, by: SlaRules) -> Iterator[Fraction | None]:
        taken = (_TAKEN_FOR[by.unknown], State.UP, State.DOWN)
        if by.method is Method.STATE_TIME:
            yield from (_by_time(self.time(period, unknown_as=each), by) for each in taken)
            return
        runs = [run for slots in self.slots for run in slots.counted(period, by)]
        for each in taken:
            yield counting.ratio(runs, by.method, slice_=by.slice, target=by.slice_target, unknown=each)

    def counted(self, period: Period) -> Micros:
        """The time in the period that counts: what is known, and whatever else the rules count."""
        time = self.time(period)
        unknown = time.unknown if self.rules.unknown is not UnknownRule.EXCLUDE else 0
        apart = time.maintenance if self.rules.maintenance is MaintenanceRule.COUNT_AS_UP else 0
        return time.known + unknown + apart

    def bad_slots(self, period: Period) -> int:
        """How many results in the period are down, outside maintenance."""
        bad = ((slots, [run for run in slots.runs if run.state is State.DOWN]) for slots in self.slots)
        return sum(
            run.slots for slots, runs in bad for run in counting.outside(clipped(runs, *period), slots.maintenance)
        )


def past_of(
    runs: Sequence[Run],
    outages: tuple[Outage, ...],
    maintenance: Sequence[Period],
    rules: SlaRules,
    *,
    interval: Micros,
    until: Micros,
    goes_on: bool = True,
) -> Past:
    """The past of a check.

    Args:
        runs: ascending.
        outages: those that the runs come to, ascending.
        maintenance: ascending, none overlapping another.
        interval: of slots that don't know theirs.
        until: up to when it is known; what lies at or after it is left out.
        goes_on: whether the check is measured still. Where it isn't, the time after its last verdict doesn't count.
    """
    ends = until if goes_on else min(until, _held_until(runs, interval, rules))
    there = confirmed(spans(runs, interval=interval, until=ends, max_gap=rules.max_gap), outages)
    kept = () if rules.maintenance is MaintenanceRule.IGNORE else tuple(maintenance)
    apart = tuple(Period(start, end) for start, end, _ in common(there, kept))
    return Past(
        steps=tuple(without(there, kept)) if apart else there,
        there=there,
        apart=apart,
        slots=(Slots(runs, kept, interval, ends),),
        outages=outages,
        rules=rules,
    )


def group_of(members: Sequence[Past], group: GroupRule, *, until: Micros) -> Past:
    """The past of a group. A member counts from its first slot to its last verdict, and not while it is in maintenance."""
    rules = members[0].rules
    counted, there = [member.steps for member in members], [member.there for member in members]
    is_maintained = any(member.apart for member in members)
    steps = groups.merged(counted, group)
    return Past(
        steps=steps,
        there=groups.merged(there, group) if is_maintained else steps,
        apart=groups.apart(there, counted) if is_maintained else (),
        slots=tuple(slots for member in members for slots in member.slots),
        outages=groups.outages(
            steps, [groups.Member(member.steps, member.outages) for member in members], group, until=until
        ),
        rules=rules,
        shares=tuple(counted) if group.kind is GroupKind.MEAN else (),
    )


def _taken(time: StateTime, unknown_as: State) -> StateTime:
    """With what is unknown as up, or as down."""
    if not time.unknown:
        return time
    if unknown_as is State.UP:
        return replace(time, up=time.up + time.unknown, unknown=0)
    return replace(time, down=time.down + time.unknown, unknown=0) if unknown_as is State.DOWN else time


def _by_time(time: StateTime, by: SlaRules) -> Fraction | None:
    """`good / (good + down)`, of the time that counts."""
    good = time.up + time.degraded
    if by.maintenance is MaintenanceRule.COUNT_AS_UP:
        good += time.maintenance
    return Fraction(good, good + time.down) if good + time.down else None


def _held_until(runs: Sequence[Run], interval: Micros, rules: SlaRules) -> Micros:
    return runs[-1].last + runs[-1].longest(interval=interval, max_gap=rules.max_gap) if runs else 0
