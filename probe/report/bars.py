"""Ninety days as ninety bars, small enough to stand beside each of a thousand checks.

A bar is divided as its day was, from the bottom: maintenance, unknown (striped), up, degraded, and down on top, where it
sticks out above its neighbours. So shape, place and height say what the colour says. A day without any result is a dot.

The bars of all days with some up time are one broken line, and what was not up is drawn over it. In a row of a table
the stylesheet draws that line, and scales what lies over it: a spotless row has nothing to say but that.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from probe.report.scales import runs
from probe.report.svg import Drawing, title
from probe.report.words import day_text, duration_text, plural, share_text
from probe.slo.availability import StateTime
from probe.slo.history import DAYS, DayLevel

HEIGHT: Final = 12
"""In the drawing's own units; a day is one unit wide."""

_BODY: Final = 9
_TOP: Final = HEIGHT - _BODY
_LEAST: Final = 2  # a minute of downtime must still be seen
_COVERED: Final = 0.95  # stripes below; a restart's seconds don't deserve them


def day_bars(days: Sequence[DayLevel]) -> Drawing:
    """One bar a day, oldest left, as wide as there is room; a pointer shows each day's figures."""
    times = [day.time for day in days]
    drawn = _up(times) + _empty(times) + _apart(times) + _overlay(times) + "".join(map(_titled, range(len(days)), days))
    frame = f'class="b" viewBox="0 0 {len(days)} {HEIGHT}" preserveAspectRatio="none"'
    return Drawing(f'<svg {frame} role="img" aria-label="{gist(days)}">{drawn}</svg>')


def row_bars(days: Sequence[DayLevel]) -> Drawing:
    """The same for a row of a table, in few bytes: its size, its dots and a line of all `DAYS` are the stylesheet's."""
    times = [day.time for day in days]
    is_whole = sum(time.up > 0 for time in times) == DAYS
    drawn = ("" if is_whole else _up(times)) + _apart(times) + _overlay(times)
    kind = "" if is_whole else "class=p "
    return Drawing(f'<svg {kind}role=img aria-label="{gist(days)}">{drawn}</svg>')


def gist(days: Sequence[DayLevel]) -> str:
    """The bars in words."""
    times = [day.time for day in days]
    down = sum(time.down > 0 for time in times)
    unknown = sum(time.total > 0 and not time.known for time in times)
    kept = sum(time.maintenance > 0 for time in times)
    empty = sum(not time.total and not time.maintenance for time in times)
    is_known = any(time.known for time in times)
    said = [
        f"down on {plural(down, 'day')}" if down else "no downtime" if is_known else "nothing known",
        f"{plural(unknown, 'day')} unknown" if unknown else "",
        f"maintenance on {plural(kept, 'day')}" if kept else "",
        f"{plural(empty, 'day')} without results" if empty else "",
    ]
    return ", ".join(part for part in said if part)


def day_sentence(day: DayLevel) -> str:
    """`20 Nov: 99.652% available, down 5 min, unknown 43 min, maintenance 2 h`."""
    date, time, availability = day
    if not time.total:
        return f"{day_text(date)}: {'maintenance all day' if time.maintenance else 'no results'}"
    if not time.known and not time.maintenance:
        return f"{day_text(date)}: unknown all day"
    said = [] if availability is None else [f"{share_text(availability)} available"]
    parts = (
        ("down", time.down),
        ("degraded", time.degraded),
        ("unknown", time.unknown),
        ("maintenance", time.maintenance),
    )
    said += [f"{word} {duration_text(length)}" for word, length in parts if length]
    return f"{day_text(date)}: {', '.join(said)}"


def _up(times: Sequence[StateTime]) -> str:
    return _line("r", _TOP + _BODY / 2, [index for index, time in enumerate(times) if time.up])


def _empty(times: Sequence[StateTime]) -> str:
    return _line("e", HEIGHT - 0.5, [index for index, time in enumerate(times) if not _whole(time)])


def _apart(times: Sequence[StateTime]) -> str:
    """Maintenance: a line for each height that occurs, for windows that recur are as long each time."""
    heights = [_kept(time) for time in times]
    return "".join(
        _line(
            f'm stroke-width="{height}"', HEIGHT - height / 2, [i for i, each in enumerate(heights) if each == height]
        )
        for height in sorted({*heights} - {0})
    )


def _line(kind: str, y: float, indices: Sequence[int]) -> str:
    """A line through these days, which the stylesheet breaks into bars or dots."""
    return _path(kind, "".join(f"M{first} {y:g}h{length}" for first, length in runs(indices)))


def _path(kind: str, commands: str) -> str:
    return f'<path class={kind} d="{commands}"/>' if commands else ""


def _overlay(times: Sequence[StateTime]) -> str:
    """What was not up, as strokes over the line of all days, which the stylesheet moves to the middle of each day."""
    layers = [(index, _layers(time)) for index, time in enumerate(times) if _is_marked(time)]
    unknown = "".join(f"M{index} {HEIGHT - each.apart}v-{each.unknown}" for index, each in layers if each.unknown)
    degraded = "".join(f"M{index} {_TOP}v{each.degraded}" for index, each in layers if each.degraded)
    down = "".join(f"M{index} 0v{_TOP + each.down}" for index, each in layers if each.down)
    return _path("x", unknown) + _path("g", degraded) + _path("d", down)


class _Layers(NamedTuple):
    """Heights: of maintenance and unknown, from the bottom; of degraded and down, from the top. The later lie over the
    earlier."""

    apart: int
    unknown: int
    degraded: int
    down: int


def _layers(time: StateTime) -> _Layers:
    """The first of them that has nothing beneath it fills what maintenance leaves of the bar."""
    apart = _kept(time)
    room = _BODY - apart
    unknown = min(room, _height(time.unknown, time)) if _is_striped(time) else 0
    down = min(room, _height(time.down, time))
    degraded = min(room, down + _height(time.degraded, time)) if time.degraded else 0
    if time.up:
        return _Layers(apart, unknown, degraded, down)
    if unknown:
        return _Layers(apart, room, degraded, down)
    return _Layers(apart, 0, room, down) if degraded else _Layers(apart, 0, 0, room)


def _is_marked(time: StateTime) -> bool:
    return bool(time.down or time.degraded) or _is_striped(time)


def _is_striped(time: StateTime) -> bool:
    return time.unknown > 0 and time.known < time.total * _COVERED


def _height(part: int, time: StateTime) -> int:
    return max(_LEAST, round(_BODY * part / _whole(time))) if part else 0


def _kept(time: StateTime) -> int:
    """That of maintenance, which leaves something of a day that had anything else."""
    return min(_height(time.maintenance, time), _BODY - 1 if time.total else _BODY)


def _whole(time: StateTime) -> int:
    return time.total + time.maintenance


def _titled(index: int, day: DayLevel) -> str:
    return f'<rect x="{index}" width="1" height="{HEIGHT}">{title(day_sentence(day))}</rect>'
