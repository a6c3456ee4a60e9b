"""What a part of the bench finds, and how it is shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One line of the outcome.

    Attributes:
        budget: which of the design's, such as `B1`; what has none of its own says what it is part of.
        allowed: empty where it only informs.
        reference: the same thing done in another way, in the same run.
    """

    budget: str
    what: str
    measured: str
    allowed: str = ""
    reference: str = ""


def show(figures: Iterable[Figure]) -> None:
    """A line each, as soon as it is known."""
    for figure in figures:
        allowed = f"   budget {figure.allowed}" if figure.allowed else ""
        reference = f"   ({figure.reference})" if figure.reference else ""
        print(f"{figure.budget:<5} {figure.what:<62} {figure.measured:>20}{allowed}{reference}", flush=True)


def nearest_rank(values: Iterable[float], share: float) -> float:
    """The percentile by nearest rank, 0 < `share` <= 1."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * round(share * 1000) // 1000) - 1)]
