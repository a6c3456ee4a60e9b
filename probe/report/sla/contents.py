"""What a report of service levels is made of: plain frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from probe.model.check import Api, CheckFacts
from probe.model.incident import Annotation, Incident
from probe.model.maintenance import MaintenanceChange, MaintenanceWindow
from probe.model.units import Micros
from probe.slo.digest import ResultsDigest
from probe.slo.periods import Period
from probe.slo.service_level import Assessed


class Maintained(NamedTuple):
    """A window, and when it counted."""

    window: MaintenanceWindow
    periods: tuple[Period, ...]


class Told(NamedTuple):
    """An incident, how long it lasted so far outside maintenance, and what people said of it."""

    incident: Incident
    lasted: Micros
    annotations: tuple[Annotation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SlaReport:
    """Everything that a report tells, and that is needed to make it again.

    Attributes:
        made_at: of a period that goes on, figures are up to then.
        version: of probe.
        file, file_digest: which configuration it was made by, and its SHA-256.
        checks, apis: of the configuration, those that the report is about.
        since: from when on maintenance is told of; the windows of objectives may begin before the period.
        maintenance: the windows that counted from then on.
        changes: of windows, declared after time that they are about.
        incidents: of checks and of APIs, by id.
        digests: of checks, by id.
        simulated_until: results before it were made up for a demonstration, where that touches the period.
    """

    title: str
    made_at: Micros
    version: str
    location: str
    timezone: str
    file: str
    file_digest: str
    assessed: Assessed
    checks: tuple[CheckFacts, ...]
    apis: tuple[Api, ...]
    since: Micros
    maintenance: tuple[Maintained, ...]
    changes: tuple[MaintenanceChange, ...]
    incidents: Mapping[str, tuple[Told, ...]]
    digests: Mapping[str, ResultsDigest]
    simulated_until: Micros | None = None
