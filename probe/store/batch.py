"""Results as rows of their table: those that are stored in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias

from sqlalchemy import literal_column

from probe.model.result import Result, State
from probe.store.codes import FAILURE_CODES, STATE_CODES, VERDICT_LETTERS
from probe.store.evidence import Key, tells
from probe.store.identities import Identities
from probe.store.tables import results

Row: TypeAlias = tuple[int | str | None, ...]
"""In the order of the table's columns; the first three are the key."""

UNMEASURED: Final = (results.c.state == literal_column(str(STATE_CODES[State.UNKNOWN]))) & (
    results.c.attempts == literal_column("0")
)
"""Stored results that give way to a measured one: see `is_measured`."""

_STATE: Final = results.columns.keys().index("state")
_ATTEMPTS: Final = results.columns.keys().index("attempts")


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One row of each key, and the results among them that have evidence."""

    rows: dict[Key, Row]
    telling: dict[Key, Result]


class Taken(NamedTuple):
    """What became of a batch.

    Attributes:
        new: rows whose slot had none.
        replaced: rows that took the place of an unknown that was never measured.
        telling: those of either that have evidence.
    """

    new: int
    replaced: int
    telling: list[Key]


def batch_of(measured: Sequence[Result], ids: Identities) -> Batch:
    """The results as rows. Of several for a slot the first stays, unless it is an unknown and another was measured.

    Raises:
        KeyError: a name has no key in `ids`.
    """
    batch = Batch(rows={}, telling={})
    for result in measured:
        key = (ids.checks[result.check], ids.locations[result.location], result.scheduled_at)
        row = _row(key, result, ids.definitions[result.check, result.definition])
        if key in batch.rows:
            if is_measured(batch.rows[key]) or not is_measured(row):
                continue
            batch.telling.pop(key, None)
        batch.rows[key] = row
        if tells(result):
            batch.telling[key] = result
    return batch


def is_measured(row: Row) -> bool:
    """Whether it is more than an unknown that nothing was done for, such as a slot that was missed."""
    return row[_STATE] != STATE_CODES[State.UNKNOWN] or row[_ATTEMPTS] != 0


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
