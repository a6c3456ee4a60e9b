"""A result as one JSON object: what `probe check --json` prints, and what export and import share."""

from __future__ import annotations

from dataclasses import asdict
from typing import TypeAlias

from probe.model.result import Result
from probe.model.sample import PHASES, CertificateFacts, TlsFacts
from probe.model.units import MILLISECOND, Micros, to_iso

Json: TypeAlias = str | int | float | bool | list["Json"] | dict[str, "Json"] | None


def to_json(result: Result) -> dict[str, Json]:
    """The documented form: times in RFC 3339 UTC, durations in milliseconds, `null` for what did not happen."""
    spent = ((name, getattr(result.phases, name)) for name in PHASES)
    return {
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
        "http_version": result.http_version,
        "tls": _tls(result.tls) if result.tls else None,
        "expectations": [
            {"expectation": item.expectation, "verdict": item.verdict.value, "actual": item.actual}
            for item in result.outcomes
        ],
        "evidence": None if result.transcript is None else {**asdict(result.transcript)},
    }


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
