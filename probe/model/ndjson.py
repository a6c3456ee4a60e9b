"""A result as one JSON object: what `probe check --json` prints, and what export, import and the spool share."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Final, TypeAlias

from probe.model.check import SLUG
from probe.model.fields import LARGEST, Fields
from probe.model.result import AssertionOutcome, Result, State, Transcript, Verdict
from probe.model.sample import PHASES, CertificateFacts, FailureKind, Phases, TlsFacts
from probe.model.units import MILLISECOND, Micros, to_iso

Json: TypeAlias = str | int | float | bool | list["Json"] | dict[str, "Json"] | None

MOST_EXPECTATIONS: Final = 1_000
LARGEST_STATUS: Final = 999
MOST_ATTEMPTS: Final = 32_767

_CHECK: Final = re.compile(f"{SLUG}/{SLUG}", re.ASCII)
_LOCATION: Final = re.compile(SLUG, re.ASCII)
_FAILING: Final = (State.DOWN, State.UNKNOWN)
_PARTS: Final = ("connection", "request", "response", "body")
_OUTCOME: Final = frozenset({"expectation", "verdict", "actual"})


def to_json(result: Result, interval: Micros | None = None) -> dict[str, Json]:
    """The documented form: times in RFC 3339 UTC, durations in milliseconds, `null` for what did not happen.

    Args:
        interval: that the check was measured with, for those who read this without its definition.
    """
    spent = ((name, getattr(result.phases, name)) for name in PHASES)
    told: dict[str, Json] = {
        "check": result.check,
        "location": result.location,
        "scheduled_at": to_iso(result.scheduled_at),
        "state": result.state.value,
        "http_status": result.http_status,
        "failure": result.failure.value if result.failure else None,
        "detail": result.detail,
        "latency_ms": _milliseconds(result.latency_us),
        "phases_ms": {name: _milliseconds(value) for name, value in spent if value is not None},
        "bytes_sent": result.bytes_sent,
        "bytes_received": result.bytes_received,
        "lateness_ms": _milliseconds(result.lateness_us),
        "attempts": result.attempts,
        "address": result.address,
        "definition": result.definition or None,
        "http_version": result.http_version,
        "tls": _tls(result.tls) if result.tls else None,
        "expectations": [
            {"expectation": item.expectation, "verdict": item.verdict.value, "actual": item.actual}
            for item in result.outcomes
        ],
        "evidence": None if result.transcript is None else {**asdict(result.transcript)},
    }
    return told if interval is None else {**told, "interval_ms": _milliseconds(interval)}


def from_json(value: object) -> Result:
    """The result that `to_json` told of, without `http_version` and `tls`, which are not stored.

    Only `check`, `scheduled_at` and `state` must be there.

    Raises:
        ValueError: it is no result; the message says what is wrong, and where.
    """
    fields = Fields.of(value, _KNOWN)
    state = fields.choice("state", State)
    failure = fields.maybe_choice("failure", FailureKind)
    if failure and state not in _FAILING:
        raise ValueError(f"failure says why a result is down or unknown; state is {state.value}")
    fields.duration("interval_ms")
    return Result(
        check=fields.matching("check", _CHECK, "an id such as shop/home, of a-z, 0-9 and -"),
        location=fields.matching("location", _LOCATION, "a name of a-z, 0-9 and -", default="default"),
        scheduled_at=fields.moment("scheduled_at"),
        state=state,
        failure=failure,
        detail=fields.text("detail"),
        http_status=fields.maybe_whole("http_status", LARGEST_STATUS),
        latency_us=fields.duration("latency_ms"),
        phases=_phases(fields.inner("phases_ms", frozenset(PHASES))),
        bytes_sent=fields.whole("bytes_sent", LARGEST),
        bytes_received=fields.whole("bytes_received", LARGEST),
        lateness_us=fields.duration("lateness_ms") or 0,
        attempts=fields.whole("attempts", MOST_ATTEMPTS),
        address=fields.word("address"),
        outcomes=tuple(map(_outcome, fields.each("expectations", _OUTCOME, MOST_EXPECTATIONS))),
        definition=fields.word("definition") or "",
        transcript=_transcript(fields.inner("evidence", frozenset(_PARTS))),
    )


def _phases(fields: Fields | None) -> Phases:
    return Phases(**{name: fields.duration(name) for name in PHASES}) if fields else Phases()


def _outcome(fields: Fields) -> AssertionOutcome:
    return AssertionOutcome(
        expectation=fields.word("expectation") or "",
        verdict=fields.choice("verdict", Verdict),
        actual=fields.text("actual"),
    )


def _transcript(fields: Fields | None) -> Transcript | None:
    return Transcript(**{name: fields.text(name) or "" for name in _PARTS}) if fields else None


def _tls(facts: TlsFacts) -> dict[str, Json]:
    return {
        "version": facts.version,
        "cipher": facts.cipher,
        "stapled": facts.stapled.value if facts.stapled else None,
        "certificates": [_certificate(each) for each in facts.chain],
    }


def _certificate(facts: CertificateFacts) -> dict[str, Json]:
    return {
        "subject": facts.subject,
        "issuer": facts.issuer,
        "not_before": None if facts.not_before is None else to_iso(facts.not_before),
        "not_after": None if facts.not_after is None else to_iso(facts.not_after),
        "names": list(facts.names),
        "serial": facts.serial,
        "fingerprint": facts.fingerprint,
        "key": facts.key,
    }


def _milliseconds(value: Micros | None) -> float | None:
    return None if value is None else value / MILLISECOND


_KNOWN: Final = frozenset({*to_json(Result(check="", location="", scheduled_at=0, state=State.UP), 1)})
