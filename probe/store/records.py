"""Results out of the store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from heapq import merge
from operator import itemgetter
from typing import Final, TypeAlias

from sqlalchemy import Connection, Select, bindparam, func, select

from probe.model.result import Record
from probe.model.sample import PHASES
from probe.model.units import Micros
from probe.store.codes import FAILURES, STATES
from probe.store.tables import checks, definitions, locations, results

Intervals: TypeAlias = Mapping[int | None, Micros]
"""By definition."""

_CHUNK: Final = 2_000
_COLUMNS: Final = (
    results.c.scheduled_at,
    results.c.state,
    results.c.failure,
    results.c.http_status,
    results.c.latency_us,
    *(results.c[f"{phase}_us"] for phase in PHASES),
    results.c.bytes_sent,
    results.c.bytes_received,
    results.c.definition_id,
)

_BETWEEN: Final = (
    select(*_COLUMNS)
    .where(
        results.c.check_id == bindparam("check"),
        results.c.location_id == bindparam("location"),
        results.c.scheduled_at >= bindparam("start"),
        results.c.scheduled_at < bindparam("end"),
    )
    .order_by(results.c.scheduled_at)
)
"""Built once: it is asked thousands of times, and to build it takes longer than to ask."""


def records(
    connection: Connection, check: str, *, start: Micros, end: Micros, location: str | None
) -> Iterator[Record]:
    """Results with a slot in `[start, end)`, ascending; of equal slots by location.

    Each location is a stream of its own, straight from the primary key: nothing is sorted or gathered.
    """
    places = select(locations.c.id).order_by(locations.c.name)
    if location is not None:
        places = places.where(locations.c.name == location)
    check_id = connection.execute(select(checks.c.id).where(checks.c.key == check)).scalar()
    known = intervals(connection, check_id)
    return merge(
        *(
            stream(connection, check_id, place, start=start, end=end, known=known)
            for place in connection.execute(places).scalars().all()
        ),
        key=itemgetter(0),
    )


def covered_until(connection: Connection, location: str) -> dict[str, Micros]:
    """Up to when the newest result of each check speaks: its slot and the interval it was measured with."""
    place = select(locations.c.id).where(locations.c.name == location)
    found = connection.execute(newest(connection.execute(place).scalar()))
    return {check: slot + (interval or 1) for check, slot, interval in found if slot is not None}


def newest(location_id: int | None) -> Select[str, Micros | None, Micros | None]:
    """The query of `covered_until`. Two looks into the primary key for each check; joined, SQLite would read all of it."""
    its_own = (results.c.check_id == checks.c.id) & (results.c.location_id == location_id)
    slot = select(func.max(results.c.scheduled_at)).where(its_own).scalar_subquery()
    interval = (
        select(definitions.c.interval_us)
        .select_from(results.outerjoin(definitions, definitions.c.id == results.c.definition_id))
        .where(its_own)
        .order_by(results.c.scheduled_at.desc())
        .limit(1)
        .correlate(checks)
        .scalar_subquery()
    )
    return select(checks.c.key, slot, interval)


def intervals(connection: Connection, check_id: int | None = None) -> Intervals:
    """The interval of each of a check's definitions, or of all there are: they are few, so that no join is needed."""
    query = select(definitions.c.id, definitions.c.interval_us)
    if check_id is not None:
        query = query.where(definitions.c.check_id == check_id)
    return {row.id: row.interval_us for row in connection.execute(query)}


def stream(
    connection: Connection, check_id: int | None, location_id: int, *, start: Micros, end: Micros, known: Intervals
) -> Iterator[Record]:
    """Results of one check and location with a slot in `[start, end)`, ascending."""
    asked = {"check": check_id, "location": location_id, "start": start, "end": end}
    found = connection.execute(_BETWEEN, asked, execution_options={"yield_per": _CHUNK})
    for slot, state, failure, status, latency, *phases, sent, received, definition in found:
        yield Record(
            slot,
            STATES[state],
            FAILURES[failure],
            status,
            latency,
            tuple(phases),
            sent,
            received,
            known.get(definition),
        )
