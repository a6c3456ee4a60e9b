"""Deletes what is past its retention: in batches, each a short transaction that goes along the primary key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Column, ColumnElement, Connection, Engine, Table, delete, exists, func, select, update

from probe.model.settings import Retention
from probe.model.units import DAY, HOUR, Micros
from probe.store import alert_purging, partitions
from probe.store.causes import keep, oldest_evidence
from probe.store.engine import is_sqlite, writing
from probe.store.ranges import DAY_TIER, HOUR_TIER, Ranges
from probe.store.retention import Borders, Place, Purged, Tier, borders
from probe.store.tables import causes, checks, days, evidence, hours, locations, results, rolled, stale, transcripts

MOST_AT_ONCE: Final = 1_000
"""Rows of one transaction: some ten milliseconds."""

MOST_PREFIXES: Final = 100
"""Of checks and locations in one transaction, where each has few."""

MOST_GONE_OVER: Final = 20
"""Of checks and locations in one transaction, where the days of each are read."""

TABLES: Final = {
    Tier.RAW: (results.c.scheduled_at,),
    Tier.HOUR: (hours.c.starts_at,),
    Tier.DAY: (days.c.starts_at, causes.c.scheduled_at),
    Tier.EVIDENCE: (transcripts.c.scheduled_at, evidence.c.scheduled_at),
}
"""Each tier's tables by the column that says when. A transcript goes before its evidence, which it needs to be found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What a purge has to do at a location.

    Attributes:
        place: how far it is rolled up.
        borders: where its tiers end.
    """

    place: Place
    borders: Borders


class _Prefix(NamedTuple):
    """Of a primary key, and before when rows go."""

    check_id: int
    location_id: int
    before: Micros


def due(connection: Connection, retention: Retention, *, now: Micros, lock: bool = False) -> dict[int, Due]:
    """What is past its retention, by the key of the location; with `lock`, nothing is rolled up meanwhile."""
    unit = HOUR if is_sqlite(connection) else DAY
    return {
        number: Due(place=place, borders=borders(place, retention, now=now, raw_unit=unit))
        for number, place in _places(connection, lock=lock).items()
    }


def count(connection: Connection, retention: Retention, *, now: Micros) -> Iterator[Purged]:
    """How many rows a purge would delete, prefix by prefix."""
    wanted = due(connection, retention, now=now)
    if not is_sqlite(connection):
        for day in _days_due(connection, wanted):
            yield Purged(Tier.RAW, partitions.count(connection, day))
    for tier, moments in _by_rows(connection, wanted):
        for moment in moments:
            table = moment.table
            for prefix in _prefixes(connection, moment, tier, wanted):
                rows = connection.execute(select(func.count()).select_from(table).where(_rows_of(moment, prefix)))
                yield Purged(tier, rows.scalar_one())
    yield from alert_purging.count(connection, retention, now=now)


def purge(engine: Engine, retention: Retention, *, now: Micros) -> Iterator[Purged]:
    """Deletes batch after batch; between two nothing is held, so that whoever takes them may wait as long as others need.

    1. For each location it is written down from when on its results and hours are whole. What comes later for the time
       before is added to what is rolled up already, and is never taken for all there was.
    2. Rows are deleted, table after table; but PostgreSQL drops whole days of results where it can. Before evidence goes,
       that of what outages began with is copied to where it is kept for longer.
    3. What is past its time of alerts goes.
    """
    with writing(engine) as connection:
        wanted = due(connection, retention, now=now, lock=True)
        for number, item in wanted.items():
            whole = {"raw_from": item.borders.raw, "hours_from": item.borders.hour}
            connection.execute(update(rolled).where(rolled.c.location_id == number).values(whole))
    if not is_sqlite(engine):
        yield from _drop_days(engine, wanted)
    for tier, moments in _by_rows(engine, wanted):
        if tier is Tier.EVIDENCE:
            yield from _keep_causes(engine, wanted)
        for moment in moments:
            yield from _purge_table(engine, moment, tier, wanted)
    yield from alert_purging.purge(engine, retention, now=now)


def _keep_causes(engine: Engine, wanted: dict[int, Due]) -> Iterator[Purged]:
    with engine.connect() as connection:
        left = list(_prefixes(connection, evidence.c.scheduled_at, Tier.EVIDENCE, wanted))
        names: dict[int, str] = dict(connection.execute(select(checks.c.id, checks.c.key)).all())
    for first in range(0, len(left), MOST_GONE_OVER):
        with writing(engine) as connection:
            for prefix in left[first : first + MOST_GONE_OVER]:
                _keep_some(connection, prefix, names[prefix.check_id], wanted[prefix.location_id])
        yield Purged(Tier.EVIDENCE, 0)


def _keep_some(connection: Connection, prefix: _Prefix, check: str, item: Due) -> None:
    oldest = oldest_evidence(connection, prefix.check_id, prefix.location_id)
    if oldest is not None:
        start = max(oldest, item.borders.day)
        ranges = Ranges(connection, item.place.location)
        keep(connection, ranges, check, ZoneInfo(item.place.zone), start=start, end=prefix.before)


def _by_rows(source: Engine | Connection, wanted: dict[int, Due]) -> Iterator[tuple[Tier, tuple[Column[int], ...]]]:
    """All tiers, but PostgreSQL's results only where one location holds up the day of another."""
    is_held_up = is_sqlite(source) or len({item.borders.raw for item in wanted.values()}) > 1
    return ((tier, moments) for tier, moments in TABLES.items() if is_held_up or tier is not Tier.RAW)


def _drop_days(engine: Engine, wanted: dict[int, Due]) -> Iterator[Purged]:
    """One that is in use, and those after it, stay until the next time."""
    with engine.connect() as connection:
        days_due = [(day, partitions.count(connection, day)) for day in _days_due(connection, wanted)]
    for day, rows in days_due:

        def ready(connection: Connection, day: partitions.Day = day) -> bool:
            return _may_go(connection, day, wanted)

        if not partitions.drop(engine, day, ready=ready):
            return
        yield Purged(Tier.RAW, rows)


def _days_due(connection: Connection, wanted: dict[int, Due]) -> list[partitions.Day]:
    """Days that can be dropped whole."""
    last = max((item.borders.raw for item in wanted.values()), default=0)
    return [day for day in partitions.over(connection, last) if _may_go(connection, day, wanted)]


def _may_go(connection: Connection, day: partitions.Day, wanted: dict[int, Due]) -> bool:
    """Whether all of a day's results are past their retention, and in their hours."""
    start, end = day * DAY, (day + 1) * DAY
    inside = (stale.c.tier == HOUR_TIER) & (stale.c.starts_at >= start) & (stale.c.starts_at < end)
    if connection.execute(select(exists().where(inside))).scalar():
        return False
    kept = [number for number, item in wanted.items() if item.borders.raw < end]
    return not partitions.holds(connection, day, kept)


def _purge_table(engine: Engine, moment: Column[int], tier: Tier, wanted: dict[int, Due]) -> Iterator[Purged]:
    with engine.connect() as connection:
        left = list(_prefixes(connection, moment, tier, wanted))
    left.reverse()
    while left:
        with writing(engine) as connection:
            rows = _delete_batch(connection, moment, tier, left)
        yield Purged(tier, rows)


def _delete_batch(connection: Connection, moment: Column[int], tier: Tier, left: list[_Prefix]) -> int:
    """Deletes rows of the last prefixes in `left`, and takes away those that have no more."""
    gone = 0
    for _ in range(MOST_PREFIXES):
        if not left or gone >= MOST_AT_ONCE:
            break
        prefix = left[-1]
        if tier is Tier.RAW:
            prefix = prefix._replace(before=_until_late(connection, prefix))
        edge = _edge(connection, moment, prefix, MOST_AT_ONCE - gone)
        if edge is None:
            left.pop()
        else:
            prefix = prefix._replace(before=edge)
        gone += connection.execute(delete(moment.table).where(_rows_of(moment, prefix))).rowcount
    return gone


def _edge(connection: Connection, moment: Column[int], prefix: _Prefix, room: int) -> Micros | None:
    """The first row that is too much for one transaction, `None` when all of them fit."""
    query = select(moment).where(_rows_of(moment, prefix)).order_by(moment).offset(room).limit(1)
    return connection.execute(query).scalar()


def _until_late(connection: Connection, prefix: _Prefix) -> Micros:
    """Results that came late for an hour that was purged stay until they are added to it. Held, no more can come."""
    connection.execute(select(rolled.c.until).where(rolled.c.location_id == prefix.location_id).with_for_update())
    marks = (stale.c.location_id == prefix.location_id) & (stale.c.check_id == prefix.check_id)
    first = select(func.min(stale.c.starts_at)).where(marks, stale.c.tier == HOUR_TIER)
    found: Micros | None = connection.execute(first).scalar()
    return prefix.before if found is None else min(found, prefix.before)


def _prefixes(connection: Connection, moment: Column[int], tier: Tier, wanted: dict[int, Due]) -> Iterator[_Prefix]:
    """Where anything is due: one look into the primary key for each check and location."""
    table = moment.table
    its_own = (table.c.check_id == checks.c.id) & (table.c.location_id == locations.c.id)
    oldest = select(func.min(moment)).where(its_own).correlate(checks, locations).scalar_subquery()
    query = select(checks.c.id, locations.c.id, oldest).select_from(checks.join(locations, locations.c.id.isnot(None)))
    for check_id, location_id, first in connection.execute(query.order_by(checks.c.id, locations.c.id)):
        before = wanted[location_id].borders.of(tier) if location_id in wanted else 0
        if first is not None and first < before:
            yield _Prefix(check_id, location_id, before)


def _rows_of(moment: Column[int], prefix: _Prefix) -> ColumnElement[bool]:
    table: Table = moment.table
    return (
        (table.c.check_id == prefix.check_id) & (table.c.location_id == prefix.location_id) & (moment < prefix.before)
    )


def _places(connection: Connection, *, lock: bool) -> dict[int, Place]:
    query = select(rolled).order_by(rolled.c.location_id)  # locked in the order in which who records locks them
    extents = {row.location_id: row for row in connection.execute(query.with_for_update() if lock else query)}
    marks = select(stale.c.location_id, stale.c.tier, func.min(stale.c.starts_at))
    found = connection.execute(marks.group_by(stale.c.location_id, stale.c.tier))
    first = {(number, tier): starts_at for number, tier, starts_at in found}
    names: dict[int, str] = dict(connection.execute(select(locations.c.id, locations.c.name)).all())
    return {
        number: Place(
            location=names[number],
            until=extent.until,
            raw_from=extent.raw_from,
            hours_from=extent.hours_from,
            zone=extent.zone,
            stale_hour=first.get((number, HOUR_TIER)),
            stale_day=first.get((number, DAY_TIER)),
        )
        for number, extent in extents.items()
    } | {number: Place(location=name) for number, name in names.items() if number not in extents}
