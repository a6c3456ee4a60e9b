"""Ninety days as ninety bars, small enough to stand beside each of a thousand checks.

A bar is divided as its day was, from the bottom: unknown (striped), up, degraded, and down on top, where it sticks
out above its neighbours. So shape, place and height say what the colour says. A day without any result is a dot.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from probe.report.scales import runs
from probe.report.svg import Drawing, element, path, rect, title
from probe.report.words import day_text, duration_text, percent_text, plural
from probe.slo.availability import StateTime

STEP: Final = 5  # an odd one, so that the middle of a bar four wide is a whole number
HEIGHT: Final = 24
_BODY: Final = 18
_LEAST: Final = 4  # a minute of downtime must still be seen
_STRIPES: Final = (8, 12, 16, 20)
_COVERED: Final = 0.95  # stripes below; a restart's seconds don't deserve them

DayTime = tuple[date, StateTime]


def day_bars(days: Sequence[DayTime], *, titled: bool = False) -> Drawing:
    """One bar a day, oldest left; `titled` adds what a pointer shows, some 90 bytes a day."""
    whole = [index for index, (_, time) in enumerate(days) if _is_whole(time)]
    empty = [index for index, (_, time) in enumerate(days) if not time.total]
    blank = [index for index, (_, time) in enumerate(days) if time.total and not time.known]
    parts = {kind: list[str]() for kind in ("x", "u", "g", "d")}
    for index, (_, time) in enumerate(days):
        if time.known and not _is_whole(time):
            for kind, command in _mixed(index * STEP + STEP // 2, time):
                parts[kind].append(command)
    drawn = [
        path("e", (f"M{first * STEP} 23h{length * STEP}" for first, length in runs(empty))),
        path("r", (f"M{first * STEP} 15h{length * STEP}" for first, length in runs(whole))),
        path("n", (f"M{x * STEP} {y}h{n * STEP}" for x, n in runs(blank) for y in _STRIPES)),
        *(path(kind, commands) for kind, commands in parts.items()),
        *(map(_titled, range(len(days)), days) if titled else ()),
    ]
    attributes: dict[str, str | int] = {
        "class": "b",
        "viewBox": f"0 0 {len(days) * STEP} {HEIGHT}",
        "preserveAspectRatio": "none",
        "role": "img",
        "aria-label": gist(days),
    }
    return Drawing(element("svg", attributes, "".join(drawn)))


def gist(days: Sequence[DayTime]) -> str:
    """The bars in words."""
    down = sum(time.down > 0 for _, time in days)
    unknown = sum(time.total > 0 and not time.known for _, time in days)
    empty = sum(not time.total for _, time in days)
    said = [
        f"downtime on {plural(down, 'day')}" if down else "no downtime",
        f"{plural(unknown, 'day')} unknown" if unknown else "",
        f"{plural(empty, 'day')} without results" if empty else "",
    ]
    return ", ".join(part for part in said if part)


def day_sentence(day: date, time: StateTime) -> str:
    """`20 Nov: 99.652% available, down 5 min, 3% unknown`."""
    if not time.total:
        return f"{day_text(day)}: no results"
    if not time.known:
        return f"{day_text(day)}: unknown all day"
    said = [f"{day_text(day)}: {percent_text(time.known - time.down, time.known)} available"]
    said += [f"down {duration_text(time.down)}"] if time.down else []
    said += [f"degraded {duration_text(time.degraded)}"] if time.degraded else []
    said += [f"unknown {duration_text(time.unknown)}"] if time.unknown else []
    return ", ".join(said)


def _is_whole(time: StateTime) -> bool:
    """Nothing but up, apart from unknown moments too short to matter."""
    return bool(time.up) and not time.down and not time.degraded and not _is_striped(time)


def _is_striped(time: StateTime) -> bool:
    return time.known < time.total * _COVERED


def _mixed(x: int, time: StateTime) -> list[tuple[str, str]]:
    """The parts of one day as vertical strokes, from the bottom up."""
    unknown = _height(time.unknown, time) if _is_striped(time) else 0
    down, degraded = _height(time.down, time), _height(time.degraded, time)
    up = max(0, _BODY - unknown - down - degraded) if time.up else 0
    drawn, bottom = list[tuple[str, str]](), HEIGHT
    for kind, height in (("x", unknown), ("u", up), ("g", degraded)):
        top = max(bottom - height, HEIGHT - _BODY)
        if bottom - top > 1:
            drawn.append((kind, f"M{x} {bottom}V{top + (1 if down or kind != 'g' else 0)}"))
            bottom = top
    if down:
        drawn.append(("d", f"M{x} {max(bottom, _LEAST + HEIGHT - _BODY)}V0"))
    return drawn


def _height(part: int, time: StateTime) -> int:
    return max(_LEAST, round(_BODY * part / time.total)) if part else 0


def _titled(index: int, day: DayTime) -> str:
    spot = rect(x=index * STEP, width=STEP, height=HEIGHT)
    return spot.removesuffix("/>") + ">" + title(day_sentence(*day)) + "</rect>"
