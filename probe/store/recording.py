"""Results into the store: many at once, each slot once. The first one stays, but a measurement replaces an unknown."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from probe.store import into_postgresql, into_sqlite
from probe.store.batch import Batch
from probe.store.engine import is_sqlite
from probe.store.evidence import add_evidence


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of results.

    Attributes:
        stored: those that are now in the store and were not before.
        duplicates: those of slots that have another one, or had this one before.
        replaced: how many of those stored took the place of an unknown that was never measured.
    """

    stored: int
    duplicates: int
    replaced: int = 0


def insert_batch(connection: Connection, batch: Batch, *, of: int) -> Recorded:
    """Inserts what is new, and what replaces an unknown, with its evidence; `of` so many results.

    Raises:
        PartitionDropped: another process dropped one of those that the results belong to.
    """
    if not batch.rows:
        return Recorded(stored=0, duplicates=0)
    insert = into_sqlite.insert if is_sqlite(connection) else into_postgresql.insert
    new, replaced, telling = insert(connection, batch)
    add_evidence(connection, {key: batch.telling[key] for key in telling})
    stored = new + replaced
    return Recorded(stored=stored, duplicates=of - stored, replaced=replaced)
