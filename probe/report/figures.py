"""View models that several pages share: how a thing stands, how available it was, and its row in a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final

from probe.model.result import Evidence, State, Verdict
from probe.model.units import DAY, WEEK, Micros
from probe.report.bars import day_bars
from probe.report.site import Site, SiteCheck
from probe.report.svg import Drawing
from probe.report.words import (
    FAILURE_WORDS,
    NOTHING,
    STATE_WORDS,
    Moment,
    duration_text,
    exact_moment,
    latency_text,
    moment,
    percent_text,
)
from probe.slo.availability import StateTime, state_time
from probe.slo.history import History
from probe.slo.spans import Span

WINDOWS: Final = (("24 h", DAY), ("7 d", WEEK), ("30 d", 30 * DAY), ("90 d", 90 * DAY))
SUFFICIENT: Final = 95
"""Percent of a window that must be known; below it a figure is marked."""


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
    """

    state: State
    word: str
    since: Moment | None
    lasted: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Availability in one window, with all that says how far to trust it.

    Attributes:
        covers: how much of the window lies after the first result.
        insufficient: less than `SUFFICIENT` percent of it is known.
    """

    label: str
    availability: str
    coverage: str
    worst: str
    best: str
    down: str
    covers: str
    insufficient: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRow:
    """A check in a table of checks. `href` is seen from the page it stands on."""

    standing: Standing
    name: str
    href: str
    bars: Drawing
    windows: tuple[Window, ...]
    latency: str
    p95: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmet:
    """An expectation that was not met, and what was found instead."""

    verdict: Verdict
    expectation: str
    actual: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureNote:
    """One result that was not up. `check` names its check where that isn't plain."""

    at: Moment
    standing: str
    state: State
    kind: str
    status: str
    latency: str
    attempts: int
    detail: str
    unmet: tuple[Unmet, ...]
    check: str = ""
    href: str = ""


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
        return Standing(state=State.UNKNOWN, word="No results", since=None, lasted="")
    last = spans[-1]
    return Standing(
        state=last.state,
        word=STATE_WORDS[last.state],
        since=moment(last.start, zone),
        lasted=duration_text(last.end - last.start),
    )


def windows(spans: Sequence[Span], now: Micros) -> tuple[Window, ...]:
    """Availability in each of `WINDOWS`, all ending now."""
    return tuple(window(label, state_time(spans, start=now - length, end=now)) for label, length in WINDOWS)


def window(label: str, time: StateTime) -> Window:
    """One window in words; every percentage is cut off, not rounded."""
    return Window(
        label=label,
        availability=percent_text(time.known - time.down, time.known),
        coverage=percent_text(time.known, time.total, 1),
        worst=percent_text(time.known - time.down, time.total),
        best=percent_text(time.total - time.down, time.total),
        down=duration_text(time.down) if time.known else NOTHING,
        covers=duration_text(time.total),
        insufficient=time.known * 100 < time.total * SUFFICIENT,
    )


def check_row(check: SiteCheck, *, now: Micros, zone: tzinfo, root: str) -> CheckRow:
    """The check as a row of a page `root` below the top."""
    history = check.history
    return CheckRow(
        standing=standing(history.spans, zone),
        name=check.facts.name,
        href=f"{root}checks/{check.facts.id}.html",
        bars=day_bars([(day.date, day.time) for day in history.days]),
        windows=windows(history.spans, now),
        latency=latency_text(history.last.latency_us if history.last else None),
        p95=latency_text(day.p95 if (day := history.last_day.latency) else None),
    )


def reason(check: SiteCheck, now: Standing) -> str:
    """Why the check isn't up: in the words of its newest failure, when that is of the state that holds now."""
    newest = check.failures[0] if check.failures else None
    return newest.detail if newest and newest.state is now.state else ""


def failure_note(evidence: Evidence, zone: tzinfo, *, check: str = "", href: str = "") -> FailureNote:
    """A failure with its reason in full."""
    return FailureNote(
        at=exact_moment(evidence.scheduled_at, zone),
        standing=STATE_WORDS[evidence.state],
        state=evidence.state,
        kind=FAILURE_WORDS[evidence.failure] if evidence.failure else "",
        status="" if evidence.http_status is None else str(evidence.http_status),
        latency=latency_text(evidence.latency_us),
        attempts=evidence.attempts,
        detail=evidence.detail,
        unmet=tuple(
            Unmet(verdict=item.verdict, expectation=item.expectation, actual=item.actual or "")
            for item in evidence.outcomes
            if item.verdict in (Verdict.FAILED, Verdict.WARNED)
        ),
        check=check,
        href=href,
    )
