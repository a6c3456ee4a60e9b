"""Units: times are integer microseconds since the epoch, UTC; durations integer microseconds; sizes bytes."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Final, TypeAlias

Micros: TypeAlias = int
"""A duration, or a moment since 1970-01-01T00:00:00Z, in microseconds."""

MILLISECOND: Final[Micros] = 1_000
SECOND: Final[Micros] = 1_000_000
MINUTE: Final[Micros] = 60 * SECOND
HOUR: Final[Micros] = 60 * MINUTE
DAY: Final[Micros] = 24 * HOUR
WEEK: Final[Micros] = 7 * DAY

_DURATION_UNITS: Final = {
    "us": 1,
    "ms": MILLISECOND,
    "s": SECOND,
    "m": MINUTE,
    "h": HOUR,
    "d": DAY,
    "w": WEEK,
}
_DURATION_PART: Final = re.compile(r"(\d+(?:\.\d+)?)(us|ms|s|m|h|d|w)", re.ASCII)
_DURATION: Final = re.compile(rf"(?:{_DURATION_PART.pattern})+", re.ASCII)
_SPELT_OUT_PART: Final = re.compile(
    r"(\d+(?:\.\d+)?)\s*(?:(?P<us>us|microseconds?)|(?P<ms>ms|msecs?|milliseconds?)|(?P<s>s|secs?|seconds?)"
    r"|(?P<m>m|mins?|minutes?)|(?P<h>h|hrs?|hours?)|(?P<d>d|days?)|(?P<w>w|weeks?))",
    re.ASCII,
)
_SPELT_OUT: Final = re.compile(rf"(?:{_SPELT_OUT_PART.pattern}\s*)+", re.ASCII)
_SIZE_UNITS: Final = {
    "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "kib": 2**10, "mib": 2**20, "gib": 2**30,
}  # fmt: skip
_SIZE: Final = re.compile(r"(\d+(?:\.\d+)?)\s*([kmg]i?b|b)", re.ASCII | re.IGNORECASE)
_PERCENTAGE: Final = re.compile(r"(\d+(?:\.\d+)?)\s*%", re.ASCII)
_MOMENT: Final = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d{1,12}))?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST_NUMBER: Final = 40  # digits; more is a mistake or an attack, and slow to convert


def parse_duration(text: str) -> Micros:
    """`500ms`, `1.5s`, `1h30m` in microseconds.

    Raises:
        ValueError: it is not a duration; the message says what one looks like.
    """
    if len(text) > _LONGEST_NUMBER or not _DURATION.fullmatch(text):
        advice = _respelt(text[:_LONGEST_NUMBER]) or "a number and a unit (ms s m h d w), such as 30s or 1h30m"
        raise ValueError(f'"{text[:_LONGEST_NUMBER]}" is not a duration; write {advice}')
    return round(sum(float(number) * _DURATION_UNITS[unit] for number, unit in _DURATION_PART.findall(text)))


def _respelt(text: str) -> str | None:
    """`14 days` as it should be written: `14d`."""
    if not _SPELT_OUT.fullmatch(text):
        return None
    return "".join(f"{part[1]}{part.lastgroup}" for part in _SPELT_OUT_PART.finditer(text))


def parse_size(text: str) -> int:
    """`64KiB`, `1.5MB`, `200B` in bytes.

    Raises:
        ValueError: it is not a size; the message says what one looks like.
    """
    found = _SIZE.fullmatch(text) if len(text) <= _LONGEST_NUMBER else None
    if not found:
        raise ValueError(
            f'"{text[:_LONGEST_NUMBER]}" is not a size; write a number and a unit (B KB MB GB KiB MiB GiB), such as 64KiB'
        )
    return round(float(found[1]) * _SIZE_UNITS[found[2].lower()])


def parse_percentage(text: str) -> Fraction:
    """`99.9%` as exactly 999/1000.

    Raises:
        ValueError: it is not a percentage; the message says what one looks like.
    """
    found = _PERCENTAGE.fullmatch(text) if len(text) <= _LONGEST_NUMBER else None
    if not found:
        raise ValueError(f'"{text[:_LONGEST_NUMBER]}" is not a percentage; write a number and %, such as 99.9%')
    return Fraction(found[1]) / 100


def format_percentage(share: Fraction) -> str:
    """The shortest form that `parse_percentage` reads back, of whatever that gave: `999/1000` as `99.9%`."""
    hundredth = share * 100
    number = f"{Decimal(hundredth.numerator) / Decimal(hundredth.denominator):f}"
    return (number.rstrip("0").rstrip(".") if "." in number else number) + "%"


def format_duration(value: Micros) -> str:
    """The shortest exact form that `parse_duration` reads back: `90s` as `1m30s`, `1500` as `1.5ms`."""
    if value < 0:
        return f"-{format_duration(-value)}"
    if value < SECOND:
        return "0s" if value == 0 else f"{value / MILLISECOND:g}ms"
    parts = []
    for unit, size in (("d", DAY), ("h", HOUR), ("m", MINUTE)):
        count, value = divmod(value, size)
        if count:
            parts.append(f"{count}{unit}")
    if value:
        parts.append(f"{value / SECOND:.6f}".rstrip("0").rstrip(".") + "s")
    return "".join(parts)


def format_size(value: int) -> str:
    """A size for a person: `1.4 kB`, powers of ten."""
    size = float(value)
    for unit in ("B", "kB", "MB", "GB"):
        if abs(size) < 1000 or unit == "GB":
            return f"{size:.0f} {unit}" if unit == "B" or size >= 100 else f"{size:.1f} {unit}"
        size /= 1000
    raise AssertionError("unreachable")


def to_datetime(moment: Micros) -> datetime:
    """The moment as an aware UTC datetime, exact to the microsecond."""
    return _EPOCH + timedelta(microseconds=moment)


def from_datetime(moment: datetime) -> Micros:
    """Microseconds since the epoch of an aware datetime, exact (no floats on the way)."""
    return (moment.astimezone(UTC) - _EPOCH) // timedelta(microseconds=1)


def to_iso(moment: Micros) -> str:
    """RFC 3339 in UTC, with a fraction only where there is one: `2026-11-01T00:00:00Z`."""
    return to_datetime(moment).isoformat().replace("+00:00", "Z")


def from_iso(text: str) -> Micros:
    """A moment in RFC 3339, with any offset; what is finer than a microsecond is cut off.

    Raises:
        ValueError: it is no such moment; the message says what one looks like.
    """
    found = _MOMENT.fullmatch(text) if len(text) <= _LONGEST_NUMBER else None
    try:
        if found:
            moment = datetime.fromisoformat(f"{found[1]}T{found[2]}{found[4].upper().replace('Z', '+00:00')}")
            return from_datetime(moment) + int((found[3] or "0")[:6].ljust(6, "0"))
    except (ValueError, OverflowError):  # the 30th of February, or the end of the calendar
        pass
    raise ValueError(
        f'"{text[:_LONGEST_NUMBER]}" is not a moment; write a date, a time and an offset, such as 2026-11-01T00:00:00Z'
    )
