"""Maintenance windows as JSON: always the same for the same window."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from probe.model.maintenance import MaintenanceWindow, Once, Recurring, Schedule, Scope


def pack(window: MaintenanceWindow) -> str:
    """All of it but its id."""
    return json.dumps(
        {
            "name": window.name,
            "scope": scope_as_json(window.scope),
            "schedule": _of_schedule(window.schedule),
            "since": window.since,
            "until": window.until,
        },
        ensure_ascii=False,
    )


def unpack(content: str, *, id_: str = "") -> MaintenanceWindow:
    """The window that was packed. Raises `ValueError`, `LookupError`, `TypeError` or `AttributeError` for what is none."""
    value = json.loads(content)
    return MaintenanceWindow(
        id=id_,
        name=value["name"],
        scope=scope_of(value["scope"]),
        schedule=_schedule(value["schedule"]),
        since=value["since"],
        until=value["until"],
    )


def scope_as_json(scope: Scope) -> dict[str, object]:
    """Of which checks something is, as values that JSON has."""
    return {"checks": sorted(scope.checks), "apis": sorted(scope.apis), "labels": sorted(scope.labels)}


def scope_of(value: Mapping[str, Any]) -> Scope:
    """The scope that was said so. Raises `LookupError` or `TypeError` for what is none."""
    return Scope(
        checks=tuple(value["checks"]),
        apis=tuple(value["apis"]),
        labels=tuple((name, content) for name, content in value["labels"]),
    )


def _of_schedule(schedule: Schedule) -> object:
    if isinstance(schedule, Once):
        return {"start": schedule.start, "end": schedule.end}
    return [
        {
            "zone": rule.zone,
            "times": sorted(rule.times),
            "weekdays": sorted(rule.weekdays),
            "days_of_month": sorted(rule.days_of_month),
            "months": sorted(rule.months),
            "years": sorted(rule.years),
        }
        for rule in schedule
    ]


def _schedule(value: Any) -> Schedule:
    if isinstance(value, dict):
        return Once(start=value["start"], end=value["end"])
    return tuple(
        Recurring(
            zone=rule["zone"],
            times=_pairs(rule["times"]),
            weekdays=frozenset(rule["weekdays"]),
            days_of_month=_pairs(rule["days_of_month"]),
            months=frozenset(rule["months"]),
            years=_pairs(rule["years"]),
        )
        for rule in value
    )


def _pairs(value: list[list[int]]) -> tuple[tuple[int, int], ...]:
    return tuple((first, last) for first, last in value)
