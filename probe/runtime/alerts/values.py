"""Out of the store into the values of a metric: single results where a window is short, rollups where it is long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Final

from probe.alerting.measured import Counted, Known, Listed, Number, Values
from probe.model.check import Operator
from probe.model.result import State
from probe.model.rule import Metric, MetricCondition, Statistic
from probe.model.sample import PHASES, FailureKind
from probe.model.units import HOUR, Micros
from probe.slo.columns import Columns
from probe.slo.histogram import Distribution
from probe.slo.level import Level
from probe.slo.rollup import Figures, PhaseSum

LONGEST_SINGLE: Final[Micros] = HOUR
"""Windows up to so long are read from single results: exact, but only as far back as these are kept."""


class Source(StrEnum):
    """What a condition is read from: the same whatever is rolled up already, so that a reading is the same whenever it is made."""

    SINGLES = "singles"
    LEVELS = "levels"  # slots, and histograms of latency
    SUMS = "sums"  # statuses, bytes, phases
    AVAILABILITY = "availability"
    CERTIFICATES = "certificates"


_BY_LEVELS: Final = frozenset({Metric.LATENCY, Metric.RESULTS, Metric.ERRORS, Metric.UNKNOWN, Metric.FAILURE})
_SUMMED: Final = frozenset({Statistic.AVERAGE, Statistic.SUM, Statistic.COUNT, Statistic.RATE})
_EACH: Final = frozenset({Statistic.ALWAYS, Statistic.ONCE})
_EQUAL: Final = frozenset({Operator.EQUAL, Operator.NOT_EQUAL})
_NUMBERS: Final = frozenset({Metric.LATENCY, Metric.PHASE, Metric.BYTES_SENT, Metric.BYTES_RECEIVED})


def source_of(condition: MetricCondition) -> Source:
    """Rollups know neither the order of values nor single ones, and of phases and bytes no more than sums."""
    if condition.metric is Metric.AVAILABILITY:
        return Source.AVAILABILITY
    if condition.metric is Metric.CERTIFICATE:
        return Source.CERTIFICATES
    is_exact = condition.statistic in _EACH and condition.operator in _EQUAL
    if condition.period <= LONGEST_SINGLE or condition.statistic is Statistic.LAST or is_exact:
        return Source.SINGLES
    if condition.metric in _BY_LEVELS:
        return Source.LEVELS
    return Source.SUMS if condition.statistic in _SUMMED or condition.metric is Metric.STATUS else Source.SINGLES


def column_of(condition: MetricCondition) -> str | None:
    """The column of numbers that it needs of single results; `None` where it needs none."""
    if condition.metric not in _NUMBERS:
        return None
    return f"{condition.metric}.{condition.target}" if condition.target else condition.metric.value


def of_singles(condition: MetricCondition, results: Columns) -> Values:
    """Of single results, all of which count."""
    known = [at for at, state in enumerate(results.states) if state is not State.UNKNOWN]
    column = column_of(condition)
    if column is not None:
        numbers = results.numbers.get(column, ())
        is_answers = condition.metric in (Metric.LATENCY, Metric.PHASE)
        meant = [at for at in known if results.statuses[at] is not None] if is_answers else known
        return Listed([value for at in meant if (value := numbers[at]) is not None], of=len(known))
    match condition.metric:
        case Metric.RESULTS:
            return _counted([state is not State.UNKNOWN for state in results.states])
        case Metric.UNKNOWN:
            return _counted([state is State.UNKNOWN for state in results.states])
        case Metric.STATUS:
            return _counted([is_status(results.statuses[at], condition.target) for at in known])
        case Metric.FAILURE:
            return _counted([results.failures[at] == condition.target for at in known])
        case _:
            return _counted([results.states[at] is State.DOWN for at in known])


def of_levels(condition: MetricCondition, levels: Sequence[Level]) -> Values:
    """Of slots, and of histograms of latency."""
    runs = [run for level in levels for run in level.runs]
    slots = sum(run.slots for run in runs)
    known = slots - sum(run.slots for run in runs if run.state is State.UNKNOWN)
    match condition.metric:
        case Metric.LATENCY:
            histograms = (each for level in levels for each in (level.latency, level.latency_down))
            return Spread(Distribution.of(histograms), of=known)
        case Metric.RESULTS:
            return Counted(known, of=slots)
        case Metric.UNKNOWN:
            return Counted(slots - known, of=slots)
        case Metric.FAILURE:
            kind = FailureKind(condition.target)
            its = [run for run in runs if run.failure is kind and run.state is not State.UNKNOWN]
            return Counted(sum(run.slots for run in its), of=known)
        case _:
            return Counted(sum(run.slots for run in runs if run.state is State.DOWN), of=known)


def of_sums(condition: MetricCondition, figures: Figures) -> Values:
    """Of sums."""
    known = figures.measured
    if condition.metric is Metric.STATUS:
        meant = [count for status, count in figures.statuses.items() if is_status(status, condition.target)]
        return Counted(sum(meant), of=known)
    if condition.metric is Metric.PHASE:
        return _summed(condition.statistic, figures.phases[PHASES.index(condition.target)], known)
    total = figures.bytes_sent if condition.metric is Metric.BYTES_SENT else figures.bytes_received
    return _summed(condition.statistic, PhaseSum(total, known), known)


def is_status(status: int | None, target: str) -> bool:
    """Whether a status is the one that is meant, or of the class: `503`, `5xx`."""
    return status is not None and (str(status) == target or f"{status // 100}xx" == target)


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """Values that are kept as a distribution: percentiles are at most `histogram.ERROR` above the exact ones, all else is exact."""

    spread: Distribution
    of: int

    @property
    def values(self) -> int:
        """All of them."""
        return self.spread.count

    def count(self) -> Number:
        """All of them."""
        return self.spread.count

    def rate(self) -> Number:
        """The share of results that have one."""
        return Fraction(self.spread.count, self.of)

    def total(self) -> Number:
        """Exact."""
        return self.spread.total

    def average(self) -> Number:
        """Exact."""
        return Fraction(self.spread.total, self.spread.count)

    def least(self) -> Number:
        """Exact."""
        return self.spread.minimum

    def greatest(self) -> Number:
        """Exact."""
        return self.spread.maximum

    def last(self) -> Number:
        """It has no order: raises `ValueError`."""
        raise ValueError("a distribution doesn't know which value came last")

    def percentile(self, quantile: Fraction) -> Number:
        """Within the error."""
        return self.spread.percentiles(quantile * 100)[0]

    def has(self, value: Number) -> bool:
        """Whether any may be just that."""
        return value.denominator == 1 and self.spread.at_most(int(value)) > self.spread.below(int(value))


def _counted(is_meant: Sequence[bool]) -> Counted:
    return Counted(sum(is_meant), of=len(is_meant), newest=int(bool(is_meant) and is_meant[-1]))


def _summed(statistic: Statistic, sum_: PhaseSum, known: int) -> Known:
    total, runs = sum_
    if not runs or not known:
        return Known(0, runs, known)
    values: dict[Statistic, Number] = {
        Statistic.AVERAGE: Fraction(total, runs),
        Statistic.SUM: total,
        Statistic.COUNT: runs,
        Statistic.RATE: Fraction(runs, known),
    }
    return Known(values[statistic], runs, known)
