"""`probe alerts list`: which rules there are, and which alerts go on, or did."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import typer
from rich.text import Text

from probe.alerting.sentences import condition_words
from probe.cli.incidents.log import one_line, second
from probe.cli.options import one_of
from probe.cli.period import AskedPeriod
from probe.cli.tables import print_table
from probe.config.load import load
from probe.model.alert import Alert
from probe.model.errors import ConfigurationError
from probe.model.ndjson import Json
from probe.model.rule import AlertRule, SubjectKind
from probe.model.settings import Settings
from probe.model.sla import AlertLevel
from probe.model.units import Micros, format_duration, to_iso
from probe.report.words import duration_text
from probe.runtime.clock import SystemClock
from probe.slo.window_words import scope_words
from probe.store import open_store

LEVELS: Final = {AlertLevel.CRITICAL: "bold red", AlertLevel.WARNING: "yellow", AlertLevel.INFO: "cyan"}


def list_command(config: Path, asked: AskedPeriod, format_: str, *, with_past: bool) -> None:
    """Print the rules, and the alerts that go on; with `with_past` those of a period instead."""
    one_of("--format", format_, ("table", "json"))
    if not with_past and (asked.start or asked.end or asked.last):
        raise ConfigurationError("--from, --to and --last are for --history: give that too")
    settings = load(config, needs_secrets=False)
    now = SystemClock().now()
    if format_ == "table" and not with_past:  # they are known also where there is no store yet
        _print_rules(settings)
        typer.echo()
    with open_store(settings.store, create=False) as store:
        if with_past:
            period = asked.read(now=now, zone=ZoneInfo(settings.timezone))
            found = store.alerts.alerts(start=period.start, end=period.end)
        else:
            found = store.alerts.alerts(open_only=True)
    if format_ == "json":
        rules: list[Json] = [rule_json(rule) for rule in settings.rules]
        alerts: list[Json] = [alert_json(alert, now=now) for alert in found]
        typer.echo(json.dumps({"rules": rules, "alerts": alerts}, ensure_ascii=False))
        return
    _print_alerts(found, now=now, with_past=with_past)


def _print_rules(settings: Settings) -> None:
    if not settings.rules:
        typer.echo("no rules: write alerts into the file, or channels for the usual ones")
        return
    print_table(("rule", "level", "about", "when", "tells"), [row for rule in settings.rules for row in _rows(rule)])
    if settings.rules[0].is_default:
        typer.echo("these are the default rules, for the file has channels and no alerts")


def _rows(rule: AlertRule) -> Iterator[tuple[str | Text, ...]]:
    """One a level."""
    for index, level in enumerate(rule.levels):
        told = ", ".join(level.notify) or "nobody"
        when = condition_words(level.condition)
        name, about = ("", "") if index else (rule.name, about_words(rule))
        yield name, Text(level.level, LEVELS[level.level]), about, when, told


def about_words(rule: AlertRule) -> str:
    """Which checks a rule is about, or which APIs."""
    if rule.per is SubjectKind.PROBER:
        return "probe itself"
    words = scope_words(rule.scope)
    return f"APIs of {words}" if rule.per is SubjectKind.API else words


def _print_alerts(found: Sequence[Alert], *, now: Micros, with_past: bool) -> None:
    if not found:
        typer.echo("there was no alert" if with_past else "no alert goes on")
        return
    columns = ("alert", "level", "about", "rule", "since", "lasted", "found")
    print_table(
        columns,
        [_row(alert, now) for alert in found],
        unbroken=("alert", "level"),
        below=("since", "lasted", "found"),
    )


def _row(alert: Alert, now: Micros) -> tuple[str | Text, ...]:
    end = now if alert.resolved_at is None else alert.resolved_at
    lasted = duration_text(max(end - alert.since, 0))
    return (
        alert.id,
        Text(alert.level, LEVELS[alert.level] if alert.is_firing else "bright_black"),
        str(alert.subject),
        alert.rule,
        second(alert.since),
        lasted if alert.resolved_at is not None else f"{lasted}, goes on",
        _found(alert),
    )


def _found(alert: Alert) -> str:
    said = [alert.reading if alert.is_firing or not alert.resolution else alert.resolution]
    if alert.is_firing and not alert.has_data:
        said.append("without data now")
    if alert.acknowledged_by is not None:
        said.append(f"acknowledged by {alert.acknowledged_by}")
    return one_line("; ".join(said))


def rule_json(rule: AlertRule) -> dict[str, Json]:
    """A rule for programs."""
    return {
        "name": rule.name,
        "about": about_words(rule),
        "per": rule.per.value,
        "levels": [
            {"level": each.level.value, "when": condition_words(each.condition), "notify": list(each.notify)}
            for each in rule.levels
        ],
        "remind": None if rule.remind is None else format_duration(rule.remind),
        "escalate": [{"after": format_duration(each.after), "notify": list(each.notify)} for each in rule.escalations],
        "default": rule.is_default,
    }


def alert_json(alert: Alert, *, now: Micros) -> dict[str, Json]:
    """An alert for programs."""
    end = now if alert.resolved_at is None else alert.resolved_at
    return {
        "id": alert.id,
        "rule": alert.rule,
        "kind": alert.subject.kind.value,
        "subject": alert.subject.id,
        "level": alert.level.value,
        "state": "firing" if alert.is_firing else "resolved",
        "since": to_iso(alert.since),
        "fired_at": to_iso(alert.fired_at),
        "resolved_at": None if alert.resolved_at is None else to_iso(alert.resolved_at),
        "lasted_seconds": max(end - alert.since, 0) // 1_000_000,
        "reading": alert.reading,
        "expected": alert.expected,
        "resolution": alert.resolution,
        "has_data": alert.has_data,
        "locations": list(alert.locations),
        "acknowledged_by": alert.acknowledged_by,
        "acknowledged_at": None if alert.acknowledged_at is None else to_iso(alert.acknowledged_at),
    }
