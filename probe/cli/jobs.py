"""What is to be judged, as several commands ask for it."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from probe.cli.selection import Selection, look_up
from probe.model.settings import Settings
from probe.model.sla import SlaRules
from probe.model.units import Micros
from probe.runtime.maintenance import all_windows
from probe.runtime.sla import SlaJob
from probe.slo.periods import Period
from probe.store import Store


def sla_job(
    settings: Settings,
    store: Store,
    period: Period,
    *,
    now: Micros,
    selection: Selection | None = None,
    location: str | None = None,
    rules: SlaRules | None = None,
) -> SlaJob:
    """The job of these settings; all checks, the file's location and rules, where nothing else is said.

    Raises:
        ConfigurationError: something that is named is nowhere.
        StoreError: the store can't be read.
    """
    if location is not None:
        look_up("location", [location], {settings.location, *store.locations()})
    return SlaJob(
        period=period,
        now=now,
        zone=ZoneInfo(settings.timezone),
        location=location or settings.location,
        rules=rules or settings.sla,
        checks=tuple(check.facts for check in settings.checks),
        apis=settings.apis,
        wanted=(selection or Selection()).chosen(settings, store),
        windows=all_windows(settings, store),
    )
