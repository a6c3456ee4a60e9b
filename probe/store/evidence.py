"""Why results are not up: kept beside them, and read back for a person."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final, TypeAlias

from sqlalchemy import Connection, Row, insert, select

from probe.model.result import AssertionOutcome, Evidence, Result, State, Verdict
from probe.model.units import Micros
from probe.store.codes import (
    FAILURE_CODES,
    FAILURES,
    STATE_CODES,
    STATES,
    VERDICT_LETTERS,
    VERDICTS,
)
from probe.store.tables import checks, evidence, locations

Key: TypeAlias = tuple[int, int, Micros]
"""Of a result: check, location, slot."""

_FAILING: Final = (State.DEGRADED, State.DOWN)
_UNMET: Final = (Verdict.WARNED, Verdict.FAILED)


def tells(result: Result) -> bool:
    """Whether it is not plainly up. An unknown slot without a detail needs no more than its failure code."""
    return result.detail is not None or result.state in _FAILING


def add_evidence(connection: Connection, telling: Mapping[Key, Result]) -> None:
    """Writes the evidence of results that were inserted in the same transaction."""
    rows = [_row(key, result) for key, result in telling.items()]
    if rows:
        connection.execute(insert(evidence), rows)


def failures(connection: Connection, check: str, *, limit: int, location: str | None) -> tuple[Evidence, ...]:
    """The newest evidence of down and degraded results of one location or of all of them, newest first.

    Asked for by location, so that each answer comes straight from the primary key, however many there are.
    """
    places = select(locations.c.id)
    if location is not None:
        places = places.where(locations.c.name == location)
    check_id = connection.execute(select(checks.c.id).where(checks.c.key == check)).scalar()
    found = [
        _evidence(row)
        for location_id in connection.execute(places).scalars().all()
        for row in connection.execute(
            select(evidence)
            .where(
                evidence.c.check_id == check_id,
                evidence.c.location_id == location_id,
                evidence.c.state.in_([STATE_CODES[state] for state in _FAILING]),
            )
            .order_by(evidence.c.scheduled_at.desc())
            .limit(limit)
        )
    ]
    return tuple(sorted(found, key=lambda item: item.scheduled_at, reverse=True)[:limit])


def _row(key: Key, result: Result) -> dict[str, int | str | None]:
    return {
        **dict(zip(("check_id", "location_id", "scheduled_at"), key, strict=True)),
        "state": STATE_CODES[result.state],
        "failure": FAILURE_CODES[result.failure],
        "http_status": result.http_status,
        "latency_us": result.latency_us,
        "attempts": result.attempts,
        "detail": _storable(result.detail or ""),
        "address": result.address,
        "outcomes": _unmet(result),
    }


def _unmet(result: Result) -> str | None:
    """JSON of the expectations that warned or failed, with what was found instead."""
    unmet = [
        (item.expectation, VERDICT_LETTERS[item.verdict], item.actual and _storable(item.actual))
        for item in result.outcomes
        if item.verdict in _UNMET
    ]
    return json.dumps(unmet, ensure_ascii=False) if unmet else None


def _storable(text: str) -> str:
    """What a hostile target put into the text must not make a database refuse the whole batch."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode(errors="replace").decode()


def _evidence(row: Row[*tuple[object, ...]]) -> Evidence:
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
    )
