"""Silences in words, and for programs."""

from __future__ import annotations

from enum import StrEnum

from probe.alerting.estate import Estate
from probe.model.alert import Alert, Silence
from probe.model.ndjson import Json
from probe.model.units import Micros, to_iso
from probe.slo.window_words import scope_words


class Phase(StrEnum):
    """Whether a silence holds now."""

    HOLDS = "holds"
    COMING = "coming"
    OVER = "over"


def phase(silence: Silence, now: Micros) -> Phase:
    """At a moment."""
    if silence.holds_at(now):
        return Phase.HOLDS
    return Phase.COMING if now < silence.start and silence.ended_at is None else Phase.OVER


def about_words(silence: Silence) -> str:
    """Whose alerts: `API orders; rule slow`."""
    rules = f"; rule{'s'[: len(silence.rules) > 1]} {', '.join(silence.rules)}" if silence.rules else ""
    return scope_words(silence.scope) + rules


def end_of(silence: Silence) -> Micros:
    """Its first moment no more."""
    return silence.until if silence.ended_at is None else min(silence.until, silence.ended_at)


def silences(silence: Silence, alert: Alert, estate: Estate) -> bool:
    """Whether it keeps an alert from being told by itself: of an API's, all checks must be in it."""
    if silence.rules and alert.rule not in silence.rules:
        return False
    checks = estate.checks_of(alert.subject)
    if not checks:
        return silence.scope.is_everything
    return all(silence.scope.holds(check.id, check.labels) for check in checks)


def as_json(silence: Silence, now: Micros) -> dict[str, Json]:
    """For programs."""
    return {
        "id": silence.id,
        "state": phase(silence, now).value,
        "checks": list(silence.scope.checks),
        "apis": list(silence.scope.apis),
        "labels": dict(silence.scope.labels),
        "rules": list(silence.rules),
        "comment": silence.comment,
        "author": silence.author,
        "from": to_iso(silence.start),
        "until": to_iso(silence.until),
        "made_at": to_iso(silence.made_at),
        "ended_at": None if silence.ended_at is None else to_iso(silence.ended_at),
    }
