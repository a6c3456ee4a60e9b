"""Ninety days as ninety bars, small enough to stand beside each of a thousand checks.

A bar is divided as its day was, from the bottom: unknown (striped), up, degraded, and down on top, where it sticks
out above its neighbours. So shape, place and height say what the colour says. A day without any result is a dot.

The bars of all days with some up time are one broken line, and what was not up is drawn over it. In a row of a table
the stylesheet draws that line, and scales what lies over it: a spotless row has nothing to say but that.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from probe.report.scales import runs
from probe.report.svg import Drawing, title
from probe.report.words import day_text, duration_text, percent_text, plural
from probe.slo.availability import StateTime
from probe.slo.history import DAYS

HEIGHT: Final = 12
"""In the drawing's own units; a day is one unit wide."""

_BODY: Final = 9
_TOP: Final = HEIGHT - _BODY
_LEAST: Final = 2  # a minute of downtime must still be seen
_COVERED: Final = 0.95  # stripes below; a restart's seconds don't deserve them

DayTime = tuple[date, StateTime]


def day_bars(days: Sequence[DayTime]) -> Drawing:
    """One bar a day, oldest left, as wide as there is room; a pointer shows each day's figures."""
    times = [time for _, time in days]
    drawn = _up(times) + _empty(times) + _overlay(times) + "".join(map(_titled, range(len(days)), days))
    frame = f'class="b" viewBox="0 0 {len(days)} {HEIGHT}" preserveAspectRatio="none"'
    return Drawing(f'<svg {frame} role="img" aria-label="{gist(days)}">{drawn}</svg>')


def row_bars(days: Sequence[DayTime]) -> Drawing:
    """The same for a row of a table, in few bytes: its size, its dots and a line of all `DAYS` are the stylesheet's."""
    times = [time for _, time in days]
    is_whole = sum(time.up > 0 for time in times) == DAYS
    drawn = ("" if is_whole else _up(times)) + _overlay(times)
    kind = "" if is_whole else "class=p "
    return Drawing(f'<svg {kind}role=img aria-label="{gist(days)}">{drawn}</svg>')


def gist(days: Sequence[DayTime]) -> str:
    """The bars in words."""
    down = sum(time.down > 0 for _, time in days)
    unknown = sum(time.total > 0 and not time.known for _, time in days)
    empty = sum(not time.total for _, time in days)
    said = [
        f"down on {plural(down, 'day')}" if down else "no downtime" if unknown + empty < len(days) else "nothing known",
        f"{plural(unknown, 'day')} unknown" if unknown else "",
        f"{plural(empty, 'day')} without results" if empty else "",
    ]
    return ", ".join(part for part in said if part)


def day_sentence(day: date, time: StateTime) -> str:
    """`20 Nov: 99.652% available, down 5 min, unknown 43 min`."""
    if not time.total:
        return f"{day_text(day)}: no results"
    if not time.known:
        return f"{day_text(day)}: unknown all day"
    said = [f"{day_text(day)}: {percent_text(time.known - time.down, time.known)} available"]
    said += [f"down {duration_text(time.down)}"] if time.down else []
    said += [f"degraded {duration_text(time.degraded)}"] if time.degraded else []
    said += [f"unknown {duration_text(time.unknown)}"] if time.unknown else []
    return ", ".join(said)


def _up(times: Sequence[StateTime]) -> str:
    return _line("r", _TOP + _BODY / 2, [index for index, time in enumerate(times) if time.up])


def _empty(times: Sequence[StateTime]) -> str:
    return _line("e", HEIGHT - 0.5, [index for index, time in enumerate(times) if not time.total])


def _line(kind: str, y: float, indices: Sequence[int]) -> str:
    """A line through these days, which the stylesheet breaks into bars or dots."""
    return _path(kind, "".join(f"M{first} {y:g}h{length}" for first, length in runs(indices)))


def _path(kind: str, commands: str) -> str:
    return f'<path class={kind} d="{commands}"/>' if commands else ""


def _overlay(times: Sequence[StateTime]) -> str:
    """What was not up, as strokes over the line of all days, which the stylesheet moves to the middle of each day."""
    layers = [(index, _layers(time)) for index, time in enumerate(times) if _is_marked(time)]
    unknown = "".join(f"M{index} {HEIGHT}v-{height}" for index, (height, _, _) in layers if height)
    degraded = "".join(f"M{index} {_TOP}v{height}" for index, (_, height, _) in layers if height)
    down = "".join(f"M{index} 0v{_TOP + height}" for index, (_, _, height) in layers if height)
    return _path("x", unknown) + _path("g", degraded) + _path("d", down)


def _layers(time: StateTime) -> tuple[int, int, int]:
    """The heights of unknown, from the bottom, and of degraded and down, from the top; the later lie over the earlier.

    The first of them that has nothing beneath it fills the bar.
    """
    unknown = _height(time.unknown, time) if _is_striped(time) else 0
    down = _height(time.down, time)
    degraded = min(_BODY, down + _height(time.degraded, time)) if time.degraded else 0
    if time.up:
        return unknown, degraded, down
    if unknown:
        return _BODY, degraded, down
    return (0, _BODY, down) if degraded else (0, 0, _BODY)


def _is_marked(time: StateTime) -> bool:
    return bool(time.down or time.degraded) or _is_striped(time)


def _is_striped(time: StateTime) -> bool:
    return time.unknown > 0 and time.known < time.total * _COVERED


def _height(part: int, time: StateTime) -> int:
    return max(_LEAST, round(_BODY * part / time.total)) if part else 0


def _titled(index: int, day: DayTime) -> str:
    return f'<rect x="{index}" width="1" height="{HEIGHT}">{title(day_sentence(*day))}</rect>'
