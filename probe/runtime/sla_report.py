"""Store to a report of service levels, in one call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from probe import __version__
from probe.alerting.cases import by_check, of_incident
from probe.model.incident import Annotation
from probe.model.maintenance import MaintenanceChange, Scope
from probe.model.settings import Settings
from probe.model.units import Micros
from probe.report.sla import Maintained, SlaReport, Told
from probe.runtime.sla import SlaJob, Subjects, assessed_of, subjects_of
from probe.slo.digest import ResultsDigest, digest_of
from probe.slo.maintenance import periods
from probe.slo.periods import Period
from probe.slo.recovery import duration
from probe.slo.service_level import Assessed, Subject
from probe.slo.timeline import clipped
from probe.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class SlaReportJob:
    """What to tell, and what to call it.

    Attributes:
        version: of probe.
        file, file_digest: the configuration, and its SHA-256.
    """

    sla: SlaJob
    title: str
    version: str
    timezone: str
    file: str
    file_digest: str

    @classmethod
    def of(cls, settings: Settings, job: SlaJob, *, title: str | None = None) -> Self:
        """A report by these settings."""
        return cls(
            sla=job,
            title=title or settings.report.title,
            version=__version__,
            timezone=settings.timezone,
            file=Path(settings.source).name,
            file_digest=settings.digest,
        )

    def of_period(self, period: Period) -> Self:
        """The same of another period."""
        return replace(self, sla=replace(self.sla, period=period))


def sla_report(job: SlaReportJob, store: Store) -> SlaReport:
    """The report that the job asks for.

    Raises:
        StoreError: the store can't be read.
    """
    subjects = subjects_of(job.sla, store)
    assessed = assessed_of(job.sla, subjects)
    simulated = store.simulated_until()
    since = min([job.sla.period.start, *_first_slots(subjects)])
    return SlaReport(
        title=job.title,
        made_at=job.sla.now,
        version=job.version,
        location=job.sla.location,
        timezone=job.timezone,
        file=job.file,
        file_digest=job.file_digest,
        assessed=assessed,
        checks=tuple(facts for facts in job.sla.checks if facts.id in job.sla.wanted),
        apis=tuple(api for api in job.sla.apis if api.id in {level.id for level in assessed.apis}),
        since=since,
        maintenance=tuple(maintained(job.sla, since)),
        changes=tuple(_afterwards(job.sla, store.maintenance.log())),
        incidents=_incidents(job.sla, subjects, assessed, store.annotations(job.sla.location)),
        simulated_until=simulated if simulated is not None and simulated > job.sla.period.start else None,
        digests={subject.id: _digest(subject, job.sla) for subject in subjects.checks},
    )


def maintained(job: SlaJob, since: Micros) -> Iterator[Maintained]:
    """The windows that count from a moment on for any check that is told of."""
    meant = _meant(job, (window.scope for window in job.windows))
    for window in job.windows:
        if window.scope in meant and (found := periods(window, start=since, end=job.asked.until)):
            yield Maintained(window, found)


def _afterwards(job: SlaJob, changes: Sequence[MaintenanceChange]) -> Iterator[MaintenanceChange]:
    """Those that reach back before they were made, and are about time and checks that are told of."""
    meant = _meant(job, (change.window.scope for change in changes))
    for change in changes:
        is_ours = change.location in (None, job.location) and change.window.scope in meant
        if is_ours and change.is_afterwards and (change.affects is None or change.affects < job.asked.until):
            yield change


def _meant(job: SlaJob, scopes: Iterable[Scope]) -> set[Scope]:
    """Those that any check is in that is told of."""
    labels = {facts.id: facts.labels for facts in job.checks}
    return {scope for scope in set(scopes) if any(scope.holds(check, labels.get(check, ())) for check in job.wanted)}


def _first_slots(subjects: Subjects) -> Iterator[Micros]:
    for subject in subjects.checks:
        yield from (slots.runs[0].start for slots in subject.past.slots if slots.runs)


def _digest(subject: Subject, job: SlaJob) -> ResultsDigest:
    return digest_of(run for slots in subject.past.slots for run in clipped(slots.runs, *job.asked.so_far))


def _incidents(
    job: SlaJob, subjects: Subjects, assessed: Assessed, annotations: Iterable[Annotation]
) -> dict[str, tuple[Told, ...]]:
    """By check, and by API: an API's incidents are those of the group, and people say nothing of them."""
    said = by_check(annotations)
    levels = {level.id: level for level in (*assessed.checks, *assessed.apis)}
    return {
        subject.id: tuple(
            Told(
                incident,
                duration(incident, subject.past, until=job.asked.until),
                of_incident(said.get(subject.id, ()), incident),
            )
            for incident in levels[subject.id].recovery.incidents
        )
        for subject in (*subjects.checks, *subjects.apis)
    }
