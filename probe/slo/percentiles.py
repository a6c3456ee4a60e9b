"""Percentiles, exact, by nearest rank: of 1…100 the 90th is 90. Never averaged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from probe.model.units import Micros


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


def nearest_rank(ordered: Sequence[Micros], percent: int) -> Micros:
    """The smallest value that at least `percent` % of the (ascending, non-empty) values do not exceed."""
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]
