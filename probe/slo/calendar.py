"""Days, weeks, months … of a calendar: borders are found in the zone, and subtracted in UTC."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final, NamedTuple

from probe.model.sla import CalendarUnit
from probe.model.units import HOUR, Micros, from_datetime, to_datetime

LONGEST_DAY: Final[Micros] = 27 * HOUR
"""Antarctica/Casey sets its clocks back by three hours; since 2000 no zone has set them back by more in a day."""

_DAYS: Final = {CalendarUnit.DAY: 1, CalendarUnit.WEEK: 7}
_MONTHS: Final = {CalendarUnit.MONTH: 1, CalendarUnit.QUARTER: 3, CalendarUnit.YEAR: 12}


class CalendarDay(NamedTuple):
    """A day of a zone as the moments `[start, end)`; 23 or 25 hours long where the clocks change."""

    date: date
    start: Micros
    end: Micros


def days_until(now: Micros, *, zone: tzinfo, count: int) -> tuple[CalendarDay, ...]:
    """The last `count` days of the zone, oldest first; today, still running, is the last."""
    today = to_datetime(now).astimezone(zone).date()
    dates = [today - timedelta(days=back) for back in reversed(range(count))]
    borders = [midnight(day, zone) for day in [*dates, today + timedelta(days=1)]]
    return tuple(CalendarDay(*day) for day in zip(dates, borders, borders[1:], strict=False))


def day_of(moment: Micros, *, zone: tzinfo) -> CalendarDay:
    """The zone's day that a moment lies in."""
    return _day(to_datetime(moment).astimezone(zone).date(), zone)


def next_day(day: CalendarDay, *, zone: tzinfo) -> CalendarDay:
    """The one after it."""
    return _day(day.date + timedelta(days=1), zone)


def _day(day: date, zone: tzinfo) -> CalendarDay:
    return CalendarDay(day, midnight(day, zone), midnight(day + timedelta(days=1), zone))


def midnight(day: date, zone: tzinfo) -> Micros:
    """The moment with which a day of the zone begins."""
    return from_datetime(datetime.combine(day, time(), tzinfo=zone))


def first_day(unit: CalendarUnit, day: date) -> date:
    """That of the day, week, month … that a day lies in."""
    if unit in _DAYS:
        return day - timedelta(days=day.weekday() if unit is CalendarUnit.WEEK else 0)
    return date(day.year, day.month - (day.month - 1) % _MONTHS[unit], 1)


def following(unit: CalendarUnit, first: date) -> date:
    """The first day of the next one. Raises `ValueError` or `OverflowError` where the calendar ends before."""
    if unit in _DAYS:
        return first + timedelta(days=_DAYS[unit])
    years, month = divmod(first.month - 1 + _MONTHS[unit], 12)
    return date(first.year + years, month + 1, 1)
