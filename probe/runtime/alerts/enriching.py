"""What the store knows about alerts, for those who read of them: the failing result, its phases, the last runs, the budget.

None of it is worth a message: what can't be read, or takes too long, is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import cached_property
from statistics import median_low
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

import structlog

from probe.alerting.titles import conditions
from probe.model.alert import LONGEST_DETAIL, Alert, Facts
from probe.model.check import CheckFacts, api_of
from probe.model.errors import StoreUnreachable
from probe.model.maintenance import MaintenanceWindow
from probe.model.notification import BudgetImpact, PastRun, PhaseTime
from probe.model.result import AssertionOutcome, Evidence, Record, State
from probe.model.rule import BurnCondition, Metric, MetricCondition, SubjectKind
from probe.model.sample import PHASES
from probe.model.sla import MaintenanceRule, Objective, ObjectiveKind
from probe.model.units import DAY, Micros
from probe.runtime.alerts.job import AlertJob
from probe.runtime.clock import Clock
from probe.runtime.sla import SlaJob, subjects_of
from probe.slo.impact import impact
from probe.slo.maintenance import periods_by_check
from probe.slo.periods import Period
from probe.slo.service_level import Subject
from probe.slo.steps import length
from probe.store import Ranges, Store

MOST_ENRICHED: Final = 20
"""Entries of a message that tell more than their alert knows."""

LONGEST: Final = 5.0
"""Seconds after which the rest of a batch of messages goes without."""

MOST_MEMBERS: Final = 300
"""Checks of an API whose past is read for its budget."""

PAST_RUNS: Final = 20
_USUAL_RUNS: Final = 60
_MOST_OUTCOMES: Final = 10
_FAILING: Final = (State.DOWN, State.DEGRADED)

_log = structlog.get_logger("probe.alerts")
_Found = TypeVar("_Found")


@dataclass(frozen=True, slots=True, kw_only=True)
class Enriched:
    """What is known besides of one alert; each as of `Entry`."""

    facts: Facts | None = None
    outcomes: tuple[AssertionOutcome, ...] = ()
    phases: tuple[PhaseTime, ...] = ()
    past: tuple[PastRun, ...] = ()
    budget: BudgetImpact | None = None


@dataclass(kw_only=True)
class Enriching:
    """Reads what belongs to a batch of messages, each thing once.

    Attributes:
        subjects: what is known of the checks and APIs whose budgets are told, by their ids.
    """

    job: AlertJob
    store: Store
    clock: Clock
    now: Micros
    subjects: Mapping[str, Subject] = field(default_factory=dict)
    _found: dict[str, Enriched] = field(default_factory=dict)
    _open: ExitStack = field(default_factory=ExitStack)
    _ranges: dict[str, Ranges] = field(default_factory=dict)
    _until: float = 0.0

    def __post_init__(self) -> None:
        self._until = self.clock.monotonic() + LONGEST

    def read_budgets(self, alerts: Iterable[Alert]) -> None:
        """Reads the pasts that the budgets of these alerts, and of their APIs, rest on."""
        if wanted := tuple(sorted(self._with_budget({alert.subject.id for alert in alerts}))):
            self.subjects = self.tried(lambda: self._subjects(wanted), dict[str, Subject](), of="budgets")

    def enriched(self, alert: Alert) -> Enriched:
        """What is known besides of an alert; an alert of the prober has nothing."""
        if alert.id not in self._found:
            self._found[alert.id] = self._enriched(alert)
        return self._found[alert.id]

    def close(self) -> None:
        """Let go of what it reads from; it is opened again where that is needed."""
        self._ranges.clear()
        self._open.close()

    def lasted(self, alert: Alert) -> Micros:
        """How long it went on, outside of maintenance."""
        end = ended_at(alert, self.now)
        facts = self.checks.get(alert.subject.id)
        if facts is None or self.job.sla.maintenance is MaintenanceRule.IGNORE:
            return max(0, end - alert.since)
        found = periods_by_check([(facts.id, facts.labels)], self.windows, start=alert.since, end=end)
        return max(0, end - alert.since - length(found[facts.id], alert.since, end))

    def budget_of_api(self, api: str, alerts: Iterable[Alert]) -> BudgetImpact | None:
        """What the outage of an API, that goes on with these alerts of it, did to its budget."""
        subject = self.subjects.get(api)
        its = [alert for alert in alerts if api_of(alert.subject.id) == api]
        if subject is None or not its:
            return None
        began = min(alert.since for alert in its if alert.is_firing or not any(each.is_firing for each in its))
        end = max(ended_at(alert, self.now) for alert in its)
        touching = [one for one in subject.past.outages if one.start < end and (one.end is None or one.end > began)]
        if not touching:
            return None
        last = touching[-1]
        outage = Period(last.start, self.now if last.end is None else last.end)
        return self.tried(lambda: impact(subject, outage, self._sla.asked), None, of=api)

    @cached_property
    def checks(self) -> Mapping[str, CheckFacts]:
        """Those of the file, by id."""
        return {facts.id: facts for facts in self.job.checks}

    @cached_property
    def windows(self) -> tuple[MaintenanceWindow, ...]:
        """Of maintenance, wherever they were declared."""
        return (
            *self.job.windows,
            *self.tried(self._declared, tuple[MaintenanceWindow, ...](), of="maintenance"),
        )

    @cached_property
    def _sla(self) -> SlaJob:
        """As `probe slo` asks, of nothing yet."""
        return SlaJob(
            period=Period(self.now - DAY, self.now),
            now=self.now,
            zone=ZoneInfo(self.job.timezone),
            location=self.job.location,
            rules=self.job.sla,
            checks=self.job.checks,
            apis=self.job.apis,
            wanted=(),
            windows=self.windows,
            latency=False,
        )

    def _declared(self) -> tuple[MaintenanceWindow, ...]:
        """The store's own windows."""
        return self.store.maintenance.windows()

    def _with_budget(self, ids: set[str]) -> Iterator[str]:
        """Checks that have a budget themselves, and all checks of APIs that have."""
        for facts in self.job.checks:
            if facts.id in ids and _has_budget(facts.objectives):
                yield facts.id
        apis = {api_of(id_) for id_ in ids}
        for api in self.job.apis:
            if api.id in apis and _has_budget(api.objectives):
                members = [facts.id for facts in self.job.checks if facts.api == api.id]
                if len(members) <= MOST_MEMBERS:
                    yield from members

    def _subjects(self, wanted: tuple[str, ...]) -> Mapping[str, Subject]:
        found = subjects_of(replace(self._sla, wanted=frozenset(wanted)), self.store)
        return {subject.id: subject for subject in (*found.checks, *found.apis)}

    def _enriched(self, alert: Alert) -> Enriched:
        facts = self.checks.get(alert.subject.id)
        budget = self.tried(lambda: self._budget(alert), None, of=alert.subject.id)
        if alert.subject.kind is not SubjectKind.CHECK or facts is None:
            return Enriched(facts=alert.facts, budget=budget)
        read = self.tried(lambda: self._read(alert, facts), Enriched(facts=alert.facts), of=alert.subject.id)
        return Enriched(facts=read.facts, outcomes=read.outcomes, phases=read.phases, past=read.past, budget=budget)

    def _budget(self, alert: Alert) -> BudgetImpact | None:
        subject = self.subjects.get(alert.subject.id)
        if subject is None:
            return None
        outage = Period(alert.since, ended_at(alert, self.now))
        return impact(subject, outage, self._sla.asked, outage_called="" if self._is_burn(alert) else "this outage")

    def _is_burn(self, alert: Alert) -> bool:
        """Whether it is about the budget itself, and not about an outage."""
        rule = next((each for each in self.job.rules if each.name == alert.rule), None)
        return any(
            isinstance(each, BurnCondition)
            or (isinstance(each, MetricCondition) and each.metric is Metric.AVAILABILITY)
            for each in conditions(rule, alert.level)
        )

    def _read(self, alert: Alert, facts: CheckFacts) -> Enriched:
        location = alert.locations[0] if alert.locations else self.job.location
        end, interval = ended_at(alert, self.now), facts.interval
        ranges = self._ranges_of(location)
        before = list(ranges.results(facts.id, alert.since - _USUAL_RUNS * interval, alert.since))
        start = max(alert.since, end - 2 * PAST_RUNS * interval)
        since = list(ranges.results(facts.id, start, max(end, alert.since) + 1))
        shown = _telling(since)
        evidence = self._evidence(facts.id, shown, alert.since, location)
        return Enriched(
            facts=_facts(alert, evidence),
            outcomes=evidence.outcomes[:_MOST_OUTCOMES] if evidence else (),
            phases=tuple(_phases(shown, before)) if shown else (),
            past=tuple(
                PastRun(each.scheduled_at, each.state, each.latency_us) for each in (before + since)[-PAST_RUNS:]
            ),
        )

    def _evidence(self, check: str, shown: Record | None, since: Micros, location: str) -> Evidence | None:
        """Why the result that is shown failed; or else why the first did, whose evidence is kept the longest."""
        slots = [since] if shown is None else [shown.scheduled_at, since]
        found = self.store.evidence_at(check, slots, location=location)
        return next((found[slot] for slot in slots if slot in found), None)

    def _ranges_of(self, location: str) -> Ranges:
        """Opened once for all alerts of a location: to open them costs as much as to read some alerts' results."""
        if location not in self._ranges:
            self._ranges[location] = self._open.enter_context(self.store.ranges(location))
        return self._ranges[location]

    def tried(self, read: Callable[[], _Found], otherwise: _Found, *, of: str) -> _Found:
        """What is read, or else what is said instead: nothing that fails here may cost a message."""
        if self.clock.monotonic() > self._until:
            return otherwise
        try:
            return read()
        except Exception as error:  # noqa: BLE001  # a message without it is worth more than none
            self.close()
            _log.warning("a message goes without what could not be read", of=of, error=f"{error}")
            if isinstance(error, StoreUnreachable):
                self._until = 0.0
            return otherwise


def ended_at(alert: Alert, now: Micros) -> Micros:
    """When it was over, or now."""
    if alert.resolved_at is None:
        return now
    return alert.resolved_at if alert.ended is None else alert.ended


def _has_budget(objectives: Iterable[Objective]) -> bool:
    return any(each.kind is ObjectiveKind.AVAILABILITY for each in objectives)


def _telling(records: list[Record]) -> Record | None:
    """The last that failed; where none did, the last."""
    failing = (each for each in reversed(records) if each.state in _FAILING)
    return next(failing, records[-1] if records else None)


def _phases(shown: Record, before: Iterable[Record]) -> Iterator[PhaseTime]:
    """Each that happened, beside its median of the good results before."""
    good = [each.phases for each in before if each.state is State.UP]
    for index, (name, took) in enumerate(zip(PHASES, shown.phases, strict=True)):
        usual = [value for phases in good if (value := phases[index]) is not None]
        if took is not None:
            yield PhaseTime(name, took, median_low(usual) if usual else None)


def _facts(alert: Alert, evidence: Evidence | None) -> Facts | None:
    """What the alert knows; of one that knows nothing, what the evidence does."""
    if alert.facts is not None or evidence is None:
        return alert.facts
    return Facts(failure=evidence.failure, detail=evidence.detail[:LONGEST_DETAIL], http_status=evidence.http_status)
