"""A batch into SQLite: by `executemany`, which says how many rows it took, but not which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import ClauseElement, Connection, Table, bindparam, delete, exists
from sqlalchemy.dialects import sqlite

from probe.store.batch import UNMEASURED, Batch, Row, Taken, is_measured
from probe.store.tables import evidence, results, transcripts

_KEY: Final = slice(3)


def insert(connection: Connection, batch: Batch) -> Taken:
    """Sorted by key, so that each page is touched once. Only rows with evidence need to be asked for one by one."""
    plain = [batch.rows[key] for key in sorted(batch.rows.keys() - batch.telling.keys())]
    new = _execute(connection, _INSERT, plain)
    replaced = _replace(connection, plain) if new < len(plain) else 0
    telling = []
    for key in sorted(batch.telling):
        rows = [batch.rows[key]]
        is_new = _execute(connection, _INSERT, rows)
        has_replaced = 0 if is_new else _replace(connection, rows)
        new, replaced = new + is_new, replaced + has_replaced
        if is_new or has_replaced:
            telling.append(key)
    return Taken(new, replaced, telling)


def _replace(connection: Connection, rows: Sequence[Row]) -> int:
    """Puts those that were measured into the place of unknowns that were not, whose evidence goes; how many that was."""
    measured = [row for row in rows if is_measured(row)]
    for statement in _FORGET:
        _execute(connection, statement, [row[_KEY] for row in measured])
    return _execute(connection, _REPLACE, measured)


def _execute(connection: Connection, statement: str, rows: Sequence[Row]) -> int:
    return connection.exec_driver_sql(statement, list(rows)).rowcount if rows else 0


def _text(statement: ClauseElement) -> str:
    return str(statement.compile(dialect=sqlite.dialect()))


def _forgetting(table: Table) -> str:
    """Deletes what was kept of a slot whose result gives way."""
    names = ("check_id", "location_id", "scheduled_at")
    its_own = (results.c[name] == table.c[name] for name in names)
    gives_way = exists().where(*its_own, UNMEASURED).correlate(table)
    return _text(delete(table).where(*(table.c[name] == bindparam(name) for name in names), gives_way))


_INSERT: Final = _text(sqlite.insert(results).on_conflict_do_nothing())
_INSERTED: Final = sqlite.insert(results)
_REPLACE: Final = _text(
    _INSERTED.on_conflict_do_update(
        index_elements=list(results.primary_key.columns),
        set_={c.name: _INSERTED.excluded[c.name] for c in results.columns if not c.primary_key},
        where=UNMEASURED,
    )
)
_FORGET: Final = (_forgetting(evidence), _forgetting(transcripts))
