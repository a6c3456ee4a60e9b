"""What a metric's values in a window come to, and whether that is what a rule's condition is about.

A metric is a value a result: how long it took, how large it was; or whether it is one that is meant (1) or not (0), of
`errors`, `unknown`, `status` and `failure`. So every statistic means something of every metric, and a share is an average.
Values are whole numbers and shares fractions: nothing is rounded before it is compared.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from operator import eq, ge, gt, le, lt, ne
from typing import Final, NamedTuple

from probe.alerting.amounts import Unit, amount, percent, unit_of
from probe.alerting.measured import Number, Values
from probe.model.check import Operator
from probe.model.leaves import Path
from probe.model.rule import Metric, MetricCondition, Statistic, Subject
from probe.model.sla import AlertLevel
from probe.model.units import Micros, format_duration


class Reading(NamedTuple):
    """What a metric condition of a rule's level found of a subject at a moment.

    Attributes:
        path: which of the level's condition's parts.
        at: the end of its window, a time of its grid.
        is_breached: `None` where there is nothing to tell by: no data, or too few values.
        value: what was found, such as `p95(latency) over 5m is 1.2 s`.
        expected: what was wanted, such as `at most 800 ms`.
    """

    rule: str
    level: AlertLevel
    path: Path
    subject: Subject
    at: Micros
    is_breached: bool | None
    value: str
    expected: str


_COMPARED: Final[Mapping[Operator, Callable[[Number, Number], bool]]] = {
    Operator.GREATER: gt,
    Operator.AT_LEAST: ge,
    Operator.LESS: lt,
    Operator.AT_MOST: le,
    Operator.EQUAL: eq,
    Operator.NOT_EQUAL: ne,
}
_WANTED: Final[Mapping[Operator, str]] = {
    Operator.GREATER: "at most",
    Operator.AT_LEAST: "less than",
    Operator.LESS: "at least",
    Operator.AT_MOST: "more than",
    Operator.EQUAL: "anything but",
    Operator.NOT_EQUAL: "exactly",
}
_STATISTICS: Final[Mapping[Statistic, Callable[[Values], Number]]] = {
    Statistic.AVERAGE: lambda found: found.average(),
    Statistic.ALWAYS: lambda found: found.average(),
    Statistic.ONCE: lambda found: found.average(),
    Statistic.MINIMUM: lambda found: found.least(),
    Statistic.MAXIMUM: lambda found: found.greatest(),
    Statistic.SUM: lambda found: found.total(),
    Statistic.COUNT: lambda found: found.count(),
    Statistic.RATE: lambda found: found.rate(),
    Statistic.LAST: lambda found: found.last(),
}
_UPWARDS: Final = frozenset({Operator.GREATER, Operator.AT_LEAST})
_EACH: Final = frozenset({Statistic.ALWAYS, Statistic.ONCE})
_OF_RESULTS: Final = frozenset({Statistic.RATE, Statistic.COUNT, Statistic.SUM})


class Verdict(NamedTuple):
    """As in `Reading`."""

    is_breached: bool | None
    value: str
    expected: str


def judged(condition: MetricCondition, found: Values, then: Values | None = None, *, min_samples: int = 1) -> Verdict:
    """Whether what was found is what the condition is about.

    Args:
        then: the values of the period that it is compared with, of a condition that is; of `always` and `once` each value
            is compared with their average.
        min_samples: fewer values, then or now, tell nothing; of rates, counts and sums so many results must be known.
    """
    unit, name = unit_of(condition), named(condition)
    base = None if then is None else _statistic_then(condition, then, min_samples)
    limit = condition.threshold if condition.baseline is None else _limit(condition, base)
    expected = _expected(condition, unit, limit, base)
    if samples(condition.statistic, found) < max(1, min_samples):
        return Verdict(None, f"{name}: {_too_few(condition, found, min_samples)}", expected)
    value = told(condition, found)
    text = f"{name} is {amount(value, unit)}"
    if limit is None:
        return Verdict(None, f"{text}; nothing is known of {condition.baseline}", expected)
    return Verdict(_holds(condition, found, limit), text, expected)


def samples(statistic: Statistic, found: Values) -> int:
    """By how many a statistic is told: results of what is counted, values of all else."""
    return found.of if statistic in _OF_RESULTS else found.values


def told(condition: MetricCondition, found: Values) -> Number:
    """The statistic; of `always` and `once` the value that decides."""
    match condition.statistic:
        case Statistic.ALWAYS:
            return found.least() if condition.operator in _UPWARDS else found.greatest()
        case Statistic.ONCE:
            return found.greatest() if condition.operator in _UPWARDS else found.least()
        case _:
            return _statistic(condition, found)


def named(condition: MetricCondition) -> str:
    """What is compared, as the rule says it: `p95(latency) over 5m`."""
    joint = "." if condition.metric is Metric.PHASE else " "
    metric = f"{condition.metric}{joint}{condition.target}" if condition.target else condition.metric.value
    if condition.metric is Metric.CERTIFICATE:
        return metric
    if condition.metric is not Metric.AVAILABILITY:
        metric = f"{_statistic_name(condition)}({metric})"
    return f"{metric} over {format_duration(condition.period)}"


def _statistic_name(condition: MetricCondition) -> str:
    if condition.quantile is None:
        return condition.statistic.value
    return f"p{float(condition.quantile * 100):g}"


def _statistic(condition: MetricCondition, found: Values) -> Number:
    """Of values of which there are enough."""
    if condition.quantile is not None:
        return found.percentile(condition.quantile)
    return _STATISTICS[condition.statistic](found)


def _statistic_then(condition: MetricCondition, then: Values, min_samples: int) -> Number | None:
    return _statistic(condition, then) if samples(condition.statistic, then) >= max(1, min_samples) else None


def _limit(condition: MetricCondition, base: Number | None) -> Fraction | None:
    return None if base is None else base * (1 + condition.threshold)


def _holds(condition: MetricCondition, found: Values, limit: Fraction) -> bool:
    compared = _COMPARED[condition.operator]
    if condition.statistic not in _EACH:
        return compared(_statistic(condition, found), limit)
    if condition.operator is Operator.EQUAL:
        return _all_are(found, limit) if condition.statistic is Statistic.ALWAYS else found.has(limit)
    if condition.operator is Operator.NOT_EQUAL:
        return not found.has(limit) if condition.statistic is Statistic.ALWAYS else not _all_are(found, limit)
    return compared(told(condition, found), limit)


def _all_are(found: Values, value: Number) -> bool:
    return found.least() == found.greatest() == value


def _too_few(condition: MetricCondition, found: Values, min_samples: int) -> str:
    count = samples(condition.statistic, found)
    return f"only {count} of {min_samples} values that it needs" if count else "no data"


def _expected(condition: MetricCondition, unit: Unit, limit: Fraction | None, base: Number | None) -> str:
    wanted = _WANTED[condition.operator]
    if condition.baseline is None:
        return f"{wanted} {amount(condition.threshold, unit)}"
    change = condition.threshold
    compared = f"{percent(abs(change))} {'above' if change > 0 else 'below'} {condition.baseline}" if change else ""
    if limit is None or base is None:
        return f"{wanted} {compared or condition.baseline}"
    return f"{wanted} {amount(limit, unit)} ({compared or condition.baseline}: {amount(base, unit)})"
