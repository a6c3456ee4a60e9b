"""Rolling up: results to hours, hours to days; a little at a time, and again where results came late."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import tzinfo
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, Connection, bindparam, delete, func, literal, select, update

from probe.model.units import HOUR, MINUTE, Micros
from probe.slo import rollup
from probe.slo.calendar import CalendarDay, day_of, next_day
from probe.slo.rollup import Rollup, extended
from probe.store import tiers
from probe.store.engine import insert_new, is_sqlite
from probe.store.evidence import Key
from probe.store.ranges import DAY_TIER, HOUR_TIER, Extent, Ranges, extent
from probe.store.tables import checks, days, hours, locations, results, rolled, stale

PATIENCE: Final = 2 * MINUTE
"""How long after an hour its last results are waited for. What comes later is late, and has it rolled up again."""

MOST_MARKED: Final = 3
"""Hours of all checks that are taken in hand in one transaction, which reads all their slots."""


class Mark(NamedTuple):
    """An hour or a day of a check that is to be rolled up."""

    check_id: int
    starts_at: Micros


def mark_late(connection: Connection, keys: Collection[Key]) -> None:
    """Has hours that were rolled up already done again, for results recorded in this transaction."""
    places = {place for _, place, _ in keys}
    query = select(rolled.c.location_id, rolled.c.until).where(rolled.c.location_id.in_(places))
    query = query.order_by(rolled.c.location_id).with_for_update(read=True)
    until = {row.location_id: row.until for row in connection.execute(query)}
    late = {(place, check, slot - slot % HOUR) for check, place, slot in keys if slot < until.get(place, 0)}
    _mark(connection, HOUR_TIER, late)


def roll_up(connection: Connection, location: str, *, now: Micros, zone: ZoneInfo, limit: int) -> bool:
    """Does the next piece of the work, at most `limit` hours or days of checks; whether all of it is done.

    1. A location's first time begins with its oldest result; another zone has its days made anew.
    2. Hours that are over are marked for each check that has results in them.
    3. Marked hours are rolled up from their results, then marked days that are over from their hours.
    """
    place = connection.execute(select(locations.c.id).where(locations.c.name == location)).scalar()
    if place is None:
        return True
    known, its_zone = _held(connection, place, now=now, zone=zone)
    if its_zone != zone.key:
        _make_days_anew(connection, place, known, zone)
    has_marked = _mark_hours(connection, place, known.until, now=now)
    ranges = Ranges(connection, location)
    done = _roll_hours(connection, ranges, place, zone=zone, limit=limit)
    if done < limit:
        done += _roll_days(connection, ranges, place, zone=zone, limit=limit - done)
    return not has_marked and done < limit


def _held(connection: Connection, place: int, *, now: Micros, zone: ZoneInfo) -> tuple[Extent, str]:
    """How far the location is rolled up, held alone until the transaction ends."""
    query = select(rolled.c.zone).where(rolled.c.location_id == place).with_for_update()
    its_zone = connection.execute(query).scalar()
    if its_zone is None:
        _begin(connection, place, now=now, zone=zone)
        its_zone = connection.execute(query).scalar_one()
    return extent(connection, place), its_zone


def _begin(connection: Connection, place: int, *, now: Micros, zone: ZoneInfo) -> None:
    """Who records at this moment has found no row to hold, and marks nothing: so that is waited for, and stored, first."""
    if not is_sqlite(connection):
        connection.exec_driver_sql("LOCK TABLE ONLY results IN SHARE ROW EXCLUSIVE MODE")
    oldest = _oldest(connection, place, now)
    row = {"location_id": place, "until": oldest - oldest % HOUR, "raw_from": 0, "hours_from": 0, "zone": zone.key}
    connection.execute(insert_new(connection, rolled), row)


def _oldest(connection: Connection, place: int, now: Micros) -> Micros:
    its_own = (results.c.check_id == checks.c.id) & (results.c.location_id == place)
    first = select(func.min(results.c.scheduled_at)).where(its_own).correlate(checks).scalar_subquery()
    found: list[Micros | None] = list(connection.execute(select(first).select_from(checks)).scalars())
    return min([now, *(moment for moment in found if moment is not None)])


def _mark_hours(connection: Connection, place: int, until: Micros, *, now: Micros) -> bool:
    """Marks hours that are over, and says whether there are more."""
    over = (now - PATIENCE) // HOUR * HOUR
    reached = min(over, until + MOST_MARKED * HOUR)
    if reached <= until:
        return False
    hour = results.c.scheduled_at - results.c.scheduled_at % HOUR
    # `+ 0`, lest SQLite looks up the checks of results instead of the results of checks, and reads all of them for it.
    its_own = (results.c.check_id == checks.c.id + 0) & (results.c.location_id == place)
    slots = (results.c.scheduled_at >= until) & (results.c.scheduled_at < reached)
    found = select(literal(place), literal(HOUR_TIER), checks.c.id, hour).distinct().join_from(checks, results, its_own)
    connection.execute(insert_new(connection, stale).from_select(stale.columns.keys(), found.where(slots)))
    connection.execute(update(rolled).where(rolled.c.location_id == place).values(until=reached))
    return reached < over


def _roll_hours(connection: Connection, ranges: Ranges, place: int, *, zone: tzinfo, limit: int) -> int:
    marks = _marks(connection, place, HOUR_TIER, limit=limit)
    hours_from = extent(connection, place).hours_from
    kept = ((mark, ranges.hour(*mark)) for mark in marks if mark.starts_at >= hours_from)
    tiers.write(connection, hours, _filled(place, kept))
    outdated = [(mark, day) for mark in marks for day in _days_of(mark, zone)]
    _mark(
        connection, DAY_TIER, {(place, mark.check_id, day.start) for mark, day in outdated if day.start >= hours_from}
    )
    for mark, day in outdated:
        if day.start < hours_from:  # one at a time: two hours of one day build on one another
            tiers.write(connection, days, _filled(place, [_late_day(connection, ranges, place, mark, day)]))
    _unmark(connection, place, HOUR_TIER, marks)
    return len(marks)


def _roll_days(connection: Connection, ranges: Ranges, place: int, *, zone: tzinfo, limit: int) -> int:
    """Only days of which every hour is rolled up."""
    over = day_of(extent(connection, place).until, zone=zone).start
    marks = _marks(connection, place, DAY_TIER, limit=limit, before=over)
    periods = [(mark, day_of(mark.starts_at, zone=zone)) for mark in marks]
    tiers.write(connection, days, _filled(place, ((mark, _day(ranges, mark, day)) for mark, day in periods)))
    _unmark(connection, place, DAY_TIER, marks)
    return len(marks)


def _day(ranges: Ranges, mark: Mark, day: CalendarDay) -> Rollup:
    parts = list(ranges.fine(mark.check_id, day.start, day.end))
    whole = rollup.merged(parts) if parts else Rollup(start=day.start, end=day.end)
    return Rollup(start=day.start, end=day.end, figures=whole.figures, runs=whole.runs)


def _late_day(connection: Connection, ranges: Ranges, place: int, mark: Mark, day: CalendarDay) -> tuple[Mark, Rollup]:
    """A day of which hours were purged, with the results of an hour that came since."""
    stored = tiers.read(connection, days, mark.check_id, place, start=day.start, end=day.end)
    before = next(stored, Rollup(start=day.start, end=day.end))
    start, end = max(mark.starts_at, day.start), min(mark.starts_at + HOUR, day.end)
    return Mark(mark.check_id, day.start), extended(before, ranges.late(mark.check_id, start, end))


def _make_days_anew(connection: Connection, place: int, known: Extent, zone: ZoneInfo) -> None:
    """Of all days whose hours are still there. Those of another zone that reach back further stay as they are."""
    oldest = connection.execute(select(func.min(hours.c.starts_at)).where(hours.c.location_id == place)).scalar()
    connection.execute(delete(stale).where(stale.c.location_id == place, stale.c.tier == DAY_TIER))
    connection.execute(update(rolled).where(rolled.c.location_id == place).values(zone=zone.key))
    if oldest is None:
        return
    start = max(oldest, known.hours_from)
    connection.execute(delete(days).where(days.c.location_id == place, days.c.starts_at >= start))
    day = day_of(start, zone=zone)
    while day.start < known.until:
        _mark_day(connection, place, day)
        day = next_day(day, zone=zone)


def _mark_day(connection: Connection, place: int, day: CalendarDay) -> None:
    its_own = (hours.c.check_id == checks.c.id) & (hours.c.location_id == place)
    inside = (hours.c.starts_at > day.start - HOUR) & (hours.c.starts_at < day.end)
    found = select(literal(place), literal(DAY_TIER), checks.c.id, literal(day.start, BigInteger)).where(
        select(hours.c.starts_at).where(its_own, inside).correlate(checks).exists()
    )
    connection.execute(insert_new(connection, stale).from_select(stale.columns.keys(), found))


def _days_of(mark: Mark, zone: tzinfo) -> set[CalendarDay]:
    """The days that an hour touches: two, where midnight isn't at a full hour."""
    return {day_of(moment, zone=zone) for moment in (mark.starts_at, mark.starts_at + HOUR - 1)}


def _filled(place: int, found: Iterable[tuple[Mark, Rollup]]) -> Iterator[tuple[int, int, Rollup]]:
    """An hour without a single slot is no row."""
    return ((mark.check_id, place, item) for mark, item in found if item.runs)


def _marks(connection: Connection, place: int, tier: int, *, limit: int, before: Micros | None = None) -> list[Mark]:
    query = select(stale.c.check_id, stale.c.starts_at).where(stale.c.location_id == place, stale.c.tier == tier)
    if before is not None:
        query = query.where(stale.c.starts_at < before)
    ordered = query.order_by(stale.c.check_id, stale.c.starts_at).limit(limit)
    return [Mark(*row) for row in connection.execute(ordered)]


def _mark(connection: Connection, tier: int, marks: Iterable[tuple[int, int, Micros]]) -> None:
    names = ("location_id", "check_id", "starts_at")
    rows = [{"tier": tier, **dict(zip(names, mark, strict=True))} for mark in sorted(marks)]
    if rows:
        connection.execute(insert_new(connection, stale), rows)


def _unmark(connection: Connection, place: int, tier: int, marks: Iterable[Mark]) -> None:
    its_own = delete(stale).where(
        stale.c.location_id == place,
        stale.c.tier == tier,
        stale.c.check_id == bindparam("check"),
        stale.c.starts_at == bindparam("start"),
    )
    rows = [{"check": check_id, "start": starts_at} for check_id, starts_at in marks]
    if rows:
        connection.execute(its_own, rows)
