"""What a site is made of, as the publisher hands it over: plain frozen values, fit to be pickled to another process."""

from __future__ import annotations

from dataclasses import dataclass, field

from probe.model.alert import Alert
from probe.model.check import Api, CheckFacts
from probe.model.incident import Incident
from probe.model.notification import Delivery
from probe.model.result import Evidence
from probe.model.sla import SlaRules
from probe.model.units import Micros
from probe.slo.budget import ObjectiveStatus
from probe.slo.history import History
from probe.slo.past import Past


@dataclass(frozen=True, slots=True, kw_only=True)
class Ongoing:
    """A maintenance window that runs now; `end` is `None` where none is in sight."""

    name: str
    end: Micros | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteCheck:
    """A check with its last 90 days.

    Attributes:
        failures: why it was not up, newest first; at most 20 are worth handing over, and those with a transcript.
        objectives: where they stand; their burn rate is that of the last 24 h.
        maintenance: `None` while no window runs.
    """

    facts: CheckFacts
    history: History
    failures: tuple[Evidence, ...] = ()
    objectives: tuple[ObjectiveStatus, ...] = ()
    maintenance: Ongoing | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteApi:
    """An API with its checks, in the order in which they are shown.

    Attributes:
        past: of the group, also of checks that are not measured any more; `None` where there is no check.
        incidents, objectives, maintenance: as those of checks, of the group as a whole.
    """

    api: Api
    checks: tuple[SiteCheck, ...]
    past: Past | None = None
    incidents: tuple[Incident, ...] = ()
    objectives: tuple[ObjectiveStatus, ...] = ()
    maintenance: Ongoing | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProberFacts:
    """What the running daemon knows of itself.

    Attributes:
        since: when it started.
        longest_stall: of the last 24 hours; 0 when it never stood still for so long that an attempt was spoilt.
        control: the control targets by name, and whether each answered last; `None` until it was asked.
        silent_since: since when none of them answers; `None` while one does, or there are none.
        store_away_since: since when the store takes no results; `None` while it does.
        spooled: results that wait on disk.
        lost: results that nothing could take, since the start.
    """

    since: Micros
    longest_stall: Micros = 0
    control: tuple[tuple[str, bool | None], ...] = ()
    silent_since: Micros | None = None
    store_away_since: Micros | None = None
    spooled: int = 0
    lost: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportLink:
    """A service level report beside the site: of what, such as `October 2026`, and where."""

    called: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteAlerts:
    """Who was told of what.

    Attributes:
        firing: alerts that go on, the newest first.
        over: those of the last days that are over, the newest first.
        deliveries: messages of the last days, the newest first.
        undelivered: messages that reached nobody, or not yet though they were tried.
    """

    firing: tuple[Alert, ...] = ()
    over: tuple[Alert, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    undelivered: tuple[Delivery, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Everything the pages show.

    Attributes:
        now: the moment of every "now" in the pages; the histories end there.
        timezone: IANA name; times are shown in it.
        simulated_until: results before it were made up for a demonstration; `None` when all were measured.
        rules: by which availability is counted.
        notices: sentences for the overview, such as "orders/list does not verify TLS".
        prober: `None` when no daemon made this site.
        service_levels: the reports that are there, the newest first.
        alerts: `None` where nobody is told of anything.
    """

    title: str
    now: Micros
    timezone: str
    version: str
    simulated_until: Micros | None = None
    rules: SlaRules = field(default=SlaRules())
    notices: tuple[str, ...] = ()
    prober: ProberFacts | None = None
    apis: tuple[SiteApi, ...]
    service_levels: tuple[ReportLink, ...] = ()
    alerts: SiteAlerts | None = None
