"""Measured values, for people: exact inside, four digits where they are told."""

from __future__ import annotations

from enum import StrEnum
from fractions import Fraction
from typing import Final

from probe.model.rule import Metric, MetricCondition, Statistic
from probe.model.units import DAY, MINUTE, SECOND, Micros, format_duration, format_size

_DURATIONS: Final = frozenset({Metric.LATENCY, Metric.PHASE, Metric.CERTIFICATE})
_SIZES: Final = frozenset({Metric.BYTES_SENT, Metric.BYTES_RECEIVED})
_PERCENT_DIGITS: Final = 4


class Unit(StrEnum):
    """In what a value is told."""

    DURATION = "duration"
    SIZE = "size"
    SHARE = "share"
    COUNT = "count"


def unit_of(condition: MetricCondition) -> Unit:
    """That of what a condition compares."""
    if condition.statistic is Statistic.COUNT:
        return Unit.COUNT
    if condition.statistic is Statistic.RATE or condition.metric is Metric.AVAILABILITY:
        return Unit.SHARE
    if condition.metric in _DURATIONS:
        return Unit.DURATION
    if condition.metric in _SIZES:
        return Unit.SIZE
    return Unit.SHARE if condition.statistic is Statistic.AVERAGE else Unit.COUNT


def amount(value: Fraction | int, unit: Unit) -> str:
    """`1.2 s`, `64.1 kB`, `2.5 %`, `12`."""
    match unit:
        case Unit.DURATION:
            return duration_words(round(value))
        case Unit.SIZE:
            return format_size(round(value))
        case Unit.SHARE:
            return percent(Fraction(value))
        case Unit.COUNT:
            return f"{float(value):.6g}"


def duration_words(value: Micros) -> str:
    """`850 µs`, `812.5 ms`, `1.2 s`, `2m5s`, `13d4h`: what is longer than a minute to the second, than two days to the hour."""
    size = abs(value)
    if size < 1_000:
        return f"{value} µs"
    if size < SECOND:
        return f"{value / 1_000:.4g} ms"
    if size < MINUTE:
        return f"{value / SECOND:.4g} s"
    grain = 60 * MINUTE if size >= 2 * DAY else SECOND
    sign = "-" if value < 0 else ""
    return sign + format_duration(size - size % grain)


def percent(share: Fraction) -> str:
    """Cut off, never rounded: `99.9999 %` of what isn't all of it."""
    cut = share * 100 * 10**_PERCENT_DIGITS
    digits = f"{abs(cut.numerator) // cut.denominator:0{_PERCENT_DIGITS + 1}d}"
    text = f"{digits[:-_PERCENT_DIGITS]}.{digits[-_PERCENT_DIGITS:]}".rstrip("0").rstrip(".")
    return f"{'-' if cut < 0 else ''}{text} %"
