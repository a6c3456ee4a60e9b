"""Percentiles by nearest rank, and Apdex."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import ceil

from tests.reference.past import Seen


def responses(seen: Iterable[Seen]) -> list[int]:
    """Latencies of those results that got a response, ascending."""
    return sorted(each.latency for each in seen if each.latency is not None and each.status is not None)


def percentile(ascending: Sequence[int], percent: int) -> int | None:
    """The smallest value that at least so many per cent of them don't exceed."""
    return ascending[ceil(Fraction(percent * len(ascending), 100)) - 1] if ascending else None


def apdex(fine: Iterable[int], failed: int, satisfied: int) -> Fraction | None:
    """Those up to a limit count whole, those up to four times of it half, slower and failed ones nothing."""
    scores = [_score(each, satisfied) for each in fine]
    return Fraction(sum(scores), len(scores) + failed) if scores or failed else None


def _score(latency: int, satisfied: int) -> Fraction:
    if latency > 4 * satisfied:
        return Fraction(0)
    return Fraction(1) if latency <= satisfied else Fraction(1, 2)
