"""When metric conditions are looked at: at multiples of a step, so that the same history always gives the same readings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple, TypeAlias

from probe.model.leaves import Path, placed
from probe.model.rule import BurnCondition, Condition, MetricCondition
from probe.model.units import MINUTE, SECOND, Micros

OnGrid: TypeAlias = MetricCondition | BurnCondition
"""A condition that is looked at on a grid."""

SETTLING: Final[Micros] = 15 * SECOND
"""So long after a window's end, and the longest timeout of the checks concerned, its results are taken to be stored."""

_STEPS: Final = 60
"""A period is looked at so often while it goes by, but not more often than every `_SHORTEST`."""
_SHORTEST: Final[Micros] = MINUTE


class Leaf(NamedTuple):
    """A part of a condition that is looked at on a grid."""

    path: Path
    condition: OnGrid


def on_grid(condition: Condition) -> Iterator[Leaf]:
    """Those of a condition, whether it is one itself or composed of them."""
    return (Leaf(path, each) for path, each in placed(condition) if isinstance(each, MetricCondition | BurnCondition))


def step_of(period: Micros) -> Micros:
    """How far apart the ends of windows so long are: a sixtieth of it, but at least a minute; a shorter one itself."""
    return max(period // _STEPS, min(period, _SHORTEST))


def spacing_of(period: Micros) -> int:
    """How many steps lie between two windows that have nothing in common."""
    return -(-period // step_of(period))


def times(step: Micros, after: Micros, until: Micros) -> range:
    """The multiples of a step since the epoch in `(after, until]`, ascending."""
    first = after // step * step + step
    return range(first, until + 1, step)
