"""From values to places: round ticks, a linear scale, and the hours of a time axis."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final, NamedTuple

from probe.model.units import Micros, to_datetime
from probe.report.words import day_text
from probe.slo.history import BUCKET

_ROUND: Final = (1.0, 2.0, 2.5, 5.0, 10.0)
_HOURS_BETWEEN: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Maps `[low, high]` to `[size, 0]`: a page's y grows downwards."""

    low: float
    high: float
    size: int

    def place(self, value: float) -> int:
        """Where the value lies, in whole units from the top; values outside stay at the border."""
        share = (self.high - value) / (self.high - self.low)
        return round(min(1.0, max(0.0, share)) * self.size)


class HourTick(NamedTuple):
    """A label on the time axis at `share` of its length, in [0, 1]."""

    share: float
    label: str
    minor: bool


def round_step(span: float, *, steps: int, smallest: float = 0.0) -> float:
    """The least round step (1, 2, 2.5, 5 times a power of ten) of which `steps` at most reach across `span`."""
    wanted = max(span / steps, smallest)
    if wanted <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(wanted))
    step = next(power * factor for factor in _ROUND if power * factor >= wanted * (1 - 1e-9))
    return math.ceil(step) if smallest >= 1 else step


def ticks(low: float, high: float, *, steps: int = 4, smallest: float = 0.0) -> tuple[float, ...]:
    """Round values that enclose `[low, high]` and hold 0, for `low <= 0 <= high`; never fewer than two."""
    step = round_step(max(high, -low), steps=steps, smallest=smallest)
    first = -math.ceil(-low / step - 1e-9)
    last = max(math.ceil(high / step - 1e-9), first + 1)
    return tuple(index * step for index in range(first, last + 1))


def hour_ticks(start: Micros, end: Micros, zone: tzinfo) -> tuple[HourTick, ...]:
    """Every third hour of the zone's day; midnight bears the date."""
    found = []
    for at in range(start, end, BUCKET):
        local = to_datetime(at).astimezone(zone)
        if local.minute == 0 and local.hour % _HOURS_BETWEEN == 0:
            label = f"{local:%H:%M}" if local.hour else day_text(local.date())
            minor = local.hour % (2 * _HOURS_BETWEEN) != 0
            found.append(HourTick((at - start) / (end - start), label, minor))
    return tuple(found)


def runs(indices: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Ascending indices as `(first, length)` of each unbroken run."""
    found = list[tuple[int, int]]()
    for index in indices:
        if found and sum(found[-1]) == index:
            found[-1] = (found[-1][0], found[-1][1] + 1)
        else:
            found.append((index, 1))
    return tuple(found)
