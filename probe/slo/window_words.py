"""What a maintenance window is about, and when, in words; times and days as people write them in the file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from probe.model.maintenance import MaintenanceWindow, Once, Recurring, Scope
from probe.model.units import to_iso
from probe.slo.schedules import MONTHS, WEEKDAYS

_RANGE: Final = 3
"""From so many on a row of days or months is told by its ends."""


def scope_words(scope: Scope) -> str:
    """`all checks`, or what they must be, such as `API orders, team=commerce`."""
    parts = [
        *(f"check {check}" for check in scope.checks),
        *(f"API {api}" for api in scope.apis),
        *(f"{name}={value}" for name, value in scope.labels),
    ]
    return ", ".join(parts) or "all checks"


def schedule_words(window: MaintenanceWindow) -> str:
    """Such as `sun 02:00-04:00 Europe/Berlin`, with the moments between which it counts at all."""
    schedule = window.schedule
    if isinstance(schedule, Once):
        return _once(schedule, window)
    rules = "; ".join(map(_rule, schedule))
    since = "" if window.since is None else f", from {to_iso(window.since)}"
    until = "" if window.until is None else f", up to {to_iso(window.until)}"
    return rules + since + until


def _once(schedule: Once, window: MaintenanceWindow) -> str:
    start = to_iso(schedule.start)
    planned = f"from {start} on" if schedule.end is None else f"{start} to {to_iso(schedule.end)}"
    return planned if window.until in (None, schedule.end) else f"{planned}, up to {to_iso(window.until)}"


def _rule(rule: Recurring) -> str:
    days = [
        _listed(sorted(rule.weekdays), WEEKDAYS),
        f"day {_ranges(rule.days_of_month)}" if rule.days_of_month else "",
        _listed([month - 1 for month in sorted(rule.months)], MONTHS),
        _ranges(rule.years),
    ]
    said = [part for part in days if part] or ["every day"]
    times = [f"{clock(start)}-{clock(end)}" for start, end in rule.times]
    return " ".join([*said, ", ".join(times), rule.zone] if times else [*said, rule.zone])


def _listed(indexes: Sequence[int], names: Sequence[str]) -> str:
    rows: list[list[int]] = []
    for index in indexes:
        if rows and index == rows[-1][-1] + 1:
            rows[-1].append(index)
        else:
            rows.append([index])
    return ", ".join(part for row in rows for part in _row([names[index][:3] for index in row]))


def _row(names: Sequence[str]) -> Iterable[str]:
    return names if len(names) < _RANGE else (f"{names[0]}:{names[-1]}",)


def _ranges(ranges: Iterable[tuple[int, int]]) -> str:
    return ", ".join(str(first) if first == last else f"{first}:{last}" for first, last in ranges)


def clock(minute: int) -> str:
    """A minute of the day as `02:00`; the last one is followed by `24:00`."""
    return f"{minute // 60:02d}:{minute % 60:02d}"
