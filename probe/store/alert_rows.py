"""Alerts, threads and decisions as rows, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from sqlalchemy import Row

from probe.alerting.book import Reason, Thread, Told
from probe.model.alert import Alert, Decision
from probe.model.rule import Subject
from probe.store.alert_codes import (
    LEVEL_CODES,
    LEVELS,
    OUTCOME_CODES,
    OUTCOMES,
    STAGE_CODES,
    STAGES,
    SUBJECT_CODES,
    SUBJECTS,
)
from probe.store.content import (
    pack_facts,
    pack_names,
    pack_pairs,
    pack_told,
    unpack_names,
    unpack_pairs,
    unpack_told,
)
from probe.store.evidence import storable
from probe.store.turns import facts_of

Values: TypeAlias = dict[str, object]
"""By column."""

AnyRow: TypeAlias = Row[*tuple[Any, ...]]


def row_of_alert(alert: Alert, *, in_book: bool) -> Values:
    """All columns."""
    return {
        "id": alert.id,
        "rule": alert.rule,
        "subject_kind": SUBJECT_CODES[alert.subject.kind],
        "subject_id": alert.subject.id,
        "level": LEVEL_CODES[alert.level],
        "since": alert.since,
        "fired_at": alert.fired_at,
        "resolved_at": alert.resolved_at,
        "ended": alert.ended,
        "in_book": in_book,
        "has_data": alert.has_data,
        "acknowledged_at": alert.acknowledged_at,
        "acknowledged_by": alert.acknowledged_by and storable(alert.acknowledged_by),
        "locations": pack_names(alert.locations),
        "reading": storable(alert.reading),
        "expected": storable(alert.expected),
        "resolution": storable(alert.resolution),
        "facts": pack_facts(alert.facts) if alert.facts else None,
    }


def alert_of(row: AnyRow) -> Alert:
    """As it is stored."""
    return Alert(
        id=row.id,
        rule=row.rule,
        subject=Subject(SUBJECTS[row.subject_kind], row.subject_id),
        level=LEVELS[row.level],
        since=row.since,
        fired_at=row.fired_at,
        reading=row.reading,
        expected=row.expected,
        facts=facts_of(row.facts),
        locations=names_of(row.locations),
        resolved_at=row.resolved_at,
        ended=row.ended,
        resolution=row.resolution,
        has_data=row.has_data,
        acknowledged_at=row.acknowledged_at,
        acknowledged_by=row.acknowledged_by,
    )


def row_of_thread(thread: Thread) -> Values:
    """All columns."""
    return {
        "id": thread.id,
        "channel": thread.channel,
        "shared": pack_pairs(thread.group),
        "opened_at": thread.opened_at,
        "due_at": thread.due_at,
        "last_at": thread.last_at,
        "number": thread.number,
        "title": storable(thread.title),
        "told": pack_told(thread.told),
        "escalated": pack_names(tuple(sorted(thread.escalated))),
    }


def thread_of(row: AnyRow) -> Thread:
    """As it is stored. Raises `ValueError` where somebody has spoilt what its alerts share."""
    return Thread(
        id=row.id,
        channel=row.channel,
        group=unpack_pairs(row.shared),
        opened_at=row.opened_at,
        due_at=row.due_at,
        last_at=row.last_at,
        number=row.number,
        title=row.title,
        told=_told_of(row.told),
        escalated=frozenset(names_of(row.escalated)),
    )


def row_of_decision(decision: Decision) -> Values:
    """All columns but the id. Rule and subject are those of its alert."""
    return {
        "at": decision.at,
        "alert_id": decision.alert,
        "stage": STAGE_CODES[decision.stage],
        "outcome": OUTCOME_CODES[decision.outcome],
        "channel": decision.channel,
        "until_at": decision.until,
        "notification": decision.notification,
        "reason": storable(decision.reason),
    }


def decision_of(row: AnyRow) -> Decision:
    """As it is stored, of a row that has its alert's rule and subject too."""
    return Decision(
        at=row.at,
        alert=row.alert_id,
        rule=row.rule,
        subject=Subject(SUBJECTS[row.subject_kind], row.subject_id),
        stage=STAGES[row.stage],
        outcome=OUTCOMES[row.outcome],
        reason=row.reason,
        channel=row.channel,
        until=row.until_at,
        notification=row.notification,
    )


def row_of_reason(key: tuple[str, str], reason: Reason) -> Values:
    """All columns."""
    alert, channel = key
    return {
        "alert_id": alert,
        "channel": channel,
        "stage": STAGE_CODES[reason.stage],
        "outcome": OUTCOME_CODES[reason.outcome],
        "reason": storable(reason.reason),
    }


def reason_of(row: AnyRow) -> Reason:
    """As it is stored."""
    return Reason(STAGES[row.stage], OUTCOMES[row.outcome], row.reason)


def names_of(text: str) -> tuple[str, ...]:
    """None, where somebody has spoilt them."""
    try:
        return unpack_names(text)
    except ValueError:
        return ()


def _told_of(text: str) -> Mapping[str, Told]:
    """Nothing, where somebody has spoilt it: what is told twice is better than what isn't told."""
    try:
        return unpack_told(text)
    except ValueError:
        return {}
