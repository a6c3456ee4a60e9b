"""What conditions can be about: metrics, what can be made of each in a period, and in which unit that is compared."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Final, NamedTuple

from probe.assertions.quantities import LARGEST, LONGEST, write_size
from probe.config.messages import did_you_mean
from probe.model.check import Operator
from probe.model.rule import Metric, Statistic
from probe.model.sample import PHASES, FailureKind
from probe.model.units import format_duration, format_percentage, parse_duration, parse_percentage, parse_size

OPERATORS: Final = (
    Operator.GREATER, Operator.AT_LEAST, Operator.LESS, Operator.AT_MOST, Operator.EQUAL, Operator.NOT_EQUAL,
)  # fmt: skip
PERCENTILE: Final = re.compile(r"p(\d{1,2}(?:\.\d{1,3})?)", re.ASCII)
LONGEST_NUMBER: Final = 20
"""Characters of a threshold, but for its spaces."""

_NUMBER: Final = re.compile(r"\d+(?:\.\d+)?", re.ASCII)
_STATUS: Final = re.compile(r"[1-5](?:\d\d|xx)", re.ASCII)


class Unit(StrEnum):
    """In what a value is compared."""

    DURATION = "duration"
    SIZE = "size"
    SHARE = "percentage"
    COUNT = "number"


EXAMPLES: Final = {Unit.DURATION: "800ms", Unit.SIZE: "64KiB", Unit.SHARE: "2%", Unit.COUNT: "10"}


class Measurable(NamedTuple):
    """What a metric takes; `is_bare` is one that stands without a statistic, for there is only one to be made of it."""

    statistics: Mapping[Statistic, Unit]
    is_bare: bool = False


_VALUES: Final = (
    Statistic.AVERAGE, Statistic.MINIMUM, Statistic.MAXIMUM, Statistic.LAST, Statistic.PERCENTILE, Statistic.ALWAYS,
    Statistic.ONCE,
)  # fmt: skip
_TIMES: Final = Measurable(dict.fromkeys(_VALUES, Unit.DURATION))
_BYTES: Final = Measurable(dict.fromkeys((*_VALUES, Statistic.SUM), Unit.SIZE))
_COUNTED: Final = Measurable({Statistic.COUNT: Unit.COUNT, Statistic.RATE: Unit.SHARE})

METRICS: Final[Mapping[Metric, Measurable]] = {
    Metric.LATENCY: _TIMES,
    Metric.PHASE: _TIMES,
    Metric.BYTES_SENT: _BYTES,
    Metric.BYTES_RECEIVED: _BYTES,
    Metric.RESULTS: Measurable({Statistic.COUNT: Unit.COUNT}),
    Metric.ERRORS: _COUNTED,
    Metric.UNKNOWN: _COUNTED,
    Metric.STATUS: _COUNTED,
    Metric.FAILURE: _COUNTED,
    Metric.AVAILABILITY: Measurable({Statistic.RATE: Unit.SHARE}, is_bare=True),
    Metric.CERTIFICATE: Measurable({Statistic.LAST: Unit.DURATION}, is_bare=True),
}

_JOINTS: Final = {Metric.PHASE: ".", Metric.STATUS: " ", Metric.FAILURE: " "}
"""What stands between such a metric's name and its target."""

_TARGETS: Final[Mapping[Metric, tuple[str, tuple[str, ...]]]] = {
    Metric.PHASE: ("a phase, such as phase.tls", PHASES),
    Metric.STATUS: ("a status or a class of them, such as status 5xx", ()),
    Metric.FAILURE: ("a kind of failure, such as failure timeout", tuple(FailureKind)),
}
_ELSEWHERE: Final = {
    **dict.fromkeys(("response_time", "response.time", "duration", "time", "latency_ms"), "latency"),
    **dict.fromkeys(("5xx", "4xx", "code", "status_code", "http_status"), "status 5xx"),
    **dict.fromkeys(("error", "down", "failures"), "errors"),
    **dict.fromkeys(("certificate", "cert", "certificate_expiration"), "certificate.expires_in"),
    **dict.fromkeys(("requests", "samples", "runs", "checks"), "results"),
}
"""Words of other tools."""

NAMES: Final = tuple(f"{metric}{_JOINTS[metric]}…" if metric in _JOINTS else str(metric) for metric in METRICS)


def metric_name(metric: Metric, target: str) -> str:
    """As a sentence has it: `phase.tls`, `status 5xx`, `latency`."""
    return f"{metric}{_JOINTS.get(metric, '')}{target}"


def read_metric(text: str) -> tuple[Metric, str]:
    """A metric and its target.

    Raises:
        ValueError: there is no such metric.
    """
    text = " ".join(text.split())
    for metric in METRICS:
        joint = _JOINTS.get(metric)
        if joint is None and text == metric:
            return metric, ""
        if joint and (text == metric or text.startswith(f"{metric}{joint}")):
            return metric, _target(metric, text[len(metric) + 1 :].strip())
    known = [*(metric for metric in METRICS if metric not in _JOINTS), *(f"phase.{phase}" for phase in PHASES)]
    meant = f'; did you mean "{_ELSEWHERE[text]}"?' if text in _ELSEWHERE else did_you_mean(text, map(str, known))
    raise ValueError(f'"{text[:60]}" is no metric{meant or "; known are " + ", ".join(NAMES)}')


def _target(metric: Metric, text: str) -> str:
    what, known = _TARGETS[metric]
    if not text:
        raise ValueError(f"{metric} needs {what}")
    if metric is Metric.STATUS:
        if not _STATUS.fullmatch(text.lower()):
            raise ValueError(f'"{text[:60]}" is no status; write one from 100 to 599, or a class such as 5xx')
        return text.lower()
    if text not in known:
        advice = did_you_mean(text, known) or f"; known are {', '.join(known)}"
        raise ValueError(f'"{text[:60]}" is not {what.partition(",")[0]}{advice}')
    return text


def read_statistic(text: str) -> tuple[Statistic, Fraction | None]:
    """A statistic, and the quantile of a percentile.

    Raises:
        ValueError: there is no such statistic.
    """
    if found := PERCENTILE.fullmatch(text):
        quantile = Fraction(found[1]) / 100
        if quantile:
            return Statistic.PERCENTILE, quantile
    words = [str(each) for each in Statistic if each is not Statistic.PERCENTILE]
    if text in words:
        return Statistic(text), None
    if re.fullmatch(r"p\d.*", text):
        raise ValueError(f'"{text[:60]}" is no percentile; write p1 to p99.999, such as p95')
    meant = {"average": "avg", "mean": "avg", "median": "p50", "total": "sum", "any": "once", "all": "always"}.get(text)
    advice = f'; did you mean "{meant}"?' if meant else did_you_mean(text, words)
    raise ValueError(
        f'"{text[:60]}" is no statistic{advice or "; known are " + ", ".join(words) + " and p1 to p99.999"}'
    )


def statistic_name(statistic: Statistic, quantile: Fraction | None) -> str:
    """As a sentence has it: `p99.9`, `avg`."""
    return str(statistic) if quantile is None else f"p{_decimal(quantile * 100)}"


def read_threshold(unit: Unit, text: str) -> Fraction:
    """A threshold in its unit: microseconds, bytes, a share, or a number.

    Raises:
        ValueError: it isn't one of that unit, or is too large.
    """
    if len(text) > LONGEST_NUMBER:
        raise ValueError(f'"{text[:LONGEST_NUMBER]}…" is too long; write a {unit}, such as {EXAMPLES[unit]}')
    try:
        if unit is Unit.SHARE:
            return parse_percentage(text)
        if unit is Unit.COUNT and _NUMBER.fullmatch(text):
            return Fraction(text)
        if unit is Unit.DURATION and (length := parse_duration(text)) <= LONGEST:
            return Fraction(length)
        if unit is Unit.SIZE and (size := parse_size(text)) <= LARGEST:
            return Fraction(size)
    except ValueError:
        pass
    raise ValueError(f'"{text}" can\'t be compared with that; write a {unit}, such as {EXAMPLES[unit]}')


def write_threshold(unit: Unit, value: Fraction) -> str:
    """The one form of a threshold, which `read_threshold` reads back."""
    if unit is Unit.SHARE:
        return format_percentage(value)
    if unit is Unit.COUNT:
        return _decimal(value)
    return format_duration(int(value)) if unit is Unit.DURATION else write_size(int(value))


def _decimal(value: Fraction) -> str:
    """Of a fraction that was read from decimal digits."""
    text = f"{Decimal(value.numerator) / Decimal(value.denominator):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
