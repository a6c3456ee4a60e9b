"""Availability by each method, from the definitions: what is counted is listed, and then counted."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import Final, TypeAlias

from tests.reference.past import DOWN, GOOD, MAINTENANCE, UNKNOWN, UP, Past

EXCLUDE: Final = "exclude"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How availability is counted, in the file's words."""

    method: str = "state-time"
    slice: int = 300_000_000
    slice_target: Fraction = Fraction(1)
    unknown: str = EXCLUDE
    maintenance: str = EXCLUDE


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """How the state of an API follows from those of its checks; a check by itself is a group of one."""

    kind: str = "all"
    quorum: int = 1

    def state(self, moment: Moment) -> str:
        """Of the members' states: up, down, unknown or maintenance; of a mean it is that of all."""
        if moment == (MAINTENANCE,):
            return MAINTENANCE
        good = sum(state in GOOD for state in moment)
        enough = needed(self, len(moment))
        if good >= enough:
            return UP
        return DOWN if good + moment.count(UNKNOWN) < enough else UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """`[start, end)`, in ticks."""

    start: int
    end: int
    tick: int


Moment: TypeAlias = tuple[str, ...]
"""The states of those members that count at a tick; `(MAINTENANCE,)` where all are in maintenance."""

Shares: TypeAlias = Callable[[str], Fraction | None]
"""The share that is good if what is unknown is excluded, taken as up, or taken as down."""


def needed(group: Group, members: int) -> int:
    """How many of so many members must be good."""
    return {"all": members, "mean": members, "any": 1, "quorum": min(group.quorum, members)}[group.kind]


def moments(members: Sequence[Past], period: Period, rules: Rules) -> dict[int, Moment]:
    """Tick by tick; those before the first result of them all are left out."""
    return _moments(tuple(members), period, rules)


@lru_cache(maxsize=64)
def _moments(members: tuple[Past, ...], period: Period, rules: Rules) -> dict[int, Moment]:
    each = [member.states(period.start, period.end, period.tick) for member in members]
    found = {}
    for moment in sorted(set[int]().union(*each)):
        there = [(member, states[moment]) for member, states in zip(members, each, strict=True) if moment in states]
        counting = [state for member, state in there if counts(member, moment, rules)]
        found[moment] = tuple(counting) or (MAINTENANCE,)
    return found


def counts(member: Past, moment: int, rules: Rules) -> bool:
    """Whether a member is there at a moment, and not in maintenance."""
    is_there = bool(member.seen) and member.seen[0].at <= moment
    return is_there and (rules.maintenance == "ignore" or not member.in_maintenance(moment))


def _share(moment: Moment, group: Group, unknown: str, rules: Rules) -> Fraction | None:
    """How much of a tick is good; `None` where it doesn't count."""
    if moment == (MAINTENANCE,):
        return Fraction(1) if rules.maintenance == "count_as_up" else None
    if group.kind != "mean":
        return _value(group.state(moment), unknown)
    values = [value for state in moment if (value := _value(state, unknown)) is not None]
    return Fraction(sum(values), len(values)) if values else None


def _value(state: str, unknown: str) -> Fraction | None:
    if state == UNKNOWN:
        return {"exclude": None, "up": Fraction(1), "down": Fraction(0)}[unknown]
    return Fraction(state in GOOD)


def by_time(members: Sequence[Past], group: Group, period: Period, rules: Rules) -> Shares:
    """The good share of the ticks that count."""
    found = Counter(moments(members, period, rules).values())

    def share(unknown: str) -> Fraction | None:
        good = ticks = Fraction(0)
        for moment, count in found.items():
            value = _share(moment, group, unknown, rules)
            if value is not None:
                good, ticks = good + value * count, ticks + count
        return good / ticks if ticks else None

    return share


def by_results(members: Sequence[Past], period: Period, rules: Rules) -> Shares:
    """Good results of all results, of all members together; a slot that is missing is one that is unknown."""
    found = [result for member in members for result in _results(member, period, rules)]

    def share(unknown: str) -> Fraction | None:
        return _mean(value for _, state in found if (value := _value(state, unknown)) is not None)

    def slices(unknown: str) -> dict[int, Fraction]:
        pools = defaultdict(list)
        for slot, state in found:
            value = _value(state, unknown)
            if value is not None:
                pools[slot // rules.slice].append(value)
        return {number: Fraction(sum(values), len(values)) for number, values in pools.items()}

    def good_slices(unknown: str) -> Fraction | None:
        return _mean(Fraction(share >= rules.slice_target) for share in slices(unknown).values())

    def mean_of_slices(unknown: str) -> Fraction | None:
        return _mean(slices(unknown).values())

    return {"occurrences": share, "timeslices": good_slices, "ratio-timeslices": mean_of_slices}[rules.method]


def _results(member: Past, period: Period, rules: Rules) -> list[tuple[int, str]]:
    """What a member came to in a period, slot by slot: each result counts by itself, whatever it takes for an outage."""
    told = [(seen.at, seen.state) for seen in member.seen]
    told += [(slot, UNKNOWN) for slot in member.missing(period.end)]
    inside = [(slot, state) for slot, state in told if period.start <= slot < period.end]
    if rules.maintenance == "count_as_up":
        return [(slot, UP if member.in_maintenance(slot) else state) for slot, state in inside]
    return [(slot, state) for slot, state in inside if counts(member, slot, rules)]


def _mean(values: Iterable[Fraction]) -> Fraction | None:
    each = list(values)
    return Fraction(sum(each), len(each)) if each else None


def shares(members: Sequence[Past], group: Group, period: Period, rules: Rules) -> Shares:
    """By the method of the rules."""
    if rules.method == "state-time":
        return by_time(members, group, period, rules)
    return by_results(members, period, rules)


@dataclass(frozen=True, slots=True, kw_only=True)
class Availability:
    """A figure with its bounds."""

    availability: Fraction | None
    best: Fraction | None
    worst: Fraction | None


def availability(members: Sequence[Past], group: Group, period: Period, rules: Rules) -> Availability:
    """As the rules have it, and with every unknown moment as up, or as down."""
    share = shares(members, group, period, rules)
    return Availability(availability=share(rules.unknown), best=share("up"), worst=share("down"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """How the ticks of a period were spent, in microseconds; of a mean, each to the share of the members."""

    good: Fraction
    down: Fraction
    unknown: Fraction
    maintenance: Fraction

    @property
    def coverage(self) -> Fraction | None:
        """The known share of the time outside of maintenance."""
        asked = self.good + self.down + self.unknown
        return (self.good + self.down) / asked if asked else None


def spent(members: Sequence[Past], group: Group, period: Period, rules: Rules) -> Spent:
    """Whatever is counted, time goes by."""
    good = down = unknown = maintenance = Fraction(0)
    for moment, count in Counter(moments(members, period, rules).values()).items():
        share = _share(moment, group, EXCLUDE, replace(rules, maintenance=EXCLUDE))
        if moment == (MAINTENANCE,):
            maintenance += count
        elif share is None:
            unknown += count
        else:
            good, down = good + share * count, down + (1 - share) * count
    return Spent(
        good=good * period.tick,
        down=down * period.tick,
        unknown=unknown * period.tick,
        maintenance=maintenance * period.tick,
    )
