"""Windows of the calendar and of maintenance, by the standard library's zones and nothing else."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def micros(moment: datetime) -> int:
    """Since the epoch; the subtraction is one in UTC."""
    return (moment.astimezone(UTC) - EPOCH) // timedelta(microseconds=1)


def local(moment: int, zone: str) -> datetime:
    """The clock on the wall."""
    return (EPOCH + timedelta(microseconds=moment)).astimezone(ZoneInfo(zone))


def midnight(day: date, zone: str) -> int:
    """When a day begins."""
    return micros(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)))


def window_around(moment: int, unit: str, zone: str) -> tuple[int, int]:
    """The day, week (from Monday), month, quarter or year that a moment lies in: `[start, end)`."""
    today = local(moment, zone).date()
    first, after = _days(today, unit)
    return midnight(first, zone), midnight(after, zone)


def _days(today: date, unit: str) -> tuple[date, date]:
    if unit == "day":
        return today, today + timedelta(days=1)
    if unit == "week":
        monday = today - timedelta(days=today.weekday())
        return monday, monday + timedelta(days=7)
    months = {"month": 1, "quarter": 3, "year": 12}[unit]
    first = today.year * 12 + (today.month - 1) // months * months
    return _month(first), _month(first + months)


def _month(number: int) -> date:
    return date(number // 12, number % 12 + 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weekly:
    """Maintenance on some days of the week (0 is Monday) while the clock on the wall shows a time in `[start, end)`.

    One that ends before it begins ends on the day after. Minutes of the day.
    """

    zone: str
    days: Collection[int]
    start: int
    end: int

    def __call__(self, moment: int) -> bool:
        """Whether a moment is in it."""
        clock = local(moment, self.zone)
        minute = clock.hour * 60 + clock.minute
        if self.start < self.end:
            return clock.weekday() in self.days and self.start <= minute < self.end
        began_today = clock.weekday() in self.days and minute >= self.start
        return began_today or ((clock.weekday() - 1) % 7 in self.days and minute < self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Once:
    """Maintenance in `[start, end)`."""

    start: int
    end: int

    def __call__(self, moment: int) -> bool:
        """Whether a moment is in it."""
        return self.start <= moment < self.end
