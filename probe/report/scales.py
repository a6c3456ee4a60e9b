"""From values to places: round ticks, a linear scale, and the labels of a time axis."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from functools import lru_cache
from typing import Final, NamedTuple

from probe.model.units import MINUTE, Micros, to_datetime
from probe.report.words import day_text

_ROUND: Final = (1.0, 2.0, 2.5, 5.0, 10.0)
_BETWEEN: Final = (1, 5, 15, 30, 60, 180)  # minutes between two labels
_MOST_LABELS: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Maps `[low, high]` to `[size, 0]`: a page's y grows downwards."""

    low: float
    high: float
    size: int

    def place(self, value: float) -> int:
        """Where the value lies, in whole units from the top; values outside stay at the border."""
        place = round((self.high - value) / (self.high - self.low) * self.size)
        return 0 if place < 0 else min(place, self.size)


class TimeTick(NamedTuple):
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


@lru_cache(maxsize=64)
def time_ticks(start: Micros, end: Micros, zone: tzinfo) -> tuple[TimeTick, ...]:
    """Round times of the zone's day, eight or so; midnight bears the date, and every other label is a minor one."""
    step = next((step for step in _BETWEEN if end - start <= _MOST_LABELS * step * MINUTE), _BETWEEN[-1])
    stride = min(step, 15) * MINUTE  # no zone is off by less than a quarter of an hour
    found = []
    for at in range(-(-start // stride) * stride, end, stride):
        local = to_datetime(at).astimezone(zone)
        minutes = local.hour * 60 + local.minute
        if minutes % step == 0:
            label = f"{local:%H:%M}" if minutes else day_text(local.date())
            found.append(TimeTick((at - start) / (end - start), label, minutes // step % 2 == 1))
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
