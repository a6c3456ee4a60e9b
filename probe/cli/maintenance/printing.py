"""Windows for programs, as JSON."""

from __future__ import annotations

from probe.model.maintenance import MaintenanceWindow, Once, Recurring
from probe.model.units import Micros, to_iso
from probe.slo.schedules import MONTHS, WEEKDAYS
from probe.slo.window_words import clock


def as_json(window: MaintenanceWindow) -> dict[str, object]:
    """The window, with its times as the file has them."""
    schedule = window.schedule
    return {
        "id": window.id or None,
        "name": window.name,
        "origin": "command" if window.id else "file",
        "checks": list(window.scope.checks),
        "apis": list(window.scope.apis),
        "labels": dict(window.scope.labels),
        "from": _moment(window.begins),
        "to": _moment(window.ends),
        "intervals": [] if isinstance(schedule, Once) else [_interval(rule) for rule in schedule],
    }


def _interval(rule: Recurring) -> dict[str, object]:
    """In Alertmanager's syntax, but for times over midnight."""
    return {
        "times": [{"start_time": clock(start), "end_time": clock(end)} for start, end in rule.times],
        "weekdays": [WEEKDAYS[day] for day in sorted(rule.weekdays)],
        "days_of_month": [_range(days) for days in rule.days_of_month],
        "months": [MONTHS[month - 1] for month in sorted(rule.months)],
        "years": [_range(years) for years in rule.years],
        "location": rule.zone,
    }


def _range(ends: tuple[int, int]) -> str:
    first, last = ends
    return str(first) if first == last else f"{first}:{last}"


def _moment(moment: Micros | None) -> str | None:
    return None if moment is None else to_iso(moment)
