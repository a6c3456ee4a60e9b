"""What of each tier may go: no result before it is in an hour, no hour before it is in a day. Pure; `purging` does it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from probe.model.settings import Retention
from probe.model.units import HOUR, Micros
from probe.slo.calendar import day_of

NEVER: Final[Micros] = 0
"""Before it lies nothing, so nothing goes."""


class Tier(StrEnum):
    """What is kept for a time of its own, in the order in which it is purged."""

    RAW = "raw"
    HOUR = "hour"
    DAY = "day"
    EVIDENCE = "evidence"


class Purged(NamedTuple):
    """A batch that is gone."""

    tier: Tier
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """How far a location is rolled up.

    Attributes:
        location: its name.
        until: results before it are in hours, but for those of `stale_hour` and later marks.
        raw_from, hours_from: what may have been purged already.
        zone: IANA name, of its days.
        stale_hour, stale_day: when the first that is to be rolled up begins; `None` if there is none.
    """

    location: str
    until: Micros = 0
    raw_from: Micros = 0
    hours_from: Micros = 0
    zone: str = "UTC"
    stale_hour: Micros | None = None
    stale_day: Micros | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Borders:
    """Rows before them go: of results their slot, of hours and days their beginning."""

    raw: Micros
    hour: Micros
    day: Micros
    evidence: Micros

    def of(self, tier: Tier) -> Micros:
        """That of a tier."""
        border: Micros = getattr(self, tier)
        return border


def borders(place: Place, retention: Retention, *, now: Micros, raw_unit: Micros = HOUR) -> Borders:
    """Where a location's tiers end, each on a border of the tier above it: an hour or a day goes whole or not at all.

    Results go by `raw_unit`, hours or days of UTC.
    """
    zone = ZoneInfo(place.zone)
    whole_hours = min(place.until, place.until if place.stale_hour is None else place.stale_hour)
    whole_days = min(whole_hours, whole_hours if place.stale_day is None else place.stale_day)
    raw = max(min(border(retention.raw, now), whole_hours) // raw_unit * raw_unit, place.raw_from)
    hour = min(border(retention.hour, now), whole_days, raw)
    hour = max(day_of(hour, zone=zone).start // HOUR * HOUR, place.hours_from)
    day = min(border(retention.day, now), hour)
    return Borders(
        raw=raw,
        hour=hour,
        day=max(day_of(day, zone=zone).start, NEVER),
        evidence=border(retention.evidence, now),
    )


def border(age: Micros | None, now: Micros) -> Micros:
    """What is older than this goes; `NEVER` for what is kept for ever."""
    return NEVER if age is None else max(now - age, NEVER)
