"""What a condition looks at, and with what it is compared: a value in its unit, or another period, as `last week + 20%`."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Final, NamedTuple

from probe.config.metrics import (
    EXAMPLES,
    METRICS,
    OPERATORS,
    Unit,
    metric_name,
    read_threshold,
    statistic_name,
    write_threshold,
)
from probe.model.check import Operator
from probe.model.rule import Baseline, Metric, MetricCondition, Statistic
from probe.model.units import Micros, format_duration, format_percentage

_COMPARISON: Final = re.compile(r"(?P<operator>[<>=!]+) ?(?P<threshold>.*)")
_CHANGE: Final = re.compile(
    rf"(?P<baseline>{'|'.join(Baseline)})(?: ?(?P<sign>[+-]) ?(?P<change>.*))?", re.ASCII
)  # fmt: skip
_LARGEST_CHANGE: Final = 100
"""A hundredfold."""


class Head(NamedTuple):
    """What is looked at, before it is compared with anything."""

    metric: Metric
    target: str
    statistic: Statistic
    quantile: Fraction | None
    period: Micros

    @property
    def unit(self) -> Unit:
        """In what it is compared."""
        return METRICS[self.metric].statistics[self.statistic]

    def __str__(self) -> str:
        name = metric_name(self.metric, self.target)
        if not METRICS[self.metric].is_bare:
            name = f"{statistic_name(self.statistic, self.quantile)}({name})"
        return name if self.metric is Metric.CERTIFICATE else f"{name} over {format_duration(self.period)}"


def compared(head: Head, text: str) -> MetricCondition:
    """The condition that a comparison makes of a head.

    Raises:
        ValueError: it is none, or what it makes holds always or never.
    """
    found = _COMPARISON.fullmatch(text)
    if not found or found["operator"] not in list(OPERATORS):
        near = {"=": "==", "=>": ">=", "=<": "<=", "<>": "!="}.get(found["operator"] if found else "")
        advice = f"did you mean `{near}`?" if near else f"write one of {' '.join(OPERATORS)}"
        raise ValueError(f'"{text[:60]}" is no comparison; {advice}')
    operator, written = Operator(found["operator"]), found["threshold"].strip()
    if not written:
        raise ValueError(f"there is no threshold behind `{operator}`; write one, such as {EXAMPLES[head.unit]}")
    if change := _CHANGE.fullmatch(written):
        baseline, threshold = Baseline(change["baseline"]), _change(head, change)
        shown = str(baseline)
        if threshold:
            shown += f" {'+' if threshold > 0 else '-'} {format_percentage(abs(threshold))}"
    else:
        baseline, threshold = None, _threshold(head, operator, written)
        shown = write_threshold(head.unit, threshold)
    return MetricCondition(
        text=f"{head} {operator} {shown}",
        metric=head.metric,
        target=head.target,
        statistic=head.statistic,
        quantile=head.quantile,
        period=head.period,
        operator=operator,
        threshold=threshold,
        baseline=baseline,
    )


def _threshold(head: Head, operator: Operator, written: str) -> Fraction:
    try:
        threshold = read_threshold(head.unit, written)
    except ValueError as error:
        raise ValueError(f"{error}, or yesterday, last week or last period") from None
    if head.metric is not Metric.CERTIFICATE and (reason := _why_constant(head.unit, operator, threshold)):
        raise ValueError(f"`{head} {operator} {written}` {reason}")
    return threshold


def _why_constant(unit: Unit, operator: Operator, threshold: Fraction) -> str | None:
    """Why it holds always, or never: nothing is less than nothing, and no share more than the whole."""
    if unit is Unit.SHARE and threshold > 1:
        return "is beyond the whole; write at most 100%"
    if threshold == 0 and operator is Operator.LESS:
        return "can never hold: nothing is less than that"
    if threshold == 0 and operator is Operator.AT_LEAST:
        return "always holds: nothing is less than that"
    if unit is Unit.SHARE and threshold == 1 and operator in (Operator.GREATER, Operator.AT_MOST):
        return f"{'can never hold' if operator is Operator.GREATER else 'always holds'}: nothing is more than that"
    return None


def _change(head: Head, found: re.Match[str]) -> Fraction:
    """What is added to another period's value, as a share of it."""
    if head.metric is Metric.CERTIFICATE or head.statistic in (Statistic.ALWAYS, Statistic.ONCE):
        raise ValueError(f"`{head}` has no one value of another period to be compared with; write a {head.unit}")
    if not found["sign"]:
        return Fraction(0)
    try:
        share = read_threshold(Unit.SHARE, found["change"].strip())
    except ValueError:
        example = f"{found['baseline']} {found['sign']} 20%"
        raise ValueError(f'"{found["change"][:40]}" is no percentage; write such as {example}') from None
    if share > _LARGEST_CHANGE or (found["sign"] == "-" and share >= 1):
        raise ValueError(
            f"a change of {found['sign']}{found['change']} is too much; write up to +10000%, or more than -100%"
        )
    return share if found["sign"] == "+" else -share
