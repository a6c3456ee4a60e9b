"""Why results are not up: kept beside them, and read back for a person."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, TypeAlias

from sqlalchemy import Connection, Row, select

from probe.model.result import AssertionOutcome, Evidence, Result, State, Transcript, Verdict
from probe.model.units import Micros
from probe.store.codes import (
    FAILURE_CODES,
    FAILURES,
    STATE_CODES,
    STATES,
    VERDICT_LETTERS,
    VERDICTS,
)
from probe.store.engine import insert_new
from probe.store.tables import checks, evidence, locations
from probe.store.transcripts import add_transcripts, newest_transcripts

Key: TypeAlias = tuple[int, int, Micros]
"""Of a result: check, location, slot."""

_FAILING: Final = (State.DEGRADED, State.DOWN)
_UNMET: Final = (Verdict.WARNED, Verdict.FAILED)


def tells(result: Result) -> bool:
    """Whether it is not plainly up. An unknown slot without a detail needs no more than its failure code."""
    return result.detail is not None or result.state in _FAILING


def add_evidence(connection: Connection, telling: Mapping[Key, Result]) -> None:
    """Writes the evidence of results that were inserted in the same transaction.

    It may be there: it is kept for longer than a result, and one that was purged may be imported again.
    """
    rows = [_row(key, result) for key, result in telling.items()]
    if rows:
        connection.execute(insert_new(connection, evidence), rows)
        add_transcripts(connection, telling)


def failures(
    connection: Connection, check: str, *, limit: int, transcripts: int, location: str | None
) -> tuple[Evidence, ...]:
    """The newest evidence of one location or of all of them, newest first.

    On top of `limit` come those that have one of the newest transcripts, for in a long failure few have one.
    """
    places = select(locations.c.id)
    if location is not None:
        places = places.where(locations.c.name == location)
    check_id = connection.execute(select(checks.c.id).where(checks.c.key == check)).scalar()
    found = [
        item
        for place in connection.execute(places).scalars().all()
        for item in _of_place(connection, check_id, place, limit=limit, most=transcripts)
    ]
    return tuple(_newest(found, limit=limit, most=transcripts))


def _of_place(
    connection: Connection, check_id: int | None, location_id: int, *, limit: int, most: int
) -> Iterator[Evidence]:
    """The same of one location, straight from the primary keys, however many rows there are."""
    told = newest_transcripts(connection, check_id, location_id, limit=most)
    its_own = (evidence.c.check_id == check_id) & (evidence.c.location_id == location_id)
    latest = select(evidence).where(its_own).order_by(evidence.c.scheduled_at.desc()).limit(limit)
    rows = {row.scheduled_at: row for row in connection.execute(latest)}
    older = select(evidence).where(its_own, evidence.c.scheduled_at.in_(told.keys() - rows.keys()))
    for row in (*rows.values(), *connection.execute(older)):
        yield evidence_of(row, told.get(row.scheduled_at))


def _newest(found: Iterable[Evidence], *, limit: int, most: int) -> Iterator[Evidence]:
    """The newest, and the newest with a transcript; only these keep theirs."""
    left = most
    for number, item in enumerate(sorted(found, key=lambda item: item.scheduled_at, reverse=True)):
        is_told = item.transcript is not None and left > 0
        left -= is_told
        if is_told or number < limit:
            yield item if is_told else item._replace(transcript=None)


def _row(key: Key, result: Result) -> dict[str, int | str | None]:
    return {
        **dict(zip(("check_id", "location_id", "scheduled_at"), key, strict=True)),
        "state": STATE_CODES[result.state],
        "failure": FAILURE_CODES[result.failure],
        "http_status": result.http_status,
        "latency_us": result.latency_us,
        "attempts": result.attempts,
        "detail": storable(result.detail or ""),
        "address": result.address,
        "outcomes": _unmet(result),
    }


def _unmet(result: Result) -> str | None:
    """JSON of the expectations that warned or failed, with what was found instead."""
    unmet = [
        (item.expectation, VERDICT_LETTERS[item.verdict], item.actual and storable(item.actual))
        for item in result.outcomes
        if item.verdict in _UNMET
    ]
    return json.dumps(unmet, ensure_ascii=False) if unmet else None


def storable(text: str) -> str:
    """What a hostile target put into the text must not make a database refuse the whole batch."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode(errors="replace").decode()


def evidence_of(row: Row[*tuple[object, ...]], transcript: Transcript | None) -> Evidence:
    """A row of evidence, or of causes, as it is read back."""
    return Evidence(
        scheduled_at=row.scheduled_at,
        state=STATES[row.state],
        failure=FAILURES[row.failure],
        http_status=row.http_status,
        latency_us=row.latency_us,
        attempts=row.attempts,
        detail=row.detail,
        outcomes=tuple(
            AssertionOutcome(expectation=text, verdict=VERDICTS[letter], actual=actual)
            for text, letter, actual in json.loads(row.outcomes or "[]")
        ),
        transcript=transcript,
    )
