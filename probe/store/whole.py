"""Results read back whole, as they were recorded: for those who take them elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from typing import Final, NamedTuple, TypeAlias

from sqlalchemy import Connection, Row, Select, Table, select

from probe.model.definition import Definition
from probe.model.result import AssertionOutcome, Result, Transcript
from probe.model.sample import PHASES, Phases
from probe.model.units import Micros
from probe.store.codes import FAILURES, STATES, VERDICTS
from probe.store.identities import read_definitions
from probe.store.tables import checks, evidence, locations, results, transcripts
from probe.store.transcripts import unpack

_CHUNK: Final = 1_000

_Found: TypeAlias = Row[*tuple[object, ...]]
_Unmet: TypeAlias = Sequence[tuple[str, str, str | None]]
"""Expectation, letter of the verdict, what was found instead: the JSON of `evidence.outcomes`."""


class Whole(NamedTuple):
    """A result, and the interval that it was measured with; `None` where that is not known."""

    result: Result
    interval: Micros | None


def whole_results(
    connection: Connection, check: str, *, start: Micros, end: Micros, location: str | None
) -> Iterator[Whole]:
    """A check's results with a slot in `[start, end)`, ascending, location after location.

    Three streams in the order of their primary keys, side by side: nothing is sorted, joined or gathered.
    """
    check_id = connection.execute(select(checks.c.id).where(checks.c.key == check)).scalar()
    places = select(locations.c.id, locations.c.name).order_by(locations.c.name)
    if location is not None:
        places = places.where(locations.c.name == location)
    definitions = read_definitions(connection, check)
    reading = connection.execution_options(yield_per=_CHUNK)
    for place, name in connection.execute(places).all():
        queries = (_query(table, check_id, place, start, end) for table in (results, evidence, transcripts))
        with ExitStack() as open_:
            rows, reasons, told = (open_.enter_context(reading.execute(query)) for query in queries)
            reason, transcript = _Follower(reasons), _Follower(told)
            for row in rows:
                yield _whole(
                    row,
                    check=check,
                    location=name,
                    definition=definitions.get(row.definition_id),
                    reason=reason.at(row.scheduled_at),
                    transcript=transcript.at(row.scheduled_at),
                )


class _Follower:
    """A stream that is asked for slots in ascending order, of which it has only some."""

    def __init__(self, rows: Iterable[_Found]) -> None:
        self._rows = iter(rows)
        self._next = next(self._rows, None)

    def at(self, slot: Micros) -> _Found | None:
        """The row of the slot, if there is one."""
        while self._next is not None and self._next.scheduled_at < slot:
            self._next = next(self._rows, None)
        return self._next if self._next is not None and self._next.scheduled_at == slot else None


def _query(
    table: Table, check_id: int | None, location_id: int, start: Micros, end: Micros
) -> Select[*tuple[object, ...]]:
    return (
        select(table)
        .where(table.c.check_id == check_id, table.c.location_id == location_id)
        .where(table.c.scheduled_at >= start, table.c.scheduled_at < end)
        .order_by(table.c.scheduled_at)
    )


def _whole(
    row: _Found,
    *,
    check: str,
    location: str,
    definition: Definition | None,
    reason: _Found | None,
    transcript: _Found | None,
) -> Whole:
    unmet = [(text, letter, actual) for text, letter, actual in json.loads((reason and reason.outcomes) or "[]")]
    result = Result(
        check=check,
        location=location,
        scheduled_at=row.scheduled_at,
        state=STATES[row.state],
        failure=FAILURES[row.failure],
        detail=(reason.detail or None) if reason else None,
        http_status=row.http_status,
        latency_us=row.latency_us,
        phases=Phases(**{name: getattr(row, f"{name}_us") for name in PHASES}),
        bytes_sent=row.bytes_sent,
        bytes_received=row.bytes_received,
        lateness_us=row.lateness_us,
        attempts=row.attempts,
        address=reason.address if reason else None,
        outcomes=tuple(_outcomes(row.outcomes or "", definition, unmet)),
        definition=definition.fingerprint if definition else "",
        transcript=_transcript(transcript),
    )
    return Whole(result, definition.interval if definition else None)


def _outcomes(letters: str, definition: Definition | None, unmet: _Unmet) -> Iterator[AssertionOutcome]:
    """What each expectation came to; without a definition that fits, only what was not met is known by its name."""
    if definition is None or len(definition.expectations) != len(letters):
        yield from (_outcome(*each) for each in unmet)
        return
    left = iter(unmet)
    following = next(left, None)
    for (text, _), letter in zip(definition.expectations, letters, strict=True):
        if following is not None and following[:2] == (text, letter):
            yield _outcome(*following)
            following = next(left, None)
        else:
            yield _outcome(text, letter, None)


def _outcome(text: str, letter: str, actual: str | None) -> AssertionOutcome:
    return AssertionOutcome(expectation=text, verdict=VERDICTS[letter], actual=actual)


def _transcript(row: _Found | None) -> Transcript | None:
    return unpack(row.content) if row else None
