"""Percentiles by nearest rank, and Apdex."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import ceil

from tests.reference.past import DOWN, UNKNOWN, Seen


def responses(seen: Iterable[Seen]) -> list[int]:
    """Latencies of those results that got a response, ascending."""
    return sorted(each.latency for each in seen if each.latency is not None and each.status is not None)


def percentile(ascending: Sequence[int], percent: int) -> int | None:
    """The smallest value that at least so many per cent of them don't exceed."""
    return ascending[ceil(Fraction(percent * len(ascending), 100)) - 1] if ascending else None


def apdex(seen: Iterable[Seen], satisfied: int) -> Fraction | None:
    """Those up to a limit count whole, those up to four times of it half, slower and failed ones nothing."""
    scores = [_score(each, satisfied) for each in seen if each.state != UNKNOWN]
    return Fraction(sum(scores), len(scores)) if scores else None


def _score(seen: Seen, satisfied: int) -> Fraction:
    if seen.state == DOWN or seen.latency is None or seen.latency > 4 * satisfied:
        return Fraction(0)
    return Fraction(1) if seen.latency <= satisfied else Fraction(1, 2)
