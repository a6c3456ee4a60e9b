"""View models that several pages share: how a thing stands, how available it was, and its row in a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final

from probe.model.result import State
from probe.model.units import DAY, WEEK, Micros
from probe.report.bars import row_bars
from probe.report.site import Site, SiteCheck
from probe.report.svg import Drawing
from probe.report.words import (
    FAILURE_WORDS,
    NOTHING,
    STATE_WORDS,
    Moment,
    duration_text,
    latency_text,
    moment,
    percent_text,
)
from probe.slo.availability import StateTime
from probe.slo.history import times
from probe.slo.spans import Span

WINDOWS: Final = (("24 h", DAY), ("7 d", WEEK), ("30 d", 30 * DAY), ("90 d", 90 * DAY))
SUFFICIENT: Final = 95
"""Percent of a window that must be known; below it a figure is marked, and says on how much it rests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What stands around every page.

    Attributes:
        root: the way from the page to the site's top: empty, `../` or `../../`.
        simulated: until when the history is made up.
        refresh: seconds until a browser loads the page again; `None` on pages that are read at length.
    """

    title: str
    site: str
    root: str
    state: State
    made: Moment
    version: str
    simulated: Moment | None
    refresh: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a thing stands now.

    Attributes:
        since: `None` when there was never a result.
        lasted: how long already, at the page's now.
        is_first: nothing is on record before.
    """

    state: State
    word: str
    since: Moment | None
    lasted: str
    is_first: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Availability in one window, with all that says how far to trust it.

    Attributes:
        covers: how much of the window lies after the first result.
        known: why it is insufficient: `36 s known` of a window that is not full yet, else `93.4% known`.
        insufficient: less than `SUFFICIENT` percent of the window is known.
        older: it holds results that no shorter window holds; without them it would say the same once more.
    """

    label: str
    availability: str
    coverage: str
    worst: str
    best: str
    down: str
    covers: str
    known: str
    insufficient: bool
    older: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRow:
    """A check in a table of checks. `href` is seen from the site's top."""

    standing: Standing
    name: str
    href: str
    bars: Drawing
    windows: tuple[Window, ...]
    latency: str
    p95: str


def frame(site: Site, title: str, state: State, *, root: str, zone: tzinfo) -> Frame:
    """The frame of a page `root` below the top, which reloads itself only there."""
    return Frame(
        title=title,
        site=site.title,
        root=root,
        state=state,
        made=moment(site.now, zone),
        version=site.version,
        simulated=None if site.simulated_until is None else moment(site.simulated_until, zone),
        refresh=None if root else 60,
    )


def standing(spans: Sequence[Span], zone: tzinfo) -> Standing:
    """The state of the last span; unknown when there is none."""
    if not spans:
        return Standing(state=State.UNKNOWN, word="No results", since=None, lasted="", is_first=False)
    last = spans[-1]
    return Standing(
        state=last.state,
        word=STATE_WORDS[last.state],
        since=moment(last.start, zone),
        lasted=duration_text(last.end - last.start),
        is_first=len(spans) == 1,
    )


def windows(spans: Sequence[Span], now: Micros) -> tuple[Window, ...]:
    """Availability in each of `WINDOWS`, all ending now."""
    held = times(spans, [(now - length, now) for _, length in WINDOWS])
    shorter = [0, *(time.total for time in held)]
    return tuple(
        window(label, time, length=length, older=time.total > before)
        for (label, length), time, before in zip(WINDOWS, held, shorter, strict=False)
    )


def window(label: str, time: StateTime, *, length: Micros, older: bool = True) -> Window:
    """One window in words; every percentage is cut off, not rounded."""
    coverage = percent_text(time.known, time.total, 1)
    is_full = time.total * 100 >= length * SUFFICIENT
    return Window(
        label=label,
        availability=percent_text(time.known - time.down, time.known),
        coverage=coverage,
        worst=percent_text(time.known - time.down, time.total),
        best=percent_text(time.total - time.down, time.total),
        down=duration_text(time.down) if time.known else NOTHING,
        covers=duration_text(time.total),
        known=f"{coverage if is_full else duration_text(time.known)} known",
        insufficient=time.known * 100 < length * SUFFICIENT,
        older=older,
    )


def check_row(check: SiteCheck, *, now: Micros, zone: tzinfo) -> CheckRow:
    """The check as a row. The latest latency is that of a response: a connection refused at once is not fast."""
    history = check.history
    latest = history.last.latency_us if history.last and history.last.http_status else None
    return CheckRow(
        standing=standing(history.spans, zone),
        name=check.facts.name,
        href=f"checks/{check.facts.id}.html",
        bars=row_bars([(day.date, day.time) for day in history.days]),
        windows=windows(history.spans, now),
        latency=latency_text(latest),
        p95=latency_text(day.p95 if (day := history.last_day.latency) else None),
    )


def reason(check: SiteCheck, now: Standing) -> str:
    """Why the check isn't up: in the words of its newest failure, when that is of the state that holds now."""
    last = check.history.last
    newest = check.failures[0] if check.failures else None
    if now.state is State.UNKNOWN and last and last.state is State.UNKNOWN and last.failure:
        tells = newest is not None and newest.scheduled_at == last.scheduled_at
        return f"not measured: {newest.detail if newest and tells else FAILURE_WORDS[last.failure]}"
    return newest.detail if newest and newest.state is now.state else ""
