"""Store to site, in one call: what `probe report` does, and what the daemon does in a process of its own.

As a program it does the `RenderJob` that it is given.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from probe import __version__
from probe.model.check import Api, CheckFacts
from probe.model.sensitive import Sensitive
from probe.model.settings import Settings
from probe.model.units import Micros
from probe.report import ProberFacts, Site, SiteApi, SiteCheck, pages, write
from probe.runtime.apart import serve_one
from probe.slo.history import history, history_cuts, recent_start
from probe.store import Ranges, Store, open_store

MOST_FAILURES = 20
"""How many of a check's last failures its page tells."""

MOST_TRANSCRIPTS = 3
"""Of how many of them it shows what went to and fro; each takes up to 16 kB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderJob:
    """What to render, complete: it travels to another process. Of all secrets only the store's goes along."""

    store: Sensitive
    directory: str
    title: str
    timezone: str
    location: str
    now: Micros
    apis: tuple[Api, ...]
    checks: tuple[CheckFacts, ...]
    prober: ProberFacts | None = None

    @classmethod
    def of(cls, settings: Settings, *, now: Micros, prober: ProberFacts | None = None) -> RenderJob:
        """The job of these settings at a moment; `prober` is what a daemon knows of itself."""
        return cls(
            store=settings.store,
            directory=settings.report.directory,
            title=settings.report.title,
            timezone=settings.timezone,
            location=settings.location,
            now=now,
            apis=settings.apis,
            checks=tuple(check.facts for check in settings.checks),
            prober=prober,
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
        site = _site(job, store)
    written = write(Path(job.directory), pages(site))
    return Rendered(pages=written.total, changed=written.changed, index=str(Path(job.directory) / "index.html"))


def _site(job: RenderJob, store: Store) -> Site:
    grouped: dict[str, list[SiteCheck]] = {api.id: [] for api in job.apis}
    with store.ranges(job.location) as ranges:
        for facts in job.checks:
            grouped[facts.api].append(_check(job, store, ranges, facts))
    return Site(
        title=job.title,
        now=job.now,
        timezone=job.timezone,
        version=__version__,
        simulated_until=store.simulated_until(),
        notices=_notices(job.checks),
        prober=job.prober,
        apis=tuple(SiteApi(api=api, checks=tuple(grouped[api.id])) for api in job.apis),
    )


def _check(job: RenderJob, store: Store, ranges: Ranges, facts: CheckFacts) -> SiteCheck:
    zone = ZoneInfo(job.timezone)
    start = recent_start(job.now, interval=facts.interval)
    return SiteCheck(
        facts=facts,
        history=history(
            ranges.tiles(facts.id, history_cuts(job.now, zone=zone)),
            ranges.results(facts.id, start, job.now),
            interval=facts.interval,
            now=job.now,
            zone=zone,
        ),
        failures=store.failures(facts.id, limit=MOST_FAILURES, transcripts=MOST_TRANSCRIPTS, location=job.location),
    )


def _notices(checks: Sequence[CheckFacts]) -> tuple[str, ...]:
    """What a reader must know to judge the figures."""
    lax = [facts.id for facts in checks if not facts.verifies_tls]
    return (f"The certificate is not verified in: {', '.join(lax)}.",) if lax else ()


def render(job: RenderJob) -> str:
    """`render_site`, and what it did as JSON."""
    return json.dumps(asdict(render_site(job)))


if __name__ == "__main__":
    sys.exit(serve_one(render))
