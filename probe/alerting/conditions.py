"""Whether a rule's condition holds for a subject: states by what was turned, metrics by what was read, and both composed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple, TypeAlias

from probe.alerting.estate import Estate
from probe.alerting.watching import watch_of
from probe.model.alert import Facts, Signal, Turn, Watch
from probe.model.check import CheckFacts
from probe.model.leaves import Path, leaves, path_of
from probe.model.result import State
from probe.model.rule import (
    AlertRule,
    AllOf,
    AnyOf,
    Condition,
    Held,
    NoDataPolicy,
    ProberCondition,
    StateCondition,
    Subject,
    SubjectKind,
)
from probe.model.sla import AlertLevel, GroupKind, GroupRule
from probe.model.units import Micros

BegunTurns: TypeAlias = Mapping[str, Mapping[tuple[Watch, str], Turn]]
"""What has begun and not ended: by check, and by watch and location."""


class Found(NamedTuple):
    """A condition holds; as of `Signal`."""

    since: Micros
    held_at: Micros
    reading: str
    expected: str = ""
    facts: Facts | None = None
    locations: tuple[str, ...] = ()
    has_data: bool = True


MetricPath: TypeAlias = tuple[str, AlertLevel, Path, Subject]
"""A rule, one of its levels, where in its condition, and of whom: what a metric's reading belongs to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """All that conditions are judged by, at a moment.

    Attributes:
        metrics: what holds of conditions on metrics and burn rates.
        trouble: what is wrong with the prober itself, and since when; `None` while it is well.
        silent: locations of which nothing is known just now: what began there doesn't count.
    """

    now: Micros
    estate: Estate
    begun: BegunTurns
    metrics: Mapping[MetricPath, Found] = field(default_factory=dict)
    trouble: tuple[str, Micros] | None = None
    silent: frozenset[str] = frozenset()


class Judged(NamedTuple):
    """What came of it; `again_at` is when it may hold though nothing has changed."""

    signal: Signal | None
    again_at: Micros | None = None


class _Case(NamedTuple):
    """Of what a condition is judged."""

    rule: AlertRule
    level: AlertLevel
    subject: Subject
    view: View
    again: list[Micros]


def judge(rule: AlertRule, subject: Subject, view: View) -> Judged:
    """The first level whose condition holds."""
    again: list[Micros] = []
    for level in rule.levels:
        case = _Case(rule, level.level, subject, view, again)
        found = _with_policy(_found(level.condition, "", case), case)
        if found:
            signal = Signal(rule=rule.name, subject=subject, level=level.level, **found._asdict())
            return Judged(signal, min(again, default=None))
    return Judged(None, min(again, default=None))


def _with_policy(found: Found | None, case: _Case) -> Found | None:
    """What becomes of it while a check is not measured, by the rule's `NoDataPolicy`."""
    policy = case.rule.no_data
    if policy is NoDataPolicy.KEEP or case.subject.kind is not SubjectKind.CHECK:
        return found
    if not any(isinstance(each, StateCondition) for level in case.rule.levels for each in leaves(level.condition)):
        return found  # metrics know by themselves what they have read
    check = case.view.estate.checks_of(case.subject)
    unknown = [turns for each in check if (turns := _turns(StateCondition(state=State.UNKNOWN), each, case))]
    if not unknown:
        return found
    if policy is NoDataPolicy.ALERT:
        return found or _of_a_check(StateCondition(state=State.UNKNOWN), unknown[0], case)
    return found._replace(has_data=False) if found and policy is NoDataPolicy.NO_DATA else None


def _found(condition: Condition, path: str, case: _Case) -> Found | None:
    if isinstance(condition, StateCondition):
        return _of_states(condition, case)
    if isinstance(condition, ProberCondition):
        return _of_the_prober(condition, case)
    if isinstance(condition, AllOf | AnyOf):
        parts = [_found(part, path_of(path, number), case) for number, part in enumerate(condition.conditions)]
        return _all(parts) if isinstance(condition, AllOf) else _any(parts)
    return case.view.metrics.get((case.rule.name, case.level, path, case.subject))


def _all(parts: Iterable[Found | None]) -> Found | None:
    found = list(parts)
    whole = [part for part in found if part]
    if len(whole) < len(found):
        return None
    return whole[0]._replace(
        since=max(part.since for part in whole),
        held_at=max(part.held_at for part in whole),
        reading=" and ".join(part.reading for part in whole),
        expected=" or ".join(filter(None, (part.expected for part in whole))),
        facts=next((part.facts for part in whole if part.facts), None),
        has_data=all(part.has_data for part in whole),
    )


def _any(parts: Iterable[Found | None]) -> Found | None:
    whole = [part for part in parts if part]
    if not whole:
        return None
    first = min(whole, key=lambda part: part.held_at)
    return first._replace(reading=" and ".join(part.reading for part in whole))


def _of_the_prober(condition: ProberCondition, case: _Case) -> Found | None:
    if case.view.trouble is None:
        return None
    why, since = case.view.trouble
    held_at = _held_at(condition.held, since, case)
    return None if held_at is None else Found(since, held_at, why, locations=(case.subject.id,))


def _of_states(condition: StateCondition, case: _Case) -> Found | None:
    checks = case.view.estate.checks_of(case.subject)
    found = [(check, turns) for check in checks if (turns := _turns(condition, check, case))]
    if case.subject.kind is SubjectKind.CHECK:
        return _of_a_check(condition, found[0][1], case) if found else None
    return _of_an_api(condition, checks, found, case)


def _turns(condition: StateCondition, check: CheckFacts, case: _Case) -> list[Turn]:
    """Those that hold, one a location, where enough locations have one; the one that began first, first."""
    begun = case.view.begun.get(check.id)
    if not begun:
        return []
    watch = watch_of(condition, case.rule, check.confirm)
    its = (turn for (of, location), turn in begun.items() if of == watch and location not in case.view.silent)
    turns = sorted(its, key=lambda turn: turn.slot)
    return turns if len(turns) >= case.rule.min_locations else []


def _of_a_check(condition: StateCondition, turns: list[Turn], case: _Case) -> Found | None:
    held_at = _held_at(condition.held, _known_at(turns, case), case)
    if held_at is None:
        return None
    first = turns[0]
    reading = _WORDS[condition.state] + (f": {first.facts.detail}" if first.facts.detail else "")
    return Found(first.slot, held_at, reading, facts=first.facts, locations=tuple(turn.location for turn in turns))


def _of_an_api(
    condition: StateCondition, checks: tuple[CheckFacts, ...], found: list[tuple[CheckFacts, list[Turn]]], case: _Case
) -> Found | None:
    """By the API's own rule: so many of its checks must be in the state that too few are left."""
    api = case.view.estate.apis.get(case.subject.id)
    needed = needed_of(api.group if api else GroupRule(), len(checks))
    if not checks or len(found) < needed:
        return None
    held_at = _held_at(condition.held, sorted(_known_at(turns, case) for _, turns in found)[needed - 1], case)
    if held_at is None:
        return None
    firsts = sorted((turns[0] for _, turns in found), key=lambda turn: turn.slot)
    since = firsts[needed - 1].slot
    locations = tuple(sorted({turn.location for _, turns in found for turn in turns}))
    reading = f"{_WORDS[condition.state]}: {len(found)} of {len(checks)} checks"
    return Found(since, held_at, reading, facts=firsts[0].facts, locations=locations)


def _known_at(turns: list[Turn], case: _Case) -> Micros:
    """When a check was known to be in the state at as many locations as the rule wants."""
    return sorted(turn.known_at for turn in turns)[case.rule.min_locations - 1]


def needed_of(group: GroupRule, checks: int) -> int:
    """How many of an API's checks must be in a bad state for it to be; of a mean, one."""
    if group.kind is GroupKind.ANY:
        return max(1, checks)
    return max(1, checks - group.quorum + 1) if group.kind is GroupKind.QUORUM else 1


def _held_at(held: Held | None, known_at: Micros, case: _Case) -> Micros | None:
    """When it has held for as long as it must; `None` while it hasn't."""
    known_at = min(known_at, case.view.now)  # it is later only where clocks differ, or one was set back
    at = known_at + (held.duration if held else 0)
    if at <= case.view.now:
        return at
    case.again.append(at)
    return None


_WORDS: Final[Mapping[State, str]] = {
    State.DOWN: "down",
    State.DEGRADED: "degraded",
    State.UNKNOWN: "no data",
    State.UP: "up",
}
