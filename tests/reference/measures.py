"""What a metric condition finds, counted result by result from its definition; knows nothing of how probe reads it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction

from probe.model.result import Result
from probe.model.rule import MetricCondition

DAY = 86_400_000_000
Stretch = tuple[int, int]


def value(
    condition: MetricCondition, results: Sequence[Result], at: int, maintenance: Sequence[Stretch] = ()
) -> Fraction | None:
    """The statistic of the window that ends at a moment; `None` where there is nothing to tell by."""
    inside = sorted(
        (
            each
            for each in results
            if at - condition.period <= each.scheduled_at < at
            and not any(start <= each.scheduled_at < end for start, end in maintenance)
        ),
        key=lambda each: each.scheduled_at,
    )
    numbers, of = _numbers(condition, inside)
    if condition.statistic in ("rate", "count", "sum"):
        if not of:
            return None
        total = Fraction(sum(numbers))
        is_indicator = condition.metric in ("errors", "unknown", "status", "failure", "results")
        count = total if is_indicator else Fraction(len(numbers))
        return {"rate": count / of, "count": count, "sum": total}[condition.statistic]
    return Fraction(_statistic(condition, numbers)) if numbers else None


def is_breached(
    condition: MetricCondition, results: Sequence[Result], at: int, maintenance: Sequence[Stretch] = ()
) -> bool | None:
    """Whether the condition holds of that window; `None` where nothing is known of it, or of what it is compared with."""
    found = value(condition, results, at, maintenance)
    limit: Fraction | None = condition.threshold
    if condition.baseline is not None:
        back = {"yesterday": DAY, "last week": 7 * DAY, "last period": condition.period}[condition.baseline]
        then = value(condition, results, at - back, maintenance)
        limit = None if then is None else then + then * condition.threshold
    if found is None or limit is None:
        return None
    return {
        ">": found > limit, ">=": found >= limit, "<": found < limit, "<=": found <= limit,
        "==": found == limit, "!=": found != limit,
    }[condition.operator]  # fmt: skip


def _numbers(condition: MetricCondition, inside: Sequence[Result]) -> tuple[list[int], int]:
    """The values, and of how many results they are."""
    known = [each for each in inside if each.state != "unknown"]
    answered = [each for each in known if each.http_status is not None]
    taken: dict[str, tuple[Sequence[Result], Callable[[Result], int | None]]] = {
        "latency": (answered, lambda each: each.latency_us),
        "phase": (answered, lambda each: getattr(each.phases, condition.target)),
        "bytes.sent": (known, lambda each: each.bytes_sent),
        "bytes.received": (known, lambda each: each.bytes_received),
        "results": (inside, lambda each: int(each.state != "unknown")),
        "unknown": (inside, lambda each: int(each.state == "unknown")),
        "errors": (known, lambda each: int(each.state == "down")),
        "failure": (known, lambda each: int(each.failure == condition.target)),
        "status": (known, lambda each: int(_is_status(each.http_status, condition.target))),
    }
    chosen, number = taken[condition.metric]
    numbers = [number(each) for each in chosen]
    return [each for each in numbers if each is not None], len(inside if chosen is inside else known)


def _is_status(status: int | None, target: str) -> bool:
    if status is None:
        return False
    return str(status)[0] == target[0] if target.endswith("xx") else str(status) == target


def _statistic(condition: MetricCondition, numbers: Sequence[int]) -> Fraction | int:
    match condition.statistic:
        case "avg":
            return Fraction(sum(numbers), len(numbers))
        case "min":
            return min(numbers)
        case "max":
            return max(numbers)
        case "last":
            return numbers[-1]
        case "percentile":
            assert condition.quantile is not None
            return sorted(numbers)[max(1, math.ceil(condition.quantile * len(numbers))) - 1]
        case "always":
            return min(numbers) if condition.operator.startswith(">") else max(numbers)
        case "once":
            return max(numbers) if condition.operator.startswith(">") else min(numbers)
    raise AssertionError(condition.statistic)
