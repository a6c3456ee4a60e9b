"""Results into the store: many at once, each slot once, the first one wins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from sqlalchemy import ARRAY, Connection, Text, bindparam, cast, func, select
from sqlalchemy.dialects import postgresql, sqlite

from probe.model.result import Result
from probe.store.codes import FAILURE_CODES, STATE_CODES, VERDICT_LETTERS
from probe.store.engine import is_sqlite
from probe.store.evidence import Key, add_evidence, tells
from probe.store.identities import Identities
from probe.store.tables import results

Row: TypeAlias = tuple[int | str | None, ...]
"""In the order of the table's columns; the first three are the key."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of a batch: results that are new, and results of slots that were stored before."""

    stored: int
    duplicates: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """The first row of each key, and the results among them that have evidence."""

    rows: dict[Key, Row]
    telling: dict[Key, Result]


def batch_of(measured: Sequence[Result], ids: Identities) -> Batch:
    """The results as rows.

    Raises:
        KeyError: a name has no key in `ids`.
    """
    batch = Batch(rows={}, telling={})
    for result in measured:
        key = (ids.checks[result.check], ids.locations[result.location], result.scheduled_at)
        if key in batch.rows:
            continue
        batch.rows[key] = _row(key, result, ids.definitions[result.check, result.definition])
        if tells(result):
            batch.telling[key] = result
    return batch


def insert_batch(connection: Connection, batch: Batch) -> int:
    """Inserts what is new, with its evidence; how many results that was."""
    insert = _insert_sqlite if is_sqlite(connection) else _insert_postgresql
    count, telling = insert(connection, batch)
    add_evidence(connection, {key: batch.telling[key] for key in telling})
    return count


def _row(key: Key, result: Result, definition: int | None) -> Row:
    phases = result.phases
    return (
        *key,
        STATE_CODES[result.state],
        FAILURE_CODES[result.failure],
        result.http_status,
        result.latency_us,
        phases.dns,
        phases.connect,
        phases.tls,
        phases.send,
        phases.wait,
        phases.transfer,
        result.bytes_sent,
        result.bytes_received,
        result.lateness_us,
        result.attempts,
        definition,
        "".join([VERDICT_LETTERS[item.verdict] for item in result.outcomes]) or None,
    )


# Sorted by key, a batch touches each page of the index once, and two writers can't deadlock.

_SQLITE: Final = str(sqlite.insert(results).on_conflict_do_nothing().compile(dialect=sqlite.dialect()))


def _insert_sqlite(connection: Connection, batch: Batch) -> tuple[int, list[Key]]:
    """How many were new, and which of those with evidence: only those need to be asked for one by one."""
    plain = [batch.rows[key] for key in sorted(batch.rows.keys() - batch.telling.keys())]
    count = connection.exec_driver_sql(_SQLITE, plain).rowcount if plain else 0
    telling = [key for key in sorted(batch.telling) if connection.exec_driver_sql(_SQLITE, batch.rows[key]).rowcount]
    return count + len(telling), telling


_BATCH: Final = (
    func.unnest(*(cast(bindparam(c.name, type_=Text), ARRAY(c.type)) for c in results.columns))
    .table_valued(*results.columns.keys(), name="batch")
    .render_derived()
)
_POSTGRESQL: Final = (
    postgresql.insert(results)
    .from_select(results.columns.keys(), select(_BATCH))
    .on_conflict_do_nothing()
    .returning(*results.primary_key.columns)
)


def _insert_postgresql(connection: Connection, batch: Batch) -> tuple[int, list[Key]]:
    """The same, a column an array: one statement, six times cheaper than a parameter a value."""
    columns = zip(*(batch.rows[key] for key in sorted(batch.rows)), strict=True)
    arrays = dict(zip(results.columns.keys(), map(_array, columns), strict=True))
    stored = {(row[0], row[1], row[2]) for row in connection.execute(_POSTGRESQL, arrays)}
    return len(stored), sorted(stored & batch.telling.keys())


def _array(column: Sequence[int | str | None]) -> str:
    """An array literal; there is nothing to quote in it, for the only texts are letters of verdicts."""
    return "{" + ",".join(["NULL" if value is None else str(value) for value in column]) + "}"
