"""The service level of a check, or of an API, in a period: everything that `probe sla` tells of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import tzinfo
from fractions import Fraction
from typing import NamedTuple

from probe.model.incident import Incident
from probe.model.sla import Objective, ObjectiveKind, SlaRules
from probe.model.units import Micros
from probe.slo.answers import Answers
from probe.slo.availability import StateTime
from probe.slo.budget import ObjectiveStatus, status, window_period
from probe.slo.past import Attained, Past
from probe.slo.percentiles import Responses
from probe.slo.periods import Period
from probe.slo.recovery import Recovery, recovery


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLevel:
    """What a check, or an API, came to in a period.

    Attributes:
        id: the check's, or the API's.
        rules: by which `attained` is counted.
        time: how long each state held, whatever the method.
        coverage: the known share of the time without maintenance.
        apdex: in [0, 1]; `None` where no latency is said to satisfy, or none was measured.
        objectives: in the order of the file.
    """

    id: str
    rules: SlaRules
    attained: Attained
    time: StateTime
    coverage: Fraction | None
    recovery: Recovery
    apdex: Fraction | None
    responses: Responses | None
    objectives: tuple[ObjectiveStatus, ...]


class Asked(NamedTuple):
    """The period that is asked for, up to when of it anything can be known, and the zone of calendar windows."""

    period: Period
    until: Micros
    zone: tzinfo

    @property
    def so_far(self) -> Period:
        """The part of the period that is over."""
        return Period(self.period.start, self.until)

    def window_so_far(self, objective: Objective) -> Period:
        """The part of an objective's window that is over."""
        start, end = window_period(objective.window, until=self.until, zone=self.zone)
        return Period(start, min(end, self.until))


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessed:
    """The service levels of checks and of APIs, each in the order of the file; what it doesn't define comes last."""

    asked: Asked
    rules: SlaRules
    checks: tuple[ServiceLevel, ...]
    apis: tuple[ServiceLevel, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A check, or an API, and what is known of it.

    Attributes:
        past: reaches back as far as the period and each objective's window do.
        incidents: ascending.
        acknowledged: when incidents were taken on, by their start.
        answers: latencies by period: of the one that is asked for, and of each window of a latency objective.
    """

    id: str
    past: Past
    incidents: tuple[Incident, ...]
    objectives: tuple[Objective, ...]
    apdex: Micros | None
    answers: Mapping[Period, Answers]
    acknowledged: Mapping[Micros, Micros]


def service_level(subject: Subject, asked: Asked) -> ServiceLevel:
    """The service level of one thing in a period."""
    past, period = subject.past, asked.so_far
    time = past.time(period)
    answers = subject.answers.get(period)
    return ServiceLevel(
        id=subject.id,
        rules=past.rules,
        attained=past.attained(period),
        time=time,
        coverage=time.coverage,
        recovery=recovery(past, subject.incidents, period, acknowledged=subject.acknowledged),
        apdex=answers.apdex(subject.apdex, bad=past.bad_slots(period)) if answers and subject.apdex else None,
        responses=answers.responses if answers else None,
        objectives=tuple(status_of(objective, subject, asked) for objective in subject.objectives),
    )


def latency_windows(objectives: Iterable[Objective], asked: Asked) -> set[Period]:
    """The periods of which latencies are needed, besides the one that is asked for."""
    return {asked.window_so_far(each) for each in objectives if each.kind is ObjectiveKind.LATENCY}


def error_ratio(subject: Subject, objective: Objective, period: Period) -> Fraction | None:
    """The share of a period that was bad, by an objective; `None` where nothing is known."""
    if objective.kind is ObjectiveKind.LATENCY:
        answers = subject.answers.get(period)
        bad = subject.past.bad_slots(period)
        fast = answers.share_below(objective.under or 0, bad=bad) if answers else None
        return None if fast is None else 1 - fast
    attained = subject.past.availability(period, rules_of(objective, subject.past.rules))
    return None if attained is None else 1 - attained


def bad_results(subject: Subject, objective: Objective, period: Period) -> int:
    """How many results of a period were bad, by an objective: down, or not fast enough."""
    bad = subject.past.bad_slots(period)
    if objective.kind is not ObjectiveKind.LATENCY or (answers := subject.answers.get(period)) is None:
        return bad
    return bad + answers.good.count - answers.good.below(objective.under or 0)


def rules_of(objective: Objective, rules: SlaRules) -> SlaRules:
    """The rules that an objective is counted by: its own, where it says so."""
    return replace(
        rules,
        method=objective.method or rules.method,
        slice=objective.slice or rules.slice,
        slice_target=objective.slice_target or rules.slice_target,
    )


def satisfying(apdex: Micros | None, objectives: Iterable[Objective]) -> Micros | None:
    """The latency that satisfies: as it was said, or that of the first latency objective."""
    return apdex or next((each.under for each in objectives if each.kind is ObjectiveKind.LATENCY), None)


def status_of(objective: Objective, subject: Subject, asked: Asked) -> ObjectiveStatus:
    """Where an objective stands at the end of the period, which also is the one that its burn rate is of."""
    window = asked.window_so_far(objective)
    return status(
        objective,
        window=window_period(objective.window, until=asked.until, zone=asked.zone),
        until=asked.until,
        error=error_ratio(subject, objective, window),
        counted=subject.past.counted(window),
        burn_error=error_ratio(subject, objective, asked.so_far),
    )
