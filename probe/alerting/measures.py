"""What a metric's values in a window come to, and whether that is what a rule's condition is about.

A metric is a value a result: how long it took, how large it was; or whether it is one that is meant (1) or not (0), of
`errors`, `unknown`, `status` and `failure`. So every statistic means something of every metric, and a share is an average.
Values are whole numbers and shares fractions: nothing is rounded before it is compared.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from operator import eq, ge, gt, le, lt, ne
from typing import Final, NamedTuple, Protocol, TypeAlias

from probe.alerting.amounts import Unit, amount, percent, unit_of
from probe.model.check import Operator
from probe.model.rule import Metric, MetricCondition, Statistic, Subject
from probe.model.sla import AlertLevel
from probe.model.units import Micros, format_duration

Number: TypeAlias = Fraction | int
Path: TypeAlias = str
"""Which of a composed condition's parts, from the outside in, such as `1.0`; the condition itself is empty."""


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


class Values(Protocol):
    """A metric's values in a window, however they are kept. All but the first two are asked only of some that there are."""

    @property
    def values(self) -> int:
        """How many there are."""
        ...

    @property
    def of(self) -> int:
        """Of how many results."""
        ...

    def count(self) -> Number:
        """How many there are of what is meant: of a metric of 0 and 1 the ones."""
        ...

    def rate(self) -> Number:
        """The same as a share of the results."""
        ...

    def total(self) -> Number:
        """Their sum."""
        ...

    def average(self) -> Number:
        """Their mean, exact."""
        ...

    def least(self) -> Number:
        """The smallest."""
        ...

    def greatest(self) -> Number:
        """The largest."""
        ...

    def last(self) -> Number:
        """The newest."""
        ...

    def percentile(self, quantile: Fraction) -> Number:
        """By nearest rank: the smallest that at least such a share of them do not exceed."""
        ...

    def has(self, value: Number) -> bool:
        """Whether any is just that."""
        ...


@dataclass(frozen=True, eq=False)
class Listed:
    """Values one by one, in the order of their slots; `of` so many results."""

    listed: Sequence[int]
    of: int

    @property
    def values(self) -> int:
        """All of them."""
        return len(self.listed)

    def count(self) -> Number:
        """All of them."""
        return len(self.listed)

    def rate(self) -> Number:
        """The share of results that have one."""
        return Fraction(len(self.listed), self.of)

    def total(self) -> Number:
        """Exact."""
        return sum(self.listed)

    def average(self) -> Number:
        """Exact."""
        return Fraction(sum(self.listed), len(self.listed))

    def least(self) -> Number:
        """The smallest."""
        return min(self.listed)

    def greatest(self) -> Number:
        """The largest."""
        return max(self.listed)

    def last(self) -> Number:
        """The newest."""
        return self.listed[-1]

    def percentile(self, quantile: Fraction) -> Number:
        """Exact."""
        return self._ordered[rank(quantile, len(self.listed)) - 1]

    def has(self, value: Number) -> bool:
        """Exact."""
        return value in self.listed

    @cached_property
    def _ordered(self) -> list[int]:
        return sorted(self.listed)


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """So many `ones` among `of` values that are 0 or 1; `newest` is the last of them, where that is known."""

    ones: int
    of: int
    newest: int = 0

    @property
    def values(self) -> int:
        """Zeros and ones."""
        return self.of

    def count(self) -> Number:
        """The ones."""
        return self.ones

    def rate(self) -> Number:
        """Their share."""
        return Fraction(self.ones, self.of)

    def total(self) -> Number:
        """The ones."""
        return self.ones

    def average(self) -> Number:
        """Their share."""
        return Fraction(self.ones, self.of)

    def least(self) -> Number:
        """1 where there are no zeros."""
        return int(self.ones == self.of)

    def greatest(self) -> Number:
        """0 where there are no ones."""
        return int(self.ones > 0)

    def last(self) -> Number:
        """The newest."""
        return self.newest

    def percentile(self, quantile: Fraction) -> Number:
        """0 while its rank is among the zeros."""
        return int(rank(quantile, self.of) > self.of - self.ones)

    def has(self, value: Number) -> bool:
        """Whether there is any one, or any zero."""
        return (value == 1 and self.ones > 0) or (value == 0 and self.ones < self.of)


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """What is worked out already: whatever is asked of so many values, it is this one."""

    value: Number
    values: int
    of: int

    def count(self) -> Number:
        """It."""
        return self.value

    rate = total = average = least = greatest = last = count

    def percentile(self, quantile: Fraction) -> Number:  # noqa: ARG002  # there is but one
        """It."""
        return self.value

    def has(self, value: Number) -> bool:
        """Whether it is that."""
        return self.value == value


def rank(quantile: Fraction, count: int) -> int:
    """Which of so many ascending values a quantile is, from 1: the nearest rank, `⌈quantile · count⌉`."""
    return max(1, -(-quantile.numerator * count // quantile.denominator))


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


class Judged(NamedTuple):
    """As in `Reading`."""

    is_breached: bool | None
    value: str
    expected: str


def judged(condition: MetricCondition, found: Values, then: Values | None = None, *, min_samples: int = 1) -> Judged:
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
        return Judged(None, f"{name}: {_too_few(condition, found, min_samples)}", expected)
    value = told(condition, found)
    text = f"{name} is {amount(value, unit)}"
    if limit is None:
        return Judged(None, f"{text}; nothing is known of {condition.baseline}", expected)
    return Judged(_holds(condition, found, limit), text, expected)


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
