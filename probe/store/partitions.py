"""PostgreSQL keeps results in a partition for each day (UTC) of their slots: made ahead, dropped whole.

On SQLite they are all in one table: there is nothing to make, and old ones are deleted row by row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Final, TypeAlias

from sqlalchemy import ColumnClause, Connection, Engine, column, func, select, table
from sqlalchemy.exc import DBAPIError

from probe.model.units import DAY, Micros
from probe.store.engine import is_sqlite, writing
from probe.store.tables import checks

Day: TypeAlias = int
"""Days since the epoch, in UTC."""

DAYS_AHEAD: Final = 7
"""So that the writer finds its days made, even where housekeeping was away for a while."""

PATIENCE: Final = "500ms"
"""How long a drop waits for readers: while it waits, everybody else waits behind it."""

_PREFIX: Final = "results_"
_EPOCH: Final = date(1970, 1, 1).toordinal()
_IN_THE_WAY: Final = ("55P03", "42P01")
"""Somebody reads for long; another process dropped it first."""

_PRESENT: Final = """
    SELECT child.relname FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid
    WHERE inhparent = 'results'::regclass
"""


def cover(connection: Connection, known: frozenset[Day], slots: Iterable[Micros]) -> frozenset[Day]:
    """Makes the partitions that results of these slots go into, where they are not known; those that are there then."""
    if is_sqlite(connection):
        return known
    wanted = {slot // DAY for slot in slots}
    if wanted <= known:
        return known
    if wanted <= (present := _present(connection)):
        return present
    # One after the other, and before anything else is done with the table; neither readers nor writers are held up.
    connection.exec_driver_sql("LOCK TABLE ONLY results IN SHARE UPDATE EXCLUSIVE MODE")
    present = _present(connection)
    for day in sorted(wanted - present):
        _create(connection, day)
    return present | wanted


def create_ahead(connection: Connection, now: Micros) -> None:
    """Makes those of today and of the days to come."""
    cover(connection, frozenset(), range(now, now + (DAYS_AHEAD + 1) * DAY, DAY))


def over(connection: Connection, moment: Micros) -> list[Day]:
    """The days that had ended by then, the oldest first."""
    return sorted(day for day in _present(connection) if (day + 1) * DAY <= moment)


def has(connection: Connection, moment: Micros) -> bool:
    """Whether there is a partition for a slot."""
    return moment // DAY in _present(connection)


def count(connection: Connection, day: Day) -> int:
    """How many results a day has."""
    found: int = connection.execute(select(func.count()).select_from(table(_name(day)))).scalar_one()
    return found


def holds(connection: Connection, day: Day, location_ids: Sequence[int]) -> bool:
    """Whether a day has results of any of these locations. By check, lest all of a day is read that has none."""
    check: ColumnClause[int] = column("check_id")
    place: ColumnClause[int] = column("location_id")
    rows = table(_name(day), check, place)
    found = select(rows.c.location_id).join_from(checks, rows, rows.c.check_id == checks.c.id)
    its_own = found.where(rows.c.location_id.in_(location_ids)).limit(1)
    return bool(location_ids) and connection.execute(its_own).first() is not None


def drop(engine: Engine, day: Day, *, ready: Callable[[Connection], bool]) -> bool:
    """Drops a day in a transaction of its own, if that is `ready` while nobody else can write; whether it did.

    It needs the table for itself. It gives up after `PATIENCE`, for a queue behind it would hold up the writer.
    """
    try:
        with writing(engine) as connection:
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{PATIENCE}'")
            connection.exec_driver_sql(f"LOCK TABLE ONLY results, {_name(day)} IN ACCESS EXCLUSIVE MODE")
            if not ready(connection):
                return False
            connection.exec_driver_sql(f"DROP TABLE {_name(day)}")
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) in _IN_THE_WAY:
            return False
        raise
    return True


def _present(connection: Connection) -> frozenset[Day]:
    """Of partitions by another name we know nothing."""
    names = connection.exec_driver_sql(_PRESENT).scalars()
    dates = (name.removeprefix(_PREFIX) for name in names if name.startswith(_PREFIX))
    return frozenset(date.fromisoformat(day).toordinal() - _EPOCH for day in dates if day.isdecimal())


def _create(connection: Connection, day: Day) -> None:
    """Made apart and attached, which needs no lock that readers or writers would wait for."""
    name, start = _name(day), day * DAY
    connection.exec_driver_sql(f"CREATE TABLE {name} (LIKE results INCLUDING ALL)")
    connection.exec_driver_sql(
        f"ALTER TABLE results ATTACH PARTITION {name} FOR VALUES FROM ({start}) TO ({start + DAY})"
    )


def _name(day: Day) -> str:
    return _PREFIX + date.fromordinal(_EPOCH + day).isoformat().replace("-", "")
