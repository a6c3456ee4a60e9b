"""What the alerter goes by: all that it needs of the settings, complete, for it lives in another process."""

from __future__ import annotations

from dataclasses import dataclass

from probe.model.channel import ChannelSettings
from probe.model.check import AddressPolicy, Api, CheckFacts
from probe.model.maintenance import MaintenanceWindow
from probe.model.rule import AlertRule
from probe.model.sensitive import Sensitive
from probe.model.settings import Heartbeat, Settings
from probe.model.sla import SlaRules


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertJob:
    """Whom to tell of what. It goes through a pipe only: of all secrets those of the store, the channels and the heartbeat are in it.

    Attributes:
        checks: what may be shown of each.
        sla: by which rules availability is counted.
        windows: of maintenance, those of the file; the store has its own.
        report_url: where people find the report; empty where nobody said.
        title: what the report is called.
        contact: as in the User-Agent of checks.
        addresses: which may be connected to.
    """

    store: Sensitive
    location: str
    timezone: str
    apis: tuple[Api, ...] = ()
    checks: tuple[CheckFacts, ...] = ()
    rules: tuple[AlertRule, ...] = ()
    channels: tuple[ChannelSettings, ...] = ()
    heartbeat: Heartbeat | None = None
    sla: SlaRules
    windows: tuple[MaintenanceWindow, ...] = ()
    report_url: str = ""
    title: str = ""
    contact: str | None = None
    addresses: AddressPolicy

    @classmethod
    def of(cls, settings: Settings) -> AlertJob:
        """The job of these settings."""
        return cls(
            store=settings.store,
            location=settings.location,
            timezone=settings.timezone,
            apis=settings.apis,
            checks=tuple(check.facts for check in settings.checks),
            rules=settings.rules,
            channels=settings.channels,
            heartbeat=settings.heartbeat,
            sla=settings.sla,
            windows=settings.maintenance,
            report_url=settings.report.url,
            title=settings.report.title,
            contact=settings.contact,
            addresses=settings.addresses,
        )

    @property
    def is_needed(self) -> bool:
        """Whether there is anybody to tell, or anything to tell of."""
        return bool(self.rules or self.channels or self.heartbeat)
