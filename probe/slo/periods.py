"""Periods as people name them, and where they are cut: borders are found in the zone, and counted in UTC."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, tzinfo
from enum import StrEnum
from itertools import islice
from typing import Final, NamedTuple, TypeAlias

from probe.model.sla import CalendarUnit
from probe.model.units import DAY, MINUTE, WEEK, Micros, from_iso, parse_duration, to_datetime
from probe.slo.calendar import first_day, following, midnight

MOST_PARTS: Final = 100_000
"""Of one period; more come of a mistake."""

EARLIEST: Final[Micros] = -70 * 365 * DAY - 17 * DAY
"""1900 begins: as far back as anybody may ask, so that what is looked at before it is still in the calendar."""

_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MONTH: Final = re.compile(r"(\d{4})-(\d\d)", re.ASCII)
_WEEK: Final = re.compile(r"(\d{4})-?W(\d\d)", re.ASCII)
_YEAR: Final = re.compile(r"\d{4}", re.ASCII)
_QUARTER: Final = re.compile(r"(\d{4})-?[Qq]([1-4])", re.ASCII)
_MONTHS: Final = 12


class Period(NamedTuple):
    """The moments `[start, end)`."""

    start: Micros
    end: Micros


class CalendarStep(StrEnum):
    """Steps that have no length of their own."""

    DAY = "1d"
    WEEK = "1w"
    MONTH = "month"
    QUARTER = "quarter"
    WHOLE = "whole"


_CALENDAR_STEPS: Final = {DAY: CalendarStep.DAY, WEEK: CalendarStep.WEEK}

_UNITS: Final = {
    CalendarStep.DAY: CalendarUnit.DAY,
    CalendarStep.WEEK: CalendarUnit.WEEK,
    CalendarStep.MONTH: CalendarUnit.MONTH,
    CalendarStep.QUARTER: CalendarUnit.QUARTER,
}

Step: TypeAlias = Micros | CalendarStep


def period_of(unit: CalendarUnit, day: date, zone: tzinfo) -> Period:
    """The day, week, month … of the zone that a day lies in.

    Raises:
        ValueError, OverflowError: the calendar ends before it does.
    """
    first = first_day(unit, day)
    return Period(midnight(first, zone), midnight(following(unit, first), zone))


def parse_moment(text: str, *, zone: tzinfo) -> Micros:
    """A moment, or the midnight that a date begins with.

    Raises:
        ValueError: it is neither, or lies before `EARLIEST`.
    """
    moment: Micros | None = None
    with suppress(ValueError, OverflowError):
        moment = midnight(date.fromisoformat(text), zone) if _DATE.fullmatch(text) else from_iso(text)
    if moment is not None and moment >= EARLIEST:
        return moment
    if moment is not None:
        raise ValueError(f'"{text[:40]}" lies before 1900, when nothing was measured')
    raise ValueError(f'"{text[:40]}" is neither a date, such as 2026-11-01, nor a moment, such as 2026-11-01T00:00:00Z')


def parse_day(text: str, zone: tzinfo) -> Period:
    """`2026-10-25`. Raises `ValueError` for what is no day."""
    with suppress(ValueError, OverflowError):
        if _DATE.fullmatch(text):
            return period_of(CalendarUnit.DAY, date.fromisoformat(text), zone)
    raise ValueError(f'"{text[:40]}" is not a day, such as 2026-10-25')


def parse_week(text: str, zone: tzinfo) -> Period:
    """`2026-W43`, from Monday on (ISO 8601). Raises `ValueError` for what is no week."""
    with suppress(ValueError, OverflowError):
        if found := _WEEK.fullmatch(text):
            return period_of(CalendarUnit.WEEK, date.fromisocalendar(int(found[1]), int(found[2]), 1), zone)
    raise ValueError(f'"{text[:40]}" is not a week, such as 2026-W43')


def parse_month(text: str, zone: tzinfo) -> Period:
    """`2026-10`. Raises `ValueError` for what is no month."""
    found = _MONTH.fullmatch(text)
    if found and int(found[1]) and 1 <= int(found[2]) <= _MONTHS:
        return _named(CalendarUnit.MONTH, int(found[1]), int(found[2]), zone)
    raise ValueError(f'"{text[:40]}" is not a month, such as 2026-10')


def parse_quarter(text: str, zone: tzinfo) -> Period:
    """`2026-Q4`. Raises `ValueError` for what is no quarter."""
    found = _QUARTER.fullmatch(text)
    if found and int(found[1]):
        return _named(CalendarUnit.QUARTER, int(found[1]), int(found[2]) * 3 - 2, zone)
    raise ValueError(f'"{text[:40]}" is not a quarter, such as 2026-Q4')


def parse_year(text: str, zone: tzinfo) -> Period:
    """`2026`. Raises `ValueError` for what is no year."""
    found = _YEAR.fullmatch(text)
    if found and int(found[0]):
        return _named(CalendarUnit.YEAR, int(found[0]), 1, zone)
    raise ValueError(f'"{text[:40]}" is not a year, such as 2026')


def parse_step(text: str) -> Step:
    """`15m`, `1h`, `1d`, `1w`, `month`, `quarter` or `whole`.

    Raises:
        ValueError: it is none of them, or doesn't divide a day.
    """
    with suppress(ValueError):
        return CalendarStep(text)
    step = 0
    with suppress(ValueError):
        step = parse_duration(text)
    if step in _CALENDAR_STEPS:
        return _CALENDAR_STEPS[step]
    if step < MINUTE or DAY % step:
        known = ", ".join(CalendarStep)
        raise ValueError(f'"{text[:40]}" is none of {known}, nor minutes or hours that divide a day, such as 15m or 1h')
    return step


def cuts(period: Period, step: Step, *, zone: tzinfo) -> tuple[Micros, ...]:
    """The period's start, every border inside it, and its end.

    Durations are counted in UTC, so that an hour is one also when the clocks change; a week begins on Monday.

    Raises:
        ValueError: there are more parts than can be meant.
    """
    if isinstance(step, CalendarStep):
        borders = _calendar_borders(period, step, zone)
    else:
        borders = iter(range(period.start - period.start % step + step, period.end, step))
    inner = list(islice(borders, MOST_PARTS))
    if len(inner) == MOST_PARTS:
        raise ValueError(f"that makes more than {MOST_PARTS:,} parts; take longer ones, or a shorter period")
    return (period.start, *inner, period.end)


def _calendar_borders(period: Period, step: CalendarStep, zone: tzinfo) -> Iterator[Micros]:
    if step is CalendarStep.WHOLE:
        return
    unit = _UNITS[step]
    day = first_day(unit, to_datetime(period.start).astimezone(zone).date())
    while (border := midnight(day := following(unit, day), zone)) < period.end:
        if border > period.start:
            yield border


def _named(unit: CalendarUnit, year: int, month: int, zone: tzinfo) -> Period:
    try:
        return period_of(unit, date(year, month, 1), zone)
    except (ValueError, OverflowError):
        raise ValueError(f"the calendar ends before {year}-{month:02d} does") from None
