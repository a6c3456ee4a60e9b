"""A message as plain JSON, with the members that the docs promise: times in RFC 3339 UTC, `null` for what isn't so."""

from __future__ import annotations

from dataclasses import asdict

from probe.model.alert import Facts
from probe.model.ndjson import Json
from probe.model.notification import BudgetImpact, Cause, Entry, Message
from probe.model.rule import Subject
from probe.model.units import MILLISECOND, SECOND, Micros, to_iso


def kind_of(message: Message) -> str:
    """What kind of event it is, such as `probe.alert.firing`."""
    return f"probe.alert.{message.occasion}"


def facts_of(message: Message) -> dict[str, Json]:
    """All that is told."""
    firing, resolved = message.more
    return {
        "channel": message.channel,
        "thread": message.thread,
        "number": message.number,
        "occasion": message.occasion.value,
        "level": message.level.value,
        "status": message.status,
        "title": message.title,
        "group": dict(message.group),
        "site": message.site or None,
        "link": message.link or None,
        "cause": _cause(message.cause) if message.cause else None,
        "budget": _budget(message.budget) if message.budget else None,
        "undelivered": list(message.undelivered),
        "alerts": [entry_of(entry) for entry in message.entries],
        "left_out": {"firing": firing, "resolved": resolved},
    }


def entry_of(entry: Entry) -> dict[str, Json]:
    """One alert."""
    return {
        "id": entry.alert,
        "rule": entry.rule,
        "subject": _subject(entry.subject),
        "name": entry.name,
        "level": entry.level.value,
        "firing": entry.is_firing,
        "new": entry.is_new,
        "since": to_iso(entry.since),
        "fired_at": to_iso(entry.fired_at),
        "resolved_at": None if entry.resolved_at is None else to_iso(entry.resolved_at),
        "duration_seconds": entry.lasted / SECOND,
        "reading": entry.reading,
        "expected": entry.expected or None,
        "resolution": entry.resolution or None,
        "labels": dict(entry.labels),
        "locations": list(entry.locations),
        "failure": _failure(entry.facts) if entry.facts else None,
        "expectations": [
            {"expectation": each.expectation, "verdict": each.verdict.value, "actual": each.actual}
            for each in entry.outcomes
        ],
        "phases": [
            {"phase": each.phase, "took_ms": _milliseconds(each.took), "usual_ms": _milliseconds(each.usual)}
            for each in entry.phases
        ],
        "past": [
            {"at": to_iso(each.slot), "state": each.state.value, "latency_ms": _milliseconds(each.latency_us)}
            for each in entry.past
        ],
        "budget": _budget(entry.budget) if entry.budget else None,
        "note": entry.note or None,
        "runbook": entry.runbook or None,
        "links": [{"title": title, "url": url} for title, url in entry.links],
        "muted": entry.muted or None,
        "acknowledged": entry.acknowledged or None,
    }


def _subject(subject: Subject) -> dict[str, Json]:
    return {"kind": subject.kind.value, "id": subject.id}


def _failure(facts: Facts) -> dict[str, Json]:
    return {
        "kind": facts.failure.value if facts.failure else None,
        "detail": facts.detail or None,
        "http_status": facts.http_status,
        "phase": facts.phase,
        "host": facts.host,
        "address": facts.address,
        "certificate": facts.certificate,
    }


def _cause(cause: Cause) -> dict[str, Json]:
    shared, of = cause.alerts
    return {
        "sentence": cause.sentence,
        "shared": [{"kind": kind.value, "value": value} for kind, value in cause.shared],
        "alerts": shared,
        "of": of,
    }


def _budget(budget: BudgetImpact) -> dict[str, Json]:
    told: dict[str, Json] = {**asdict(budget), "left_seconds": budget.left / SECOND}
    del told["left"]
    return told


def _milliseconds(value: Micros | None) -> float | None:
    return None if value is None else value / MILLISECOND
