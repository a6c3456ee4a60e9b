"""The whole answer of `probe sla --format json`, as it must be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import ceil
from typing import Final, TypeAlias

from tests.reference.calendar import window_around
from tests.reference.counting import EXCLUDE, Group, Period, Rules, Spent, availability, counts, spent
from tests.reference.incidents import times
from tests.reference.latency import apdex, percentile, responses
from tests.reference.past import DOWN, GOOD, Past, Seen

SECOND: Final = 1_000_000
MILLISECOND: Final = 1_000

Figure: TypeAlias = Fraction | None
Latency: TypeAlias = dict[str, float | int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """`under` is given for one of latency; the window is a length or a unit of the calendar."""

    name: str
    target: Fraction
    window: int | str
    under: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A check, or an API with its members."""

    members: Sequence[Past]
    group: Group = field(default=Group())
    objectives: Sequence[Objective] = ()
    satisfied: int | None = None

    def seen(self, period: Period) -> list[Seen]:
        """All results of a period."""
        return [seen for member in self.members for seen in member.seen if period.start <= seen.at < period.end]

    def fine(self, period: Period) -> list[int]:
        """The latencies of those that were not down, in maintenance or not."""
        return [seen.latency for seen in self.seen(period) if seen.state in GOOD and seen.latency is not None]

    def failed(self, period: Period, rules: Rules) -> int:
        """How many were down; maintenance takes them out."""
        return sum(
            seen.state == DOWN and period.start <= seen.at < period.end and counts(member, seen.at, rules)
            for member in self.members
            for seen in member.seen
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked for: a period, up to now at most, and how to count."""

    period: Period
    rules: Rules
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """All figures of a subject, but for those of its objectives and its incidents; times in microseconds."""

    availability: Figure
    best: Figure
    worst: Figure
    spent: Spent
    apdex: Figure
    latency: Latency


def entry(subject: Subject, asked: Asked) -> Entry:
    """What holds for a subject over a period."""
    found = availability(subject.members, subject.group, asked.period, asked.rules)
    fine, failed = subject.fine(asked.period), subject.failed(asked.period, asked.rules)
    return Entry(
        availability=found.availability,
        best=found.best,
        worst=found.worst,
        spent=spent(subject.members, subject.group, asked.period, asked.rules),
        apdex=None if subject.satisfied is None else apdex(fine, failed, subject.satisfied),
        latency=latency(subject.seen(asked.period)),
    )


def latency(seen: Iterable[Seen]) -> Latency:
    """Milliseconds."""
    ascending = responses(seen)
    percentiles = {f"p{percent}": _milliseconds(percentile(ascending, percent)) for percent in (50, 90, 95, 99)}
    mean = Fraction(sum(ascending), len(ascending)) if ascending else None
    return {
        "mean": _milliseconds(mean),
        **percentiles,
        "max": _milliseconds(ascending[-1] if ascending else None),
        "count": len(ascending),
    }


def _milliseconds(value: Fraction | int | None) -> float | None:
    return None if value is None else float(Fraction(value) / MILLISECOND)


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How an objective stands; times in microseconds."""

    met: bool | None
    budget: Fraction
    spent: Figure
    remaining: Figure
    burn: Figure
    exhausted_at: Figure


def budget(subject: Subject, objective: Objective, asked: Asked) -> Budget:
    """Over the window so far, and how fast it burns over the period."""
    now = asked.period.end
    start, end = window(objective, now, asked.zone)
    so_far = replace(asked, period=replace(asked.period, start=start))
    whole = (1 - objective.target) * (end - start)
    error, burning = _error(subject, objective, so_far), _error(subject, objective, asked)
    used = None if error is None else error * _counted(subject, so_far)
    burn = None if burning is None else burning / (1 - objective.target)
    return Budget(
        met=None if error is None else 1 - error >= objective.target,
        budget=whole,
        spent=used,
        remaining=None if used is None else 1 - used / whole,
        burn=burn,
        exhausted_at=_exhausted(objective, whole, used, burn, (start, end), now),
    )


def window(objective: Objective, now: int, zone: str) -> tuple[int, int]:
    """Rolling ones end now; those of the calendar hold the last moment before."""
    if isinstance(objective.window, int):
        return now - objective.window, now
    return window_around(now - 1, objective.window, zone)


def _error(subject: Subject, objective: Objective, asked: Asked) -> Figure:
    if objective.under is None:
        good = availability(subject.members, subject.group, asked.period, asked.rules).availability
        return None if good is None else 1 - good
    fine, failed = subject.fine(asked.period), subject.failed(asked.period, asked.rules)
    fast = sum(each < objective.under for each in fine)
    return 1 - Fraction(fast, len(fine) + failed) if fine or failed else None


def _counted(subject: Subject, asked: Asked) -> Fraction:
    found = spent(subject.members, subject.group, asked.period, asked.rules)
    counted = found.good + found.down
    if asked.rules.unknown != EXCLUDE:
        counted += found.unknown
    if asked.rules.maintenance == "count_as_up":
        counted += found.maintenance
    return counted


def _exhausted(
    objective: Objective, budget: Fraction, used: Figure, burn: Figure, window: tuple[int, int], now: int
) -> Figure:
    """When nothing is left: not before the window began; never, if the budget lasts as long as the window."""
    if used is None:
        return None
    if not burn:
        return Fraction(now) if used >= budget else None
    moment = now + (budget - used) / (burn * (1 - objective.target))
    last = window[1] if isinstance(objective.window, str) else now + objective.window
    return max(moment, Fraction(window[0])) if moment <= last else None


def told(subject: Subject, asked: Asked, gap: int) -> dict[str, object]:
    """An entry as JSON has it, without its name; ratios and seconds are the numbers nearest to the exact ones."""
    found = entry(subject, asked)
    stopped = times(subject.members, subject.group, asked.period, asked.rules, gap)
    return {
        "availability": _number(found.availability),
        "coverage": _number(found.spent.coverage),
        "best": _number(found.best),
        "worst": _number(found.worst),
        "downtime_seconds": _seconds(found.spent.down),
        "unknown_seconds": _seconds(found.spent.unknown),
        "maintenance_seconds": _seconds(found.spent.maintenance),
        "incidents": stopped.incidents,
        "mttr_seconds": _seconds(stopped.mttr),
        "mtbf_seconds": _seconds(stopped.mtbf),
        "mttd_seconds": _seconds(stopped.mttd),
        "apdex": _number(found.apdex),
        "latency_ms": found.latency,
        "slo": [_told_of(objective, budget(subject, objective, asked)) for objective in subject.objectives],
    }


def _told_of(objective: Objective, found: Budget) -> dict[str, object]:
    return {
        "objective": objective.name,
        "target": _number(objective.target),
        "met": found.met,
        "budget_seconds": _seconds(found.budget),
        "spent_seconds": _seconds(found.spent),
        "remaining_ratio": _number(found.remaining),
        "burn_rate": _number(found.burn),
        "exhausted_at": None if found.exhausted_at is None else ceil(found.exhausted_at),
    }


def _number(value: Figure) -> float | None:
    return None if value is None else float(value)


def _seconds(value: Figure) -> float | None:
    return None if value is None else float(value / SECOND)
