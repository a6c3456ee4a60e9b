"""Incidents with what people said of them, and how each went on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from probe.model.incident import Annotation, AnnotationKind, Incident, Outage
from probe.model.result import Evidence, State
from probe.model.run import Run
from probe.model.sample import FailureKind
from probe.model.units import Micros, to_iso


class CaseState(StrEnum):
    """Where an incident stands."""

    OPEN = "open"
    RECOVERED = "recovered"
    RETIRED = "retired"  # down when it was last measured, and no file defines the check any more


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A check's incident.

    Attributes:
        goes_on: whether the check is measured still.
        annotations: what was said of it, in the order in which it was.
        evidence: why its first slot was down; `None` where that is not kept any more.
        apart: maintenance, from when to when, ascending.
    """

    check: str
    location: str
    incident: Incident
    goes_on: bool = True
    annotations: tuple[Annotation, ...] = ()
    evidence: Evidence | None = None
    apart: tuple[tuple[Micros, Micros], ...] = ()

    @property
    def ref(self) -> str:
        """What it is called: any moment in it finds it, its start is as good as any."""
        return f"{self.check}@{to_iso(self.incident.start)}"

    @property
    def state(self) -> CaseState:
        """Where it stands."""
        if self.incident.end is not None:
            return CaseState.RECOVERED
        return CaseState.OPEN if self.goes_on else CaseState.RETIRED

    @property
    def acknowledgement(self) -> Annotation | None:
        """By which somebody took it on: the first."""
        return next((each for each in self.annotations if each.kind is AnnotationKind.ACKNOWLEDGEMENT), None)

    @property
    def notes(self) -> tuple[Annotation, ...]:
        """What else was said."""
        return tuple(each for each in self.annotations if each is not self.acknowledgement)

    def lasted(self, now: Micros) -> Micros:
        """How long it lasted, up to now: its outages, without the time between them and without maintenance."""
        ends = [(each.start, now if each.end is None else each.end) for each in self.incident.outages]
        return sum(end - start - self._apart(start, end) for start, end in ends)

    def _apart(self, start: Micros, end: Micros) -> Micros:
        return sum(max(0, min(last, end) - max(first, start)) for first, last in self.apart)


class UpdateKind(StrEnum):
    """What may happen to an incident."""

    OPENED = "opened"
    DETECTED = "detected"
    CAUSE_CHANGED = "cause changed"
    RECOVERED = "recovered"
    REOPENED = "reopened"
    ACKNOWLEDGED = "acknowledged"
    NOTED = "noted"


class Update(NamedTuple):
    """Something that happened; `failure` is why slots are down from then on, where that is what it tells."""

    at: Micros
    kind: UpdateKind
    failure: FailureKind | None = None
    annotation: Annotation | None = None


def holds(incident: Incident, moment: Micros) -> bool:
    """Whether a moment lies in it; one that flapped is one from its start to its end."""
    return incident.start <= moment and (incident.end is None or moment < incident.end)


def by_check(annotations: Iterable[Annotation]) -> dict[str, list[Annotation]]:
    """What was said of each check, in the order in which it was."""
    found: dict[str, list[Annotation]] = {}
    for each in annotations:
        found.setdefault(each.check, []).append(each)
    return found


def of_incident(annotations: Iterable[Annotation], incident: Incident) -> tuple[Annotation, ...]:
    """What was said of it, of all that was said of its check."""
    return tuple(each for each in annotations if holds(incident, each.moment))


def acknowledged(
    incidents: Iterable[Incident], annotations: Iterable[Annotation], *, until: Micros
) -> dict[Micros, Micros]:
    """When each incident was taken on first, by its start; those that nobody took on are left out.

    Args:
        annotations: what was said of the same check.
        until: what was said later is not known yet.
    """
    said = [each for each in annotations if each.kind is AnnotationKind.ACKNOWLEDGEMENT and each.made_at < until]
    taken_on = ((one.start, [each.made_at for each in of_incident(said, one)]) for one in incidents)
    return {start: min(moments) for start, moments in taken_on if moments}


def orphans(annotations: Iterable[Annotation], incidents: Sequence[Incident]) -> tuple[Annotation, ...]:
    """What was said of incidents that turned out to be none, of all that was said of one check."""
    return tuple(each for each in annotations if not any(holds(incident, each.moment) for incident in incidents))


def down_slot(runs: Iterable[Run], incident: Incident, moment: Micros) -> Micros:
    """The last slot up to a moment in the incident that was down: whatever comes late, it was that."""
    found = incident.start
    for run in runs:
        if run.state is State.DOWN and incident.start <= run.start <= moment:
            reached = min(moment, run.last) - run.start
            found = run.start + reached - (reached % run.step if run.step else 0)
    return found


def updates(case: Case, runs: Sequence[Run]) -> tuple[Update, ...]:
    """All that happened to an incident, in order; `runs` are the check's, as far as they lie in it."""
    found = [*(each for outage in case.incident.outages for each in _of_outage(outage, case, runs))]
    found += [_said(each) for each in case.annotations]
    return tuple(sorted(found, key=lambda update: update.at))


def _of_outage(outage: Outage, case: Case, runs: Sequence[Run]) -> Iterator[Update]:
    is_first = outage is case.incident.outages[0]
    cause = outage.failures[0][0]
    yield Update(outage.start, UpdateKind.OPENED if is_first else UpdateKind.REOPENED, cause)
    if outage.detected > outage.start:
        yield Update(outage.detected, UpdateKind.DETECTED)
    for run in runs:
        if run.state is State.DOWN and outage.start <= run.start and (outage.end is None or run.start < outage.end):
            if run.failure is not cause:
                yield Update(run.start, UpdateKind.CAUSE_CHANGED, run.failure)
            cause = run.failure
    if outage.end is not None:
        yield Update(outage.end, UpdateKind.RECOVERED)


def _said(annotation: Annotation) -> Update:
    is_acknowledgement = annotation.kind is AnnotationKind.ACKNOWLEDGEMENT
    kind = UpdateKind.ACKNOWLEDGED if is_acknowledgement else UpdateKind.NOTED
    return Update(annotation.made_at, kind, annotation=annotation)
