"""Times, days, months and years of recurring windows as people write them; Alertmanager's syntax, and a little more."""

from __future__ import annotations

import re
from typing import Final

MINUTES_OF_A_DAY: Final = 1440

_TIME: Final = r"([01]\d|2[0-3]):([0-5]\d)"
_TIMES: Final = re.compile(rf"{_TIME}-(?:{_TIME}|24:00)", re.ASCII)
_RANGE: Final = re.compile(r"([^:]*)(?::([^:]*))?")
_DAY: Final = re.compile(r"-?\d{1,2}", re.ASCII)
_MONTH_NUMBER: Final = re.compile(r"0?[1-9]|1[0-2]", re.ASCII)
_YEAR: Final = re.compile(r"\d{4}", re.ASCII)
WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS: Final = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_LONGEST_MONTH: Final = 31
_LONGEST_SHOWN: Final = 40


def parse_times(text: str) -> tuple[int, int]:
    """`02:00-04:00` as minutes of the day `[start, end)`; `23:00-02:00` goes over midnight, `00:00-24:00` is a day.

    Raises:
        ValueError: it is none; the message says what one looks like.
    """
    found = _TIMES.fullmatch(text)
    if not found:
        raise ValueError(f"{_shown(text)} is not a time of the day from and to, such as 02:00-04:00 or 22:00-24:00")
    start = int(found[1]) * 60 + int(found[2])
    end = int(found[3]) * 60 + int(found[4]) if found[3] else MINUTES_OF_A_DAY
    if start == end:
        raise ValueError(f"{_shown(text)} ends when it begins; for the whole day write 00:00-24:00")
    return start, end


def parse_weekdays(text: str) -> frozenset[int]:
    """`sun`, `sunday` or a range of both ends, such as `monday:friday` or `sat:mon`; 0 is Monday.

    Raises:
        ValueError: it is none; the message says what one looks like.
    """
    first, last = _ends(text)
    start, end = _named(first, WEEKDAYS), _named(last, WEEKDAYS)
    if start is None or end is None:
        raise ValueError(
            f"{_shown(text)} is not a day of the week, such as sun or sunday, nor a range, such as mon:fri"
        )
    return _around(start, end, len(WEEKDAYS))


def parse_days_of_month(text: str) -> tuple[int, int]:
    """`1`, `-1` (the last) or a range of both ends, such as `1:5`, `-3:-1` or `25:-1`.

    Raises:
        ValueError: it is none, or ends before it begins in every month; the message says what one looks like.
    """
    start, end = (int(part) if _DAY.fullmatch(part) else 0 for part in _ends(text))
    if not (1 <= abs(start) <= _LONGEST_MONTH and 1 <= abs(end) <= _LONGEST_MONTH):
        raise ValueError(
            f"{_shown(text)} is not a day of the month: 1 to 31, -1 to -31 from its end, or a range, such as 1:5 or -3:-1"
        )
    if start < 0 < end:
        raise ValueError(f"{_shown(text)}: a range that begins from the month's end must end so too, such as -3:-1")
    if _from_the_start(start) > _from_the_start(end):
        raise ValueError(f"{_shown(text)} ends before it begins; write the earlier day first, such as 1:5 or -3:-1")
    return start, end


def parse_months(text: str) -> frozenset[int]:
    """`mar`, `march`, `3` or a range of both ends, such as `june:august` or `11:2`.

    Raises:
        ValueError: it is none; the message says what one looks like.
    """
    start, end = (_month(part) for part in _ends(text))
    if start is None or end is None:
        raise ValueError(f"{_shown(text)} is not a month, such as mar, march or 3, nor a range, such as june:august")
    return frozenset(month + 1 for month in _around(start, end, len(MONTHS)))


def parse_years(text: str) -> tuple[int, int]:
    """`2026` or a range of both ends, such as `2026:2028`.

    Raises:
        ValueError: it is none, or ends before it begins; the message says what one looks like.
    """
    start, end = (int(part) if _YEAR.fullmatch(part) else 0 for part in _ends(text))
    if not start or not end:
        raise ValueError(f"{_shown(text)} is not a year, such as 2026, nor a range, such as 2026:2028")
    if start > end:
        raise ValueError(f"{_shown(text)} ends before it begins; write the earlier year first, such as 2026:2028")
    return start, end


def _ends(text: str) -> tuple[str, str]:
    """Of a range; of one thing it is both. Nothing where there are too many."""
    found = _RANGE.fullmatch(text)
    if not found:
        return "", ""
    return found[1], found[1] if found[2] is None else found[2]


def _named(text: str, names: tuple[str, ...]) -> int | None:
    """The index of a name, in full or by its first three letters."""
    return next((index for index, name in enumerate(names) if text.lower() in {name, name[:3]}), None)


def _month(text: str) -> int | None:
    return int(text) - 1 if _MONTH_NUMBER.fullmatch(text) else _named(text, MONTHS)


def _around(start: int, end: int, count: int) -> frozenset[int]:
    """Both ends and what lies between them, past the last one on with the first."""
    return frozenset((start + step) % count for step in range((end - start) % count + 1))


def _from_the_start(day: int) -> int:
    """As a day of the longest month."""
    return day if day > 0 else _LONGEST_MONTH + 1 + day


def _shown(text: str) -> str:
    return f'"{text[:_LONGEST_SHOWN]}"'
