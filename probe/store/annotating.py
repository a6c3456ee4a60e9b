"""What people said of incidents."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select

from probe.model.incident import Annotation
from probe.store.codes import ANNOTATION_CODES, ANNOTATIONS
from probe.store.evidence import storable
from probe.store.tables import annotated, checks, locations


def add(connection: Connection, annotation: Annotation) -> None:
    """Writes it down. Its check and location are those of results that are stored."""
    row = {
        "check_id": select(checks.c.id).where(checks.c.key == annotation.check).scalar_subquery(),
        "location_id": select(locations.c.id).where(locations.c.name == annotation.location).scalar_subquery(),
        "moment": annotation.moment,
        "kind": ANNOTATION_CODES[annotation.kind],
        "made_at": annotation.made_at,
        "author": storable(annotation.author),
        "text": storable(annotation.text),
    }
    connection.execute(insert(annotated).values(row))


def of_location(connection: Connection, location: str) -> tuple[Annotation, ...]:
    """All of a location, in the order in which they were made. They are few: people wrote them."""
    query = (
        select(annotated, checks.c.key.label("check"))
        .join(checks, checks.c.id == annotated.c.check_id)
        .join(locations, locations.c.id == annotated.c.location_id)
        .where(locations.c.name == location)
        .order_by(annotated.c.made_at, annotated.c.id)
    )
    return tuple(
        Annotation(
            check=row.check,
            location=location,
            moment=row.moment,
            kind=ANNOTATIONS[row.kind],
            made_at=row.made_at,
            author=row.author,
            text=row.text,
        )
        for row in connection.execute(query)
    )
