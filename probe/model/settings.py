"""The whole configuration, frozen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from probe.model.channel import ChannelSettings
from probe.model.check import AddressPolicy, Api, Check
from probe.model.maintenance import MaintenanceWindow
from probe.model.rule import AlertRule
from probe.model.sensitive import Sensitive
from probe.model.sla import SlaRules
from probe.model.units import DAY, MINUTE, SECOND, Micros

DEFAULT_MAX_PER_HOST: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Listen:
    """Where /metrics, /healthz, /readyz and the reports are served."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSettings:
    """Where the site is written, how often, and what it is called; `url` is where people find it, empty where nobody said."""

    directory: str
    every: Micros
    title: str
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """Where a ping goes after each complete cycle: who gets none any more knows that nobody is watching (a dead man's switch).

    Attributes:
        url: of a service such as healthchecks; no secret leaves in it but its own.
        every: at most so often.
    """

    url: Sensitive
    every: Micros = MINUTE
    timeout: Micros = 10 * SECOND


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """Addresses that answer nearly always: where none of them does, it is the prober's own network that fails.

    Attributes:
        targets: URLs; any answer is one, whatever its status.
        timeout: of each request.
        every: how often they are asked while nothing fails.
    """

    targets: tuple[Sensitive, ...]
    timeout: Micros
    every: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """For how long each tier of the store is kept; `None` is for ever.

    Attributes:
        raw: single results.
        hour, day: their rollups; alerts are kept as long as days.
        evidence: why results were not up, and what went to and fro; why alerts were told or not, and messages.
    """

    raw: Micros | None = 14 * DAY
    hour: Micros | None = 400 * DAY
    day: Micros | None = None
    evidence: Micros | None = 30 * DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class SpoolSettings:
    """Where results wait on disk while the store takes none.

    Attributes:
        directory: made when it is needed.
        limit: bytes that it may take.
    """

    directory: str
    limit: int = 1 << 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What one file says, with every default filled in and every secret resolved.

    Attributes:
        source: the file as the user named it.
        store: SQLAlchemy URL of the store; may hold a password.
        timezone: IANA name; the calendar of days in reports.
        retention: for how long results are kept.
        spool: where they wait while the store is away; `None` keeps them in memory only.
        control: how the prober's own network is told from a target's; `None` doesn't tell.
        max_per_host: attempts at one host and port at the same time.
        addresses: which may be connected to; the checks' connections have it too.
        sla: by which rules availability is counted.
        maintenance: the windows that the file declares; the store may have others.
        channels: where people are told, by the order of the file.
        rules: of what; the default ones, where there are channels and no rules.
        heartbeat: who watches the watcher.
        digest: SHA-256 of the file, hexadecimal.
        warnings: what is not wrong, and yet worth telling; each with its place.
        contact: URL in the User-Agent, for those who find our requests in their logs.
    """

    source: str
    store: Sensitive
    timezone: str
    location: str
    listen: Listen | None
    report: ReportSettings
    apis: tuple[Api, ...]
    checks: tuple[Check, ...]
    control: Control | None = None
    max_per_host: int = DEFAULT_MAX_PER_HOST
    contact: str | None = None
    addresses: AddressPolicy = field(default=AddressPolicy())
    retention: Retention = Retention()
    spool: SpoolSettings | None = None
    sla: SlaRules = field(default=SlaRules())
    maintenance: tuple[MaintenanceWindow, ...] = ()
    channels: tuple[ChannelSettings, ...] = ()
    rules: tuple[AlertRule, ...] = ()
    heartbeat: Heartbeat | None = None
    digest: str = ""
    warnings: tuple[str, ...] = ()
