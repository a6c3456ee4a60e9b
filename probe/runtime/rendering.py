"""Store to site, in one call: what `probe report` does, and what the daemon does in a process of its own.

As a program it does the `RenderJob` that it is given.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from zoneinfo import ZoneInfo

from probe import __version__
from probe.model.check import Api, CheckFacts
from probe.model.maintenance import MaintenanceWindow
from probe.model.sensitive import Sensitive
from probe.model.settings import Settings
from probe.model.sla import MaintenanceRule, SlaRules
from probe.model.units import DAY, Micros
from probe.report import Ongoing, ProberFacts, Site, SiteApi, SiteCheck, pages, write
from probe.runtime.alerts.told import site_alerts
from probe.runtime.apart import serve_one
from probe.runtime.months import Months
from probe.runtime.sla import SlaJob, subjects_of
from probe.runtime.sla_report import SlaReportJob
from probe.slo.budget import ObjectiveStatus
from probe.slo.history import history, history_cuts, incidents_of, recent_start
from probe.slo.maintenance import occurrence
from probe.slo.periods import Period
from probe.slo.service_level import Subject, status_of
from probe.store import Ranges, Store, open_store

MOST_FAILURES = 20
"""How many of a check's last failures its page tells."""

MOST_TRANSCRIPTS = 3
"""Of how many of them it shows what went to and fro; each takes up to 16 kB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderJob:
    """What to render, complete: it travels to another process. Of all secrets only the store's goes along.

    Attributes:
        rules: by which availability is counted.
        windows: of maintenance, those of the file; the store has its own.
        prober: what a daemon knows of itself; `None` where somebody asks for the report.
        alerts: whether anybody is told of anything.
        file, file_digest: the configuration, and its SHA-256.
    """

    store: Sensitive
    directory: str
    title: str
    timezone: str
    location: str
    now: Micros
    apis: tuple[Api, ...]
    checks: tuple[CheckFacts, ...]
    rules: SlaRules = field(default=SlaRules())
    windows: tuple[MaintenanceWindow, ...] = ()
    prober: ProberFacts | None = None
    alerts: bool = False
    file: str = ""
    file_digest: str = ""

    @classmethod
    def of(cls, settings: Settings, *, now: Micros, prober: ProberFacts | None = None) -> RenderJob:
        """The job of these settings at a moment."""
        return cls(
            store=settings.store,
            directory=settings.report.directory,
            title=settings.report.title,
            timezone=settings.timezone,
            location=settings.location,
            now=now,
            apis=settings.apis,
            checks=tuple(check.facts for check in settings.checks),
            rules=settings.sla,
            windows=settings.maintenance,
            prober=prober,
            alerts=bool(settings.channels or settings.rules),
            file=settings.source,
            file_digest=settings.digest,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """What was written: how many pages there are, how many had changed, and the one to open."""

    pages: int
    changed: int
    index: str

    @classmethod
    def parse(cls, text: str) -> Rendered:
        """From the JSON that the process printed."""
        return cls(**json.loads(text))


def render_site(job: RenderJob) -> Rendered:
    """Read the store, write the site.

    Raises:
        StoreError: the store can't be read.
        ConfigurationError: the folder can't be written.
    """
    with open_store(job.store, create=False) as store:
        months = Months(directory=Path(job.directory), is_asked=job.prober is None)
        site = replace(_site(job, store), service_levels=months.write(_months_job(job, store), store))
    written = write(Path(job.directory), pages(site))
    return Rendered(pages=written.total, changed=written.changed, index=str(Path(job.directory) / "index.html"))


def _months_job(job: RenderJob, store: Store) -> SlaReportJob:
    """Of which month is said later."""
    return SlaReportJob(
        sla=_sla_job(job, store),
        title=job.title,
        version=__version__,
        timezone=job.timezone,
        file=Path(job.file).name,
        file_digest=job.file_digest,
    )


def _sla_job(job: RenderJob, store: Store) -> SlaJob:
    """All checks over the last day."""
    return SlaJob(
        period=Period(job.now - DAY, job.now),
        now=job.now,
        zone=ZoneInfo(job.timezone),
        location=job.location,
        rules=job.rules,
        checks=job.checks,
        apis=job.apis,
        wanted=tuple(sorted({*store.checks(), *(facts.id for facts in job.checks)})),
        windows=(*job.windows, *store.maintenance.windows()),
    )


def _site(job: RenderJob, store: Store) -> Site:
    levels = _Levels(job, store)
    grouped: dict[str, list[SiteCheck]] = {api.id: [] for api in job.apis}
    with store.ranges(job.location) as ranges:
        for facts in job.checks:
            grouped[facts.api].append(_check(job, store, ranges, levels, facts))
    return Site(
        title=job.title,
        now=job.now,
        timezone=job.timezone,
        version=__version__,
        simulated_until=store.simulated_until(),
        rules=job.rules,
        notices=_notices(job.checks),
        prober=job.prober,
        apis=tuple(_api(job, levels, api, grouped[api.id]) for api in job.apis),
        alerts=site_alerts(store, now=job.now) if job.alerts else None,
    )


class _Levels:
    """What `probe sla` would say of each check and API, and which maintenance window runs."""

    def __init__(self, job: RenderJob, store: Store) -> None:
        zone = ZoneInfo(job.timezone)
        self._sla = replace(_sla_job(job, store), back_to=history_cuts(job.now, zone=zone)[0], latency=False)
        subjects = subjects_of(self._sla, store)
        self.checks: Mapping[str, Subject] = {subject.id: subject for subject in subjects.checks}
        self.apis: Mapping[str, Subject] = {subject.id: subject for subject in subjects.apis}
        found = ((window, occurrence(window, now=job.now)) for window in self._sla.windows)
        self._running = [(window, each.end) for window, each in found if each and each.start <= job.now]

    def statuses(self, subject: Subject) -> tuple[ObjectiveStatus, ...]:
        """Where the objectives stand, at the burn of the last day."""
        return tuple(status_of(objective, subject, self._sla.asked) for objective in subject.objectives)

    def ongoing(self, facts: CheckFacts) -> Ongoing | None:
        """The window that a check is in; of several that which ends last."""
        its = [(window.name, end) for window, end in self._running if window.scope.holds(facts.id, facts.labels)]
        if not its or self._sla.rules.maintenance is MaintenanceRule.IGNORE:
            return None
        name, end = max(its, key=lambda each: (each[1] is None, each[1] or 0))
        return Ongoing(name=name, end=end)


def _check(job: RenderJob, store: Store, ranges: Ranges, levels: _Levels, facts: CheckFacts) -> SiteCheck:
    zone = ZoneInfo(job.timezone)
    subject = levels.checks[facts.id]
    start = recent_start(job.now, interval=facts.interval)
    return SiteCheck(
        facts=facts,
        history=history(
            ranges.tiles(facts.id, history_cuts(job.now, zone=zone)),
            ranges.results(facts.id, start, job.now),
            subject.past,
            subject.incidents,
            interval=facts.interval,
            now=job.now,
            zone=zone,
        ),
        failures=store.failures(facts.id, limit=MOST_FAILURES, transcripts=MOST_TRANSCRIPTS, location=job.location),
        objectives=levels.statuses(subject),
        maintenance=levels.ongoing(facts),
    )


def _api(job: RenderJob, levels: _Levels, api: Api, checks: Sequence[SiteCheck]) -> SiteApi:
    subject = levels.apis.get(api.id)
    if subject is None:
        return SiteApi(api=api, checks=())
    return SiteApi(
        api=api,
        checks=tuple(checks),
        past=subject.past,
        incidents=incidents_of(subject.past, subject.incidents, now=job.now),
        objectives=levels.statuses(subject),
        maintenance=_maintenance_of(checks),
    )


def _maintenance_of(checks: Sequence[SiteCheck]) -> Ongoing | None:
    """An API is in maintenance while all its checks are; up to when the first of them ends."""
    windows = [check.maintenance for check in checks if check.maintenance]
    if not windows or len(windows) < len(checks):
        return None
    return min(windows, key=lambda window: (window.end is None, window.end or 0))


def _notices(checks: Sequence[CheckFacts]) -> tuple[str, ...]:
    """What a reader must know to judge the figures."""
    lax = [facts.id for facts in checks if not facts.verifies_tls]
    return (f"The certificate is not verified in: {', '.join(lax)}.",) if lax else ()


def render(job: RenderJob) -> str:
    """`render_site`, and what it did as JSON."""
    return json.dumps(asdict(render_site(job)))


if __name__ == "__main__":
    sys.exit(serve_one(render))
