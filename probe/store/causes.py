"""Why outages began: evidence that stays when the rest of its time is purged, and how evidence is found by its slot.

Which results outages begin with depends on how many in a row the file asks for, today. So what stays is the evidence of
every result that one could begin with: the first of each row of failures. Where rows follow closely on one another, those
of a single slot are left out, but for the first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Table, func, select

from probe.alerting.incidents import incidents
from probe.alerting.outages import Policy, outages_of
from probe.model.result import Evidence
from probe.model.run import MAX_GAP, Run
from probe.model.units import DAY, MINUTE, Micros
from probe.slo.calendar import day_of
from probe.store.engine import insert_new
from probe.store.evidence import evidence_of
from probe.store.ranges import Ranges
from probe.store.tables import causes, checks, evidence, locations, transcripts
from probe.store.transcripts import unpack

_AT_ONCE: Final = 500
"""Slots that a statement names."""

_TOLD: Final = (
    select(transcripts.c.content)
    .where(*(transcripts.c[column.name] == column for column in evidence.primary_key.columns))
    .correlate(evidence)
    .scalar_subquery()
)
_WHOLE: Final = select(evidence, _TOLD.label("content"))


def keep(connection: Connection, ranges: Ranges, check: str, zone: ZoneInfo, *, start: Micros, end: Micros) -> None:
    """Copies the evidence of the results in `[start, end)` that outages may have begun with.

    Whole days are read around them, in the location's zone: these are there the longest, and are the quickest to read.
    """
    cuts = (day_of(start - DAY, zone=zone).start, day_of(end + DAY, zone=zone).end)
    runs = [run for tile in ranges.tiles(check, cuts) for run in tile.runs]
    check_id, location_id = ranges.key(check)
    for slots in _in_pieces([slot for slot in beginnings(runs) if start <= slot < end]):
        wanted = _WHOLE.where(*_of(evidence, check_id, location_id, slots))
        connection.execute(insert_new(connection, causes).from_select(causes.columns.keys(), wanted))


def beginnings(runs: Sequence[Run]) -> Iterator[Micros]:
    """The slots that outages may have begun with, ascending."""
    interval = max((run.interval or MINUTE for run in runs), default=MINUTE)
    failures = outages_of(runs, Policy(runs=1, recoveries=1, interval=interval))
    for incident in incidents(failures, max_gap=MAX_GAP * interval):
        yield incident.start
        yield from (failure.start for failure in incident.outages[1:] if failure.slots > 1)


def oldest_evidence(connection: Connection, check_id: int, location_id: int) -> Micros | None:
    """The slot of a check's oldest evidence from a location, but for causes."""
    its_own = (evidence.c.check_id == check_id) & (evidence.c.location_id == location_id)
    return connection.execute(select(func.min(evidence.c.scheduled_at)).where(its_own)).scalar()


def evidence_at(connection: Connection, check: str, slots: Iterable[Micros], location: str) -> dict[Micros, Evidence]:
    """The evidence of some of a check's slots, by slot, as far as it is still there."""
    check_id = connection.execute(select(checks.c.id).where(checks.c.key == check)).scalar()
    location_id = connection.execute(select(locations.c.id).where(locations.c.name == location)).scalar()
    if check_id is None or location_id is None:
        return {}
    found: dict[Micros, Evidence] = {}
    for some in _in_pieces(sorted(set(slots))):
        for table, query in ((causes, select(causes)), (evidence, _WHOLE)):
            for row in connection.execute(query.where(*_of(table, check_id, location_id, some))):
                found[row.scheduled_at] = evidence_of(row, unpack(row.content) if row.content else None)
    return found


def _of(table: Table, check_id: int, location_id: int, slots: Sequence[Micros]) -> tuple[ColumnElement[bool], ...]:
    return (
        table.c.check_id == check_id,
        table.c.location_id == location_id,
        table.c.scheduled_at.in_(slots),
    )


def _in_pieces(slots: Sequence[Micros]) -> Iterator[Sequence[Micros]]:
    return (slots[first : first + _AT_ONCE] for first in range(0, len(slots), _AT_ONCE))
