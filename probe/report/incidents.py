"""Incidents for other programs: the JSON and CSV of `probe incidents`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from probe.alerting.cases import Case, Update
from probe.model.alert import Alert, Decision
from probe.model.incident import Annotation, Outage
from probe.model.ndjson import Json
from probe.model.result import Evidence, Transcript, Verdict
from probe.model.units import SECOND, Micros, to_iso
from probe.report.export.columns import Column, Kind, Row, Table
from probe.report.words import FAILURE_WORDS

_UNMET: Final = (Verdict.WARNED, Verdict.FAILED)


def cause_text(case: Case) -> str:
    """Why it began, in words: what was expected and found, or else what kind of failure it was."""
    if case.evidence is not None and case.evidence.detail:
        return case.evidence.detail
    cause = case.incident.cause
    return "no reason is known" if cause is None else FAILURE_WORDS[cause]


def case_json(case: Case, *, now: Micros) -> dict[str, Json]:
    """An incident: times in UTC, durations in seconds, `None` what isn't known or did not happen."""
    incident, said = case.incident, case.acknowledgement
    return {
        "ref": case.ref,
        "check": case.check,
        "location": case.location,
        "state": case.state.value,
        "start": to_iso(incident.start),
        "detected": to_iso(incident.detected),
        "end": _time(incident.end),
        "duration_seconds": _seconds(case.lasted(now)),
        "detected_after_seconds": _seconds(incident.detected - incident.start),
        "acknowledged_after_seconds": _seconds(said.made_at - incident.detected) if said else None,
        "cause": {"failure": incident.cause and incident.cause.value, "detail": case.evidence and case.evidence.detail},
        "flapping": incident.is_flapping,
        "outages": [_outage(each) for each in incident.outages],
        "down_slots": _slots(case),
        "acknowledged": annotation_json(said) if said else None,
        "notes": [annotation_json(each) for each in case.notes],
    }


def annotation_json(annotation: Annotation) -> dict[str, Json]:
    """What somebody said."""
    return {"at": to_iso(annotation.made_at), "by": annotation.author, "text": annotation.text}


def orphan_json(annotation: Annotation) -> dict[str, Json]:
    """What somebody said of an incident that turned out to be none."""
    about = {"check": annotation.check, "moment": to_iso(annotation.moment), "kind": annotation.kind.value}
    return {**about, **annotation_json(annotation)}


def update_json(update: Update) -> dict[str, Json]:
    """Something that happened to an incident."""
    said = annotation_json(update.annotation) if update.annotation else {"by": None, "text": None}
    return {
        "at": to_iso(update.at),
        "what": update.kind.value,
        "failure": update.failure and update.failure.value,
        "by": said["by"],
        "text": said["text"],
    }


def evidence_json(evidence: Evidence) -> dict[str, Json]:
    """Why a slot was down, and what went to and fro."""
    return {
        "scheduled_at": to_iso(evidence.scheduled_at),
        "failure": evidence.failure and evidence.failure.value,
        "http_status": evidence.http_status,
        "latency_ms": None if evidence.latency_us is None else evidence.latency_us / 1000,
        "attempts": evidence.attempts,
        "detail": evidence.detail,
        "expectations": [
            {"expectation": each.expectation, "verdict": each.verdict.value, "actual": each.actual}
            for each in evidence.outcomes
            if each.verdict in _UNMET
        ],
        "transcript": _transcript(evidence.transcript) if evidence.transcript else None,
    }


def alerted_json(alert: Alert, decisions: Sequence[Decision]) -> dict[str, Json]:
    """An alert about it, and why whom it was told, or not."""
    return {
        "id": alert.id,
        "rule": alert.rule,
        "level": alert.level.value,
        "since": to_iso(alert.since),
        "fired_at": to_iso(alert.fired_at),
        "resolved_at": _time(alert.resolved_at),
        "reading": alert.reading,
        "decisions": [
            {
                "at": to_iso(each.at),
                "stage": each.stage.value,
                "outcome": each.outcome.value,
                "reason": each.reason,
                "channel": each.channel,
                "until": _time(each.until),
                "notification": each.notification,
            }
            for each in decisions
        ],
    }


def _transcript(told: Transcript) -> dict[str, Json]:
    return {"connection": told.connection, "request": told.request, "response": told.response, "body": told.body}


def cases_table(*, now: Micros) -> Table[Sequence[Case]]:
    """A row an incident."""
    return Table(name="incidents", columns=COLUMNS, rows=lambda cases: _rows(cases, now))


COLUMNS: Final = (
    *(Column(name, Kind.TEXT) for name in ("ref", "check", "location", "state")),
    *(Column(name, Kind.TIME) for name in ("start", "detected", "end")),
    Column("duration_seconds", Kind.NUMBER),
    *(Column(name, Kind.TEXT) for name in ("failure", "detail", "flapping")),
    *(Column(name, Kind.COUNT) for name in ("outages", "down_slots")),
    Column("acknowledged_at", Kind.TIME),
    Column("acknowledged_by", Kind.TEXT),
    Column("notes", Kind.COUNT),
)


def _rows(cases: Sequence[Case], now: Micros) -> Iterator[Row]:
    for case in cases:
        incident, said = case.incident, case.acknowledgement
        yield (
            case.ref,
            case.check,
            case.location,
            case.state.value,
            incident.start,
            incident.detected,
            incident.end,
            _seconds(case.lasted(now)),
            incident.cause and incident.cause.value,
            case.evidence and case.evidence.detail,
            "true" if incident.is_flapping else "false",
            len(incident.outages),
            _slots(case),
            said.made_at if said else None,
            said.author if said else None,
            len(case.notes),
        )


def _outage(outage: Outage) -> dict[str, Json]:
    return {
        "start": to_iso(outage.start),
        "detected": to_iso(outage.detected),
        "end": _time(outage.end),
        "down_slots": outage.slots,
        "failures": [{"failure": kind and kind.value, "slots": slots} for kind, slots in outage.failures],
    }


def _slots(case: Case) -> int:
    return sum(each.slots for each in case.incident.outages)


def _time(at: Micros | None) -> str | None:
    return None if at is None else to_iso(at)


def _seconds(value: Micros) -> int | float:
    """Whole ones as a whole number."""
    return value / SECOND if value % SECOND else value // SECOND
