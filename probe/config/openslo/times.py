"""OpenSLO's durations, and its windows as ours."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from probe.config.openslo.entry import Entry
from probe.model.sla import CalendarUnit, ObjectiveWindow
from probe.model.units import DAY, HOUR, MINUTE, WEEK, Micros, format_duration
from probe.slo.burn import nominal

DEFAULT_WINDOW: Final = 30 * DAY
_SHORTHAND: Final = re.compile(r"([1-9]\d{0,8})([mhdwMQY])", re.ASCII)
_UNITS: Final = {"w": WEEK, "d": DAY, "h": HOUR, "m": MINUTE}
_SHOWN: Final = {
    CalendarUnit.DAY: "1d",
    CalendarUnit.WEEK: "1w",
    CalendarUnit.MONTH: "1M",
    CalendarUnit.QUARTER: "1Q",
    CalendarUnit.YEAR: "1Y",
}
CALENDAR: Final = {text: unit for unit, text in _SHOWN.items()} | {
    "24h": CalendarUnit.DAY,
    "7d": CalendarUnit.WEEK,
    "3M": CalendarUnit.QUARTER,
    "12M": CalendarUnit.YEAR,
    "4Q": CalendarUnit.YEAR,
}
_NOMINAL: Final = {"M": CalendarUnit.MONTH, "Q": CalendarUnit.QUARTER, "Y": CalendarUnit.YEAR}
_QUARTER_MONTHS: Final = 3
BEGINS: Final = {
    CalendarUnit.DAY: "at 00:00",
    CalendarUnit.WEEK: "on Mondays at 00:00",
    CalendarUnit.MONTH: "on the first of a month at 00:00",
    CalendarUnit.QUARTER: "on the first of January, April, July and October at 00:00",
    CalendarUnit.YEAR: "on the first of January at 00:00",
}


class Window(NamedTuple):
    """A window, and the zone of one that is the calendar's."""

    window: ObjectiveWindow
    zone: str | None = None


def shorthand(duration: Micros) -> str | None:
    """`4w` as OpenSLO writes it, in the largest unit that fits; `None` where it isn't whole minutes."""
    return next((f"{duration // size}{unit}" for unit, size in _UNITS.items() if not duration % size), None)


def calendar_shorthand(unit: CalendarUnit) -> str:
    """`1M` for a month."""
    return _SHOWN[unit]


def read_duration(entry: Entry, key: str, *, required: bool = False) -> Micros | None:
    """A duration such as `4w`; a month is 30 days, a quarter 90, a year 365."""
    text = entry.text(key, required=required)
    return None if text is None else _parsed(entry, key, text)


def read_slice(entry: Entry) -> Micros | None:
    """`timeSliceWindow`: a number is minutes."""
    text = entry.text("timeSliceWindow", required=True)
    if text is not None and re.fullmatch(r"[1-9]\d{0,8}", text, re.ASCII):
        return int(text) * MINUTE
    return None if text is None else _parsed(entry, "timeSliceWindow", text)


def read_window(spec: Entry) -> Window | None:
    """The one window of an SLO; `None` where there is none that we have, which is told."""
    windows = spec.entries("timeWindow")
    if "timeWindow" not in spec:
        spec.lose(f"there is no timeWindow; {format_duration(DEFAULT_WINDOW)} are taken")
        return Window(DEFAULT_WINDOW)
    if len(windows) != 1:
        spec.blame(f"must have exactly one item; found {len(windows)}", "timeWindow")
        return None
    window = windows[0]
    text = window.text("duration", required=True)
    rolls = window.flag("isRolling")
    calendar = window.entry("calendar")
    if calendar and rolls:
        window.blame("a window that rolls has no calendar; remove one of them", "isRolling")
    elif calendar and text:
        return _aligned(window, calendar, text)
    elif rolls is False:
        window.blame("a window that doesn't roll needs a calendar", "isRolling")
    elif text and (length := _parsed(window, "duration", text)):
        if text[-1] in _NOMINAL:
            window.lose(f"rolls over {format_duration(length)}", "duration")
        return Window(length)
    return None


def _parsed(entry: Entry, key: str, text: str) -> Micros | None:
    found = _SHORTHAND.fullmatch(text)
    if not found:
        entry.blame(f'"{text[:40]}" is not a duration; write a number and one of m h d w M Q Y, such as 4w', key)
        return None
    unit = found[2]
    return int(found[1]) * (nominal(_NOMINAL[unit]) if unit in _NOMINAL else _UNITS[unit])


def _aligned(window: Entry, calendar: Entry, text: str) -> Window | None:
    start, zone = calendar.text("startTime", required=True), calendar.text("timeZone", required=True)
    begins = _start(calendar, start) if start else None
    if zone and not _is_zone(zone):
        calendar.blame(f'"{zone[:60]}" is not a time zone; write an IANA name, such as Europe/Berlin', "timeZone")
        return None
    if not begins or not zone or not _parsed(window, "duration", text):
        return None
    if (unit := CALENDAR.get(text)) is None:
        known = ", ".join(_SHOWN.values())
        window.refuse(f"windows of the calendar are {known} here; {text} is none of them", "duration")
        return None
    if not _is_border(unit, begins):
        calendar.refuse(
            f"windows of {text} begin {BEGINS[unit]} here; this one begins {begins:%A %Y-%m-%d %H:%M:%S}",
            "startTime",
        )
        return None
    return Window(unit, zone)


def _start(calendar: Entry, text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo:
        calendar.blame(
            f'"{text[:40]}" is not a date and a time without a zone, such as 2026-01-01 00:00:00', "startTime"
        )
        return None
    return found


def _is_border(unit: CalendarUnit, moment: datetime) -> bool:
    """Whether a window may begin there, by the clock on the wall."""
    if moment - moment.replace(hour=0, minute=0, second=0, microsecond=0) != timedelta():
        return False
    first = moment.day == 1
    return {
        CalendarUnit.DAY: True,
        CalendarUnit.WEEK: moment.weekday() == 0,
        CalendarUnit.MONTH: first,
        CalendarUnit.QUARTER: first and moment.month % _QUARTER_MONTHS == 1,
        CalendarUnit.YEAR: first and moment.month == 1,
    }[unit]


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        return False
    return True
