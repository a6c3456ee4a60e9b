"""From options to what is asked of the store."""

from __future__ import annotations

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from probe.cli.jobs import sla_job
from probe.cli.period import AskedPeriod
from probe.cli.selection import QUOTED, Selection
from probe.model.errors import ConfigurationError
from probe.model.settings import Settings
from probe.model.units import Micros
from probe.runtime.clock import SystemClock
from probe.runtime.sla import SlaJob
from probe.slo.periods import parse_moment
from probe.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The options as they were given; `None` is one that wasn't."""

    period: AskedPeriod = field(default=AskedPeriod())
    selection: Selection = field(default=Selection())
    location: str | None = None

    def job(self, settings: Settings, store: Store) -> SlaJob:
        """What to look for.

        Raises:
            ConfigurationError: an option can't be read, or names what there isn't.
        """
        now = SystemClock().now()
        period = self.period.whole(now=now, zone=ZoneInfo(settings.timezone))
        return sla_job(settings, store, period, now=now, selection=self.selection, location=self.location)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ref:
    """An incident as a person names it: by its check and any moment in it; without one, it is the one that is open."""

    check: str
    moment: Micros | None

    @classmethod
    def of(cls, text: str, settings: Settings, *, now: Micros) -> Ref:
        """`orders/list@2026-11-20T10:00:00Z`, or the check alone.

        Raises:
            ConfigurationError: it is neither, or lies in the future.
        """
        check, separator, start = text.partition("@")
        if not separator:
            return cls(check=check, moment=None)
        try:
            moment = parse_moment(start, zone=ZoneInfo(settings.timezone))
        except ValueError as error:
            raise ConfigurationError(f"{text[:QUOTED]}: {error}") from None
        if moment > now:
            raise ConfigurationError(f"{text[:QUOTED]} lies in the future")
        return cls(check=check, moment=moment)
