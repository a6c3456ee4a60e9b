"""A past part by part: the figures of each, how long each state held in it, and availability."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from probe.slo.availability import StateTime
from probe.slo.past import Attained, Past
from probe.slo.periods import Period
from probe.slo.rollup import Figures


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What a check, or a group of checks, came to in a period."""

    period: Period
    figures: Figures
    time: StateTime
    attained: Attained


def series(figures: Iterable[tuple[Period, Figures]], past: Past) -> Iterator[Part]:
    """Each period with its figures, but for those in which there was nothing at all: not there yet, or any more."""
    for period, its in figures:
        time = past.time(period)
        if time.total or time.maintenance or its.slots:
            yield Part(period=period, figures=its, time=time, attained=past.attained(period))
