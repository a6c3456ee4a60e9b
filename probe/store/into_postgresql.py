"""A batch into PostgreSQL: as arrays in one statement, or where it is large by COPY, and from there into the table."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TypeAlias, cast

from sqlalchemy import (
    ARRAY,
    Column,
    Connection,
    Executable,
    FromClause,
    Text,
    and_,
    bindparam,
    column,
    delete,
    func,
    select,
    table,
)
from sqlalchemy import cast as cast_sql
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError, IntegrityError

from probe.model.units import Micros
from probe.store.batch import UNMEASURED, Batch, Row, Taken, is_measured
from probe.store.evidence import Key
from probe.store.tables import evidence, results, transcripts

if TYPE_CHECKING:
    from psycopg import Cursor

COPIED_FROM: Final = 1_000
"""Rows from which COPY is cheaper than arrays, though it asks the server twice more (ADR 18)."""

_CHECK_VIOLATION: Final = "23514"

_Values: TypeAlias = Mapping[str, str | Micros]


class PartitionDropped(Exception):
    """There is no partition for a row: another process dropped it."""


def insert(connection: Connection, batch: Batch) -> Taken:
    """Sorted by key, so that each page of the index is touched once, and two writers can't deadlock.

    Raises:
        PartitionDropped: nothing was stored; the partition is to be made, and the batch taken again.
    """
    rows = [batch.rows[key] for key in sorted(batch.rows)]
    with _partitions_expected():
        if len(rows) >= COPIED_FROM and connection.exec_driver_sql(_MAY_STAGE).scalar():
            _copy(connection, rows)
            new = _keys(connection, _FROM_STAGING, {})
        else:
            new = _keys(connection, _FROM_ARRAYS, _arrays(_ROWS, rows))
    replaced = _replace(connection, batch, batch.rows.keys() - new) if len(new) < len(rows) else set()
    return Taken(len(new), len(replaced), sorted(batch.telling.keys() & (new | replaced)))


def _replace(connection: Connection, batch: Batch, present: Collection[Key]) -> set[Key]:
    """Puts those that were measured into the place of unknowns that were not, whose evidence goes; which they were."""
    measured = sorted(key for key in present if is_measured(batch.rows[key]))
    if not measured:
        return set()
    slots = [slot for _, _, slot in measured]
    within: _Values = {"first": min(slots), "last": max(slots)}
    giving_way = sorted(_keys(connection, _GIVING_WAY, {**_arrays(_KEYS, measured), **within}))
    if not giving_way:
        return set()
    replaced = _keys(connection, _REPLACE, _arrays(_ROWS, [batch.rows[key] for key in giving_way]))
    for statement in (
        _FORGET if replaced else ()
    ):  # only now: another process may have been first, and that is its evidence
        connection.execute(statement, _arrays(_KEYS, sorted(replaced)))
    return replaced


def _keys(connection: Connection, statement: Executable, values: _Values) -> set[Key]:
    return {(row[0], row[1], row[2]) for row in connection.execute(statement, values)}


def _arrays(source: FromClause, rows: Sequence[Row]) -> dict[str, str]:
    """A literal of an array for each column: six times cheaper than a parameter for each value.

    There is nothing to quote in it, for the only texts are letters of verdicts.
    """
    columns = zip(source.columns.keys(), zip(*rows, strict=True), strict=True)
    return {
        name: "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"
        for name, values in columns
    }


def _copy(connection: Connection, rows: Sequence[Row]) -> None:
    """Into a table of this connection's own, which is empty again after the transaction."""
    connection.exec_driver_sql(_STAGE)
    lines = "".join(["\t".join([r"\N" if value is None else str(value) for value in row]) + "\n" for row in rows])
    cursor = cast("Cursor[object]", connection.connection.cursor())
    with _errors_as_usual(connection), cursor, cursor.copy(_COPY) as copy:
        copy.write(lines)


@contextmanager
def _errors_as_usual(connection: Connection) -> Iterator[None]:
    """The driver's, where it is used without SQLAlchemy, raised as SQLAlchemy does."""
    base = connection.dialect.loaded_dbapi.Error
    try:
        yield
    except base as error:
        raise DBAPIError.instance(_COPY, None, error, base, hide_parameters=True, dialect=connection.dialect) from error


@contextmanager
def _partitions_expected() -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        diagnosis = getattr(error.orig, "diag", None)
        if diagnosis and diagnosis.sqlstate == _CHECK_VIOLATION and diagnosis.constraint_name is None:
            raise PartitionDropped from None
        raise


def _unnested(*columns: Column[object]) -> FromClause:
    """Arrays side by side as a table."""
    arrays = (cast_sql(bindparam(item.name, type_=Text), ARRAY(item.type)) for item in columns)
    return func.unnest(*arrays).table_valued(*(item.name for item in columns), name="batch").render_derived()


def _insert_from(source: FromClause) -> postgresql.Insert:
    return postgresql.insert(results).from_select(_NAMES, select(source))


_KEY: Final = tuple(results.primary_key.columns)
_NAMES: Final = tuple(results.columns.keys())
_KEYS: Final = _unnested(*_KEY)
_ROWS: Final = _unnested(*results.columns)
_STAGING: Final = table("staging", *(column(name) for name in _NAMES), schema="pg_temp")
_MAY_STAGE: Final = "SELECT has_database_privilege(current_database(), 'TEMPORARY')"
_STAGE: Final = "CREATE TEMPORARY TABLE IF NOT EXISTS staging (LIKE results) ON COMMIT DELETE ROWS"
_COPY: Final = f"COPY pg_temp.staging ({', '.join(_NAMES)}) FROM STDIN"

_FROM_ARRAYS: Final = _insert_from(_ROWS).on_conflict_do_nothing().returning(*_KEY)
_FROM_STAGING: Final = _insert_from(_STAGING).on_conflict_do_nothing().returning(*_KEY)
_GIVING_WAY: Final = (
    select(*_KEY)
    .join_from(_KEYS, results, and_(*(_KEYS.c[c.name] == c for c in _KEY)))
    .where(UNMEASURED, results.c.scheduled_at.between(bindparam("first"), bindparam("last")))
)
"""With the bounds, for otherwise every partition would be looked into."""

_REPLACING: Final = _insert_from(_ROWS)
_REPLACE: Final = _REPLACING.on_conflict_do_update(
    index_elements=_KEY,
    set_={c.name: _REPLACING.excluded[c.name] for c in results.columns if not c.primary_key},
    where=UNMEASURED,
).returning(*_KEY)
_FORGET: Final = tuple(
    delete(kept).where(*(kept.c[c.name] == _KEYS.c[c.name] for c in _KEY)) for kept in (evidence, transcripts)
)
