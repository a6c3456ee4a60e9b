"""Whether a store is sound: by the database's own word, by its schema, and by what must hold between its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import DatabaseError

from probe.model.errors import StoreTooOld, StoreUnreachable
from probe.model.sensitive import Sensitive
from probe.model.units import DAY, HOUR, Micros
from probe.store import alert_invariants, invariants, maintenance, partitions, schema
from probe.store.address import parse_address
from probe.store.conformity import deviations
from probe.store.engine import as_of_one_moment, is_sqlite
from probe.store.faults import translated
from probe.store.opening import engine_for, revision_of
from probe.store.tables import checks, metadata, results

Progress: TypeAlias = Callable[[int, int], None]
"""Told how much is done, and of how much."""

_MOST: Final = 20  # faults of one kind that are told


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong.

    Attributes:
        where: a table, a check, or the whole database.
        what: what is wrong there.
        advice: what to do.
    """

    where: str
    what: str
    advice: str


def check_store(url: Sensitive, *, now: Micros, progress: Progress) -> list[Fault]:
    """Every fault that is found; others may write meanwhile.

    Raises:
        StoreUnreachable, StoreTooOld, StoreTooNew: it can't be looked at.
        ConfigurationError: the URL names no store.
    """
    address = parse_address(url)
    revision = revision_of(url)
    if revision is None:
        raise StoreUnreachable(f"no store at {address.name}: there is nothing to check")
    if revision != schema.HEAD:
        raise StoreTooOld(f"store {address.name} has schema {revision}: run `probe db upgrade -c FILE` first")
    with translated(address), engine_for(address) as engine:
        for look in (_integrity, _schema):
            with engine.connect() as connection:
                if found := list(look(connection)):
                    return found  # what follows would stumble over it
        return list(_of_rows(engine, now, progress))


def _of_rows(engine: Engine, now: Micros, progress: Progress) -> Iterator[Fault]:
    """A transaction for each check: a long one would keep what the daemon writes meanwhile from being tidied up."""
    with engine.connect() as connection:
        keys: dict[int, str] = dict(connection.execute(select(checks.c.id, checks.c.key)).all())
        yield from _references(connection)
        yield from _days_to_come(connection, now)
        yield from _unreadable_rows(connection)
        yield from _of_alerts(connection)
    for number, (check_id, key) in enumerate(keys.items()):
        progress(number, len(keys))
        with engine.connect() as connection:
            yield from _of_check(as_of_one_moment(connection), check_id, key, now)
    progress(len(keys), len(keys))


def _integrity(connection: Connection) -> Iterator[Fault]:
    if not is_sqlite(connection):
        return
    try:
        told = [text for (text,) in connection.exec_driver_sql(f"PRAGMA integrity_check({_MOST})")]
    except DatabaseError as error:
        told = [str(error.orig)]
    yield from (Fault(where="the file", what=text, advice="restore a backup") for text in told if text != "ok")


def _schema(connection: Connection) -> Iterator[Fault]:
    for table, what in deviations(connection):
        yield Fault(where=table, what=what, advice="somebody changed it; undo that, or restore a backup")


def _references(connection: Connection) -> Iterator[Fault]:
    """Rows that point to nothing: other programs may write without the constraints, and PostgreSQL's partitions have none."""
    for table in metadata.sorted_tables:
        for rows, column, target in invariants.orphans(connection, table):
            yield Fault(
                where=table.name,
                what=f"rows whose {column} is of no row in {target}: {rows}",
                advice="restore a backup, or delete them",
            )


def _unreadable_rows(connection: Connection) -> Iterator[Fault]:
    for table, rows in (*maintenance.unreadable(connection), *alert_invariants.unreadable(connection)):
        yield Fault(where=table, what=f"rows that can't be read: {rows}", advice="restore a backup")


def _of_alerts(connection: Connection) -> Iterator[Fault]:
    for rule in alert_invariants.RULES:
        if rows := connection.execute(rule.query).scalar_one():
            yield Fault(where=rule.table, what=f"{rule.what}: {rows}", advice=rule.advice)


def _of_check(connection: Connection, check_id: int, key: str, now: Micros) -> Iterator[Fault]:
    for rule in invariants.RULES:
        if rows := connection.execute(rule.query(check_id, now)).scalar_one():
            yield Fault(where=key, what=f"{rule.what}: {rows}", advice=rule.advice)


def _days_to_come(connection: Connection, now: Micros) -> Iterator[Fault]:
    """Where somebody measures, tomorrow's partition should be there: the writer would have to make it in passing."""
    if is_sqlite(connection) or partitions.has(connection, now + DAY):
        return
    newest = select(func.max(results.c.scheduled_at)).where(results.c.scheduled_at > now - HOUR)
    if connection.execute(newest).scalar() is not None:
        yield Fault(
            where="results", what="tomorrow has no partition", advice="look for housekeeping in the daemon's log"
        )
