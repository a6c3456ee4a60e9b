"""PostgreSQL keeps results in a partition for each day (UTC) of their slots: made ahead, dropped whole.

On SQLite they are all in one table: there is nothing to make, and old ones are deleted row by row.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final, NamedTuple, TypeAlias

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from probe.model.units import DAY, Micros
from probe.store.engine import is_sqlite, writing

Day: TypeAlias = int
"""Days since the epoch, in UTC."""

DAYS_AHEAD: Final = 7
"""So that the writer finds its days made, even where housekeeping was away for a while."""

PATIENCE: Final = "500ms"
"""How long a drop waits for readers: while it waits, everybody else waits behind it."""

_PREFIX: Final = "results_"
_EPOCH: Final = date(1970, 1, 1).toordinal()
_LOCK_NOT_AVAILABLE: Final = "55P03"
_PRESENT: Final = """
    SELECT child.relname FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid
    WHERE inhparent = 'results'::regclass
"""


class Dropped(NamedTuple):
    """What became of the days that were due.

    Attributes:
        days: how many were dropped.
        left: how many could not be, because somebody reads for long; they are due again the next time.
    """

    days: int
    left: int


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
    connection.exec_driver_sql("LOCK TABLE results IN SHARE UPDATE EXCLUSIVE MODE")
    present = _present(connection)
    for day in sorted(wanted - present):
        _create(connection, day)
    return present | wanted


def create_ahead(connection: Connection, now: Micros) -> None:
    """Makes those of today and of the days to come."""
    cover(connection, frozenset(), range(now, now + (DAYS_AHEAD + 1) * DAY, DAY))


def drop_before(engine: Engine, moment: Micros) -> Dropped:
    """Drops the days that had ended by then, the oldest first, each in a transaction of its own.

    A drop needs the table for itself. It gives up after `PATIENCE`, for a queue behind it would hold up the writer.
    """
    if is_sqlite(engine):
        return Dropped(0, 0)
    with engine.connect() as connection:
        due = sorted(day for day in _present(connection) if (day + 1) * DAY <= moment)
    for number, day in enumerate(due):
        if not _drop(engine, day):
            return Dropped(number, len(due) - number)
    return Dropped(len(due), 0)


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


def _drop(engine: Engine, day: Day) -> bool:
    """Whether it could be done."""
    try:
        with writing(engine) as connection:
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{PATIENCE}'")
            connection.exec_driver_sql(f"DROP TABLE IF EXISTS {_name(day)}")
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == _LOCK_NOT_AVAILABLE:
            return False
        raise
    return True


def _name(day: Day) -> str:
    return _PREFIX + date.fromordinal(_EPOCH + day).isoformat().replace("-", "")
