"""Percentiles by nearest rank: of 1…100 the 90th is 90. Never averaged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from probe.model.units import Micros
from probe.slo.histogram import Distribution, Histogram


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """The distribution of `count` latencies, in microseconds."""

    count: int
    minimum: Micros
    p50: Micros
    p90: Micros
    p95: Micros
    p99: Micros
    maximum: Micros

    @classmethod
    def of(cls, values: Sequence[Micros]) -> Latency | None:
        """`None` when there are no values."""
        if not values:
            return None
        ordered = sorted(values)
        return cls(
            count=len(ordered),
            minimum=ordered[0],
            p50=nearest_rank(ordered, 50),
            p90=nearest_rank(ordered, 90),
            p95=nearest_rank(ordered, 95),
            p99=nearest_rank(ordered, 99),
            maximum=ordered[-1],
        )

    @classmethod
    def of_histogram(cls, histogram: Histogram | Distribution) -> Latency | None:
        """Within `histogram.ERROR` of the exact one."""
        if not histogram.count:
            return None
        p50, p90, p95, p99 = histogram.percentiles(50, 90, 95, 99)
        return cls(
            count=histogram.count,
            minimum=histogram.minimum,
            p50=p50,
            p90=p90,
            p95=p95,
            p99=p99,
            maximum=histogram.maximum,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Responses:
    """How long responses took, and how that is known.

    Attributes:
        mean: exact, in microseconds.
        is_exact: whether the percentiles are, too; otherwise they are within `histogram.ERROR`.
    """

    latency: Latency
    mean: Fraction
    is_exact: bool


def nearest_rank(ordered: Sequence[Micros], percent: int) -> Micros:
    """The smallest value that at least `percent` % of the (ascending, non-empty) values do not exceed."""
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]
