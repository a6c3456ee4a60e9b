"""What a file may say, and yet is probably not meant."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from probe.config.alert_warnings import RuleNotes, alert_warnings
from probe.config.burning import BurnNotes
from probe.config.document import Path
from probe.model.settings import Settings
from probe.model.units import DAY, format_duration

WHOLE_YEAR: Final = 400 * DAY
"""Thirteen months: this one, and the same of a year ago to compare with."""


def warnings(settings: Settings, burning: BurnNotes, alerting: RuleNotes) -> Iterator[tuple[Path, str]]:
    """A sentence for each, with what to do, and where it stands."""
    yield from _short_retention(settings)
    yield from _short_verdicts(settings)
    yield from burning.warnings(settings.sla)
    yield from _windows_of_nothing(settings)
    yield from alert_warnings(settings, alerting)


def _short_retention(settings: Settings) -> Iterator[tuple[Path, str]]:
    hour = settings.retention.hour
    if hour is not None and hour < WHOLE_YEAR:
        text = (
            f"SLA figures are exact for as long as hours are kept, which is {format_duration(hour)}; "
            f"{format_duration(WHOLE_YEAR)} keep thirteen months so"
        )
        yield ("retention", "hour"), text


def _short_verdicts(settings: Settings) -> Iterator[tuple[Path, str]]:
    gap = settings.sla.max_gap
    if gap is not None and (few := [check for check in settings.checks if check.interval > gap]):
        text = (
            f"a part of the time is unknown always of checks whose interval is longer than {format_duration(gap)}, "
            f"such as {few[0].id}; leave it out for twice the interval of each"
        )
        yield ("sla", "max_gap"), text


def _windows_of_nothing(settings: Settings) -> Iterator[tuple[Path, str]]:
    labels = {(check.id, check.labels) for check in settings.checks}
    for index, window in enumerate(settings.maintenance):
        if not any(window.scope.holds(check, its) for check, its in labels):
            yield ("maintenance", index, "on"), "fits no check; look at the labels of those that are meant"
