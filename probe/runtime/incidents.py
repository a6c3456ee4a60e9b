"""Store to incidents: which there were, what people said of them, and how each went on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from probe.alerting.cases import Case, Update, by_check, down_slot, holds, of_incident, orphans, updates
from probe.model.alert import Alert, Decision
from probe.model.incident import Annotation, AnnotationKind, Incident
from probe.model.result import Evidence, State
from probe.model.rule import Subject, SubjectKind
from probe.model.run import Run
from probe.model.units import DAY, Micros
from probe.runtime.sla import SlaJob, subjects_of
from probe.slo import service_level
from probe.slo.periods import Period
from probe.slo.recovery import recovery
from probe.slo.timeline import clipped
from probe.store import Store

MOST_EXPLAINED: Final = 100
"""Slots of an incident whose evidence is looked up."""

MOST_DECISIONS: Final = 1_000
"""About one alert, the newest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """The incidents of a period.

    Attributes:
        cases: those with any time down in it outside maintenance; open ones first, then the newest.
        orphaned: what was said of incidents that turned out to be none: results that came late say otherwise.
    """

    cases: tuple[Case, ...]
    orphaned: tuple[Annotation, ...]


class Alerted(NamedTuple):
    """An alert, and what was decided about telling it, in the order in which it was."""

    alert: Alert
    decisions: tuple[Decision, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """All that is known of an incident.

    Attributes:
        runs: the check's slots in it.
        evidence: why slots were down, by slot: the first, those at which the cause changed, and the last.
        alerted: the alerts about the check that went on in it, in the order in which they began.
    """

    case: Case
    runs: tuple[Run, ...]
    updates: tuple[Update, ...]
    evidence: dict[Micros, Evidence]
    alerted: tuple[Alerted, ...] = ()

    def slots(self, state: State) -> int:
        """How many of its slots came to that."""
        return sum(run.slots for run in self.runs if run.state is state)


def incident_log(job: SlaJob, store: Store) -> Log:
    """The incidents of a period.

    Raises:
        StoreError: the store can't be read.
    """
    said = by_check(store.annotations(job.location))
    cases, orphaned = list[Case](), list[Annotation]()
    for subject in subjects_of(job, store).checks:
        its_own = said.get(subject.id, [])
        counted = recovery(subject.past, subject.incidents, job.asked.so_far).incidents
        cases += _cases(job, store, subject, counted, its_own)
        of_period = [each for each in its_own if job.period.start <= each.moment < job.period.end]
        orphaned += orphans(of_period, subject.incidents)
    cases.sort(key=lambda case: (case.incident.end is not None, -case.incident.start, case.check))
    return Log(cases=tuple(cases), orphaned=tuple(orphaned))


def detail_at(job: SlaJob, store: Store, check: str, moment: Micros) -> Detail | None:
    """The incident of a check that holds a moment, whatever the period of the job; `None` where there is none.

    Raises:
        StoreError: the store can't be read.
    """
    found = next((each for each in _incidents(job, store, check, moment, moment + 1) if holds(each, moment)), None)
    return None if found is None else _detail(job, store, check, found)


def open_detail(job: SlaJob, store: Store, check: str) -> Detail | None:
    """The incident of a check that goes on; `None` where there is none.

    Raises:
        StoreError: the store can't be read.
    """
    found = next((each for each in _incidents(job, store, check, job.now - 1, job.now) if each.end is None), None)
    return None if found is None else _detail(job, store, check, found)


def nearest(job: SlaJob, store: Store, check: str, moment: Micros, *, within: Micros = 30 * DAY) -> Incident | None:
    """The incident of a check that is nearest to a moment.

    Raises:
        StoreError: the store can't be read.
    """
    found = _incidents(job, store, check, moment - within, moment + within)
    return min(found, key=lambda each: abs(each.start - moment), default=None)


def annotation(
    detail: Detail, kind: AnnotationKind, *, now: Micros, author: str, text: str, moment: Micros
) -> Annotation:
    """What somebody says of an incident now; `moment` is any in it."""
    case = detail.case
    return Annotation(
        check=case.check,
        location=case.location,
        moment=down_slot(detail.runs, case.incident, moment),
        kind=kind,
        made_at=now,
        author=author,
        text=text,
    )


def _incidents(job: SlaJob, store: Store, check: str, start: Micros, end: Micros) -> tuple[Incident, ...]:
    found = subjects_of(replace(job, period=Period(start, end), wanted=(check,)), store).checks
    return found[0].incidents if found else ()


def _detail(job: SlaJob, store: Store, check: str, incident: Incident) -> Detail:
    period = Period(incident.start, job.now if incident.end is None else incident.end)
    (subject,) = subjects_of(replace(job, period=period, wanted=(check,)), store).checks
    runs = tuple(clipped(subject.past.slots[0].runs, *period))
    said = by_check(store.annotations(job.location)).get(check, [])
    (case,) = _cases(job, store, subject, [incident], said)
    history = updates(case, runs)
    slots = [update.at for update in history if update.failure][:MOST_EXPLAINED]
    slots.append(down_slot(runs, incident, period.end))
    evidence = store.evidence_at(check, slots, location=job.location)
    return Detail(case=case, runs=runs, updates=history, evidence=evidence, alerted=_alerted(store, check, period))


def _alerted(store: Store, check: str, period: Period) -> tuple[Alerted, ...]:
    found = store.alerts.alerts(subject=Subject(SubjectKind.CHECK, check), start=period.start, end=period.end)
    return tuple(
        Alerted(alert, store.alerts.decisions(alert=alert.id, limit=MOST_DECISIONS)[::-1])
        for alert in sorted(found, key=lambda alert: (alert.since, alert.rule))
    )


def _cases(
    job: SlaJob, store: Store, subject: service_level.Subject, incidents: Sequence[Incident], said: Sequence[Annotation]
) -> Iterator[Case]:
    if not incidents:
        return
    check = subject.id
    evidence = store.evidence_at(check, [each.start for each in incidents], location=job.location)
    goes_on = any(facts.id == check for facts in job.checks)
    for incident in incidents:
        yield Case(
            check=check,
            location=job.location,
            incident=incident,
            goes_on=goes_on,
            annotations=of_incident(said, incident),
            evidence=evidence.get(incident.start),
            apart=subject.past.apart,
        )
