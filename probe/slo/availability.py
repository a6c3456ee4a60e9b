"""Availability by time in a state (`StateTime`): recomputable, and honest about what is not known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from probe.model.result import State
from probe.model.units import Micros
from probe.slo.spans import Span

SUFFICIENT: Final = Fraction(95, 100)
"""The share of the time that must be known for a figure to be trusted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StateTime:
    """How long each state held in a period, in microseconds.

    `known = up + degraded + down`: degraded is slow or odd, but there.

    Attributes:
        maintenance: time that is in none of the others.
    """

    up: Micros = 0
    degraded: Micros = 0
    down: Micros = 0
    unknown: Micros = 0
    maintenance: Micros = 0

    @property
    def known(self) -> Micros:
        """The time in which something was known."""
        return self.up + self.degraded + self.down

    @property
    def total(self) -> Micros:
        """The time from the first slot of the period to its end, without maintenance."""
        return self.known + self.unknown

    @property
    def coverage(self) -> Fraction | None:
        """The known share of the time without maintenance: how far a figure can be trusted; `None` where there is none."""
        return Fraction(self.known, self.total) if self.total else None

    def __add__(self, other: StateTime) -> StateTime:
        return StateTime(
            up=self.up + other.up,
            degraded=self.degraded + other.degraded,
            down=self.down + other.down,
            unknown=self.unknown + other.unknown,
            maintenance=self.maintenance + other.maintenance,
        )


def state_time(spans: Iterable[Span], *, start: Micros, end: Micros) -> StateTime:
    """The time in each state within `[start, end)`; what no span covers does not count at all."""
    times = dict.fromkeys(State, 0)
    for span in spans:
        overlap = min(span.end, end) - max(span.start, start)
        if overlap > 0:
            times[span.state] += overlap
    return StateTime(
        up=times[State.UP],
        degraded=times[State.DEGRADED],
        down=times[State.DOWN],
        unknown=times[State.UNKNOWN],
    )


def truncated_percent(part: int, whole: int, digits: int) -> str:
    """`part / whole` in percent with `digits` decimals, cut off in integers; `n/a` when `whole` is 0."""
    if not whole:
        return "n/a"
    scaled = part * 100 * 10**digits // whole
    if not digits:
        return f"{scaled}%"
    return f"{scaled // 10**digits}.{scaled % 10**digits:0{digits}d}%"
