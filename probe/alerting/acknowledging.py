"""Who took on which incident, and when."""

from __future__ import annotations

from collections.abc import Iterable

from probe.model.incident import Annotation, AnnotationKind, Incident
from probe.model.units import Micros


def acknowledged(
    incidents: Iterable[Incident], annotations: Iterable[Annotation], *, until: Micros
) -> dict[Micros, Micros]:
    """When each incident was taken on first, by its start; those that nobody took on are left out.

    Args:
        incidents: of one check.
        annotations: of the same check.
        until: what was said later is not known yet.
    """
    said = [each for each in annotations if each.kind is AnnotationKind.ACKNOWLEDGEMENT and each.made_at < until]
    found = {}
    for incident in incidents:
        moments = [each.made_at for each in said if _belongs(each, incident)]
        if moments:
            found[incident.start] = min(moments)
    return found


def _belongs(annotation: Annotation, incident: Incident) -> bool:
    return incident.start <= annotation.moment and (incident.end is None or annotation.moment < incident.end)
