"""Availability by counting slots: OpenSLO's `Occurrences`, `Timeslices` and `RatioTimeslices`.

They are told apart by what is counted: good slots of all, good slices of all, or the mean of the slices' ratios. Good is
what is up or degraded. Slots that are unknown count nowhere, and a slice in which nothing is known is none.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import NamedTuple

from probe.model.result import State
from probe.model.run import Run
from probe.model.units import Micros
from probe.slo.timeline import clipped


class Tally(NamedTuple):
    """Known slots, and how many of them are good."""

    good: int = 0
    known: int = 0

    def plus(self, run: Run) -> Tally:
        """With the slots of a run."""
        if run.state is State.UNKNOWN:
            return self
        return Tally(self.good + (run.slots if run.state is not State.DOWN else 0), self.known + run.slots)


def occurrences(runs: Iterable[Run]) -> Fraction | None:
    """The share of good slots; `None` where nothing is known."""
    tally = Tally()
    for run in runs:
        tally = tally.plus(run)
    return Fraction(*tally) if tally.known else None


def timeslices(runs: Iterable[Run], *, width: Micros, target: Fraction) -> Fraction | None:
    """The share of slices in which at least `target` of the slots are good; `None` where nothing is known."""
    tallies = slices(runs, width=width)
    good = sum(Fraction(*tally) >= target for tally in tallies.values())
    return Fraction(good, len(tallies)) if tallies else None


def ratio_timeslices(runs: Iterable[Run], *, width: Micros) -> Fraction | None:
    """The mean of the slices' shares of good slots; `None` where nothing is known."""
    tallies = slices(runs, width=width)
    return sum((Fraction(*tally) for tally in tallies.values()), Fraction()) / len(tallies) if tallies else None


def slices(runs: Iterable[Run], *, width: Micros) -> dict[Micros, Tally]:
    """By slice, from its start, which is a multiple of `width`, microseconds; only those in which something is known."""
    tallies: dict[Micros, Tally] = {}
    for run in runs:
        if run.state is State.UNKNOWN:
            continue
        for start in range(run.start - run.start % width, run.last + 1, width):
            for part in clipped([run], start, start + width):
                tallies[start] = tallies.get(start, Tally()).plus(part)
    return tallies
