"""What every chart of a check's recent past shares: axes, grid, gaps, and a plot that any width of screen may stretch.

Places along time are shares of the width, heights are pixels, and only the data lies in a stretched coordinate
system of its own. So letters stay letters on a phone and on a wall.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final

from probe.model.units import Micros
from probe.report.scales import Scale, runs, time_ticks
from probe.report.svg import Drawing, element, rect, text
from probe.report.words import length_text
from probe.slo.history import Resolution

PLOT_HEIGHT: Final = 168  # pixels, as in the stylesheet
UNIT: Final = 10  # of the data's own system: the width of a bucket
DEPTH: Final = 1000  # of the same: the height of the plot
_TEXT_DROP: Final = 4
_BELOW: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """The time axis.

    Attributes:
        resolution: how long it is, and how wide each bucket.
        starts: of each bucket, ascending.
        gaps: the indices of buckets of which nothing is known.
    """

    resolution: Resolution
    starts: tuple[Micros, ...]
    end: Micros
    zone: tzinfo
    gaps: tuple[int, ...]

    @property
    def count(self) -> int:
        """How many buckets there are."""
        return len(self.starts)

    @property
    def length(self) -> str:
        """The whole of it in words, such as `24 hours`."""
        return length_text(self.resolution.length)

    @property
    def width(self) -> str:
        """A bucket in words, such as `15 minutes`."""
        return length_text(self.resolution.width)


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One entry of a legend: the class of what is drawn, and its name."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A drawing with what a person needs around it.

    Attributes:
        gist: what it shows, in a sentence.
    """

    name: str
    note: str
    gist: str
    drawing: Drawing
    keys: tuple[Key, ...]


def framed(
    name: str,
    gist: str,
    *,
    timeline: Timeline,
    levels: Sequence[float],
    label: Callable[[float], str],
    data: str,
    over: str = "",
) -> Drawing:
    """A complete chart.

    Args:
        levels: the values of the horizontal grid lines; the first and last are the plot's borders.
        label: of a level.
        data: markup in the data's own coordinates, `UNIT` a bucket by `DEPTH`.
        over: markup in those of the plot: shares along time, pixels down.
    """
    inner = element("svg", _stretched(timeline.count), data) if data else ""
    plot = [_gaps(timeline), _grid(levels, label), _times(timeline), inner, over]
    attributes: dict[str, str | int] = {"class": "chart", "role": "img", "aria-label": gist}
    described = element("desc", {}, f"{name}, the last {timeline.length}")
    return Drawing(element("svg", attributes, described + "".join(plot)))


def share(index: float, count: int) -> str:
    """A place along time as a share of the width."""
    return f"{index * 100 / count:.2f}%"


def bands(kind: str, indices: Sequence[int], count: int, *, y: int, height: int | str) -> str:
    """A rectangle over each unbroken run of buckets."""
    return "".join(
        rect(class_=kind, x=share(first, count), y=y, width=share(length, count), height=height)
        for first, length in runs(indices)
    )


def _stretched(count: int) -> dict[str, str | int]:
    return {
        "viewBox": f"0 0 {count * UNIT} {DEPTH}",
        "preserveAspectRatio": "none",
        "width": "100%",
        "height": "100%",
    }


def _gaps(timeline: Timeline) -> str:
    return bands("gap", timeline.gaps, timeline.count, y=0, height="100%")


def _grid(levels: Sequence[float], label: Callable[[float], str]) -> str:
    scale = Scale(low=levels[0], high=levels[-1], size=PLOT_HEIGHT)
    return "".join(map(_grid_line, levels, map(scale.place, levels), map(label, levels)))


def _grid_line(level: float, y: int, label: str) -> str:
    kind = "grid" if level else "grid zero"
    line = element("line", {"class": kind, "x2": "100%", "y1": y, "y2": y})
    return line + text(label if level else "0", class_="ty", x=-8, y=y + _TEXT_DROP)


def _times(timeline: Timeline) -> str:
    return "".join(
        text(
            tick.label,
            class_="tx minor" if tick.minor else "tx",
            x=f"{tick.share * 100:.2f}%",
            y=PLOT_HEIGHT + _BELOW,
        )
        for tick in time_ticks(timeline.starts[0], timeline.end, timeline.zone)
    )
