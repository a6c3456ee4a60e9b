"""Incidents as pages list them: the newest first, so that one that is open stands on top."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final

from probe.model.incident import Incident
from probe.model.units import Micros
from probe.report.links import incident_anchor
from probe.report.words import FAILURE_WORDS, Moment, duration_text, exact_moment, plural
from probe.slo.past import Past
from probe.slo.recovery import duration

MOST: Final = 20
"""Incidents on a page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentNote:
    """One incident.

    Attributes:
        anchor: by which links find it on the page.
        lasted: outside maintenance; up to now, of one that is open.
        cause: why its first result was down.
        flapping: how many outages it is, where it is several.
    """

    at: Moment
    anchor: str
    is_open: bool
    lasted: str
    cause: str
    flapping: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Incidents:
    """The last ones; `more` are on record besides."""

    notes: tuple[IncidentNote, ...]
    more: int


def incident_list(found: Sequence[Incident], past: Past | None, *, now: Micros, zone: tzinfo) -> Incidents:
    """Those of a check or of an API, which ascend."""
    if past is None:
        return Incidents(notes=(), more=0)
    newest = found[: -MOST - 1 : -1]
    notes = tuple(_note(incident, past, now, zone) for incident in newest)
    return Incidents(notes=notes, more=len(found) - len(newest))


def _note(incident: Incident, past: Past, now: Micros, zone: tzinfo) -> IncidentNote:
    cause = incident.cause
    return IncidentNote(
        at=exact_moment(incident.start, zone),
        anchor=incident_anchor(incident.start),
        is_open=incident.end is None,
        lasted=duration_text(duration(incident, past, until=now)),
        cause=FAILURE_WORDS[cause] if cause else "no reason on record",
        flapping=plural(len(incident.outages), "outage") if incident.is_flapping else "",
    )
