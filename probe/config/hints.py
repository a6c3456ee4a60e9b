"""What a file may say, and yet is probably not meant."""

from __future__ import annotations

from typing import Final

from probe.model.settings import Settings
from probe.model.units import DAY, format_duration

WHOLE_YEAR: Final = 400 * DAY
"""Thirteen months: this one, and the same of a year ago to compare with."""


def hints(settings: Settings) -> tuple[str, ...]:
    """A sentence for each, with what to do."""
    found = []
    hour = settings.retention.hour
    if hour is not None and hour < WHOLE_YEAR:
        found.append(
            f"retention.hour is {format_duration(hour)}: SLA figures are exact for as long as hours are kept; "
            f"{format_duration(WHOLE_YEAR)} keep thirteen months so"
        )
    return tuple(found)
