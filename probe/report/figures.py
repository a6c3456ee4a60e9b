"""View models that several pages share: how a thing stands, how available it was, and its row in a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final

from probe.model.result import State
from probe.model.units import DAY, WEEK, Micros
from probe.report.bars import row_bars
from probe.report.rules import counted_text
from probe.report.site import Ongoing, Site, SiteCheck
from probe.report.svg import Drawing
from probe.report.words import (
    CONDITION_WORDS,
    FAILURE_WORDS,
    NOTHING,
    Condition,
    Moment,
    duration_text,
    latency_text,
    moment,
    percent_text,
    share_text,
)
from probe.slo.availability import SUFFICIENT, StateTime
from probe.slo.past import Attained, Past
from probe.slo.periods import Period

WINDOWS: Final = (("24 h", DAY), ("7 d", WEEK), ("30 d", 30 * DAY), ("90 d", 90 * DAY))
_NOTHING: Final = Attained(None, None, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What stands around every page.

    Attributes:
        root: the way from the page to the site's top: empty, `../` or `../../`.
        simulated: until when the history is made up.
        counted: how availability is counted, in a sentence or two.
        refresh: seconds until a browser loads the page again; `None` on pages that are read at length.
    """

    title: str
    site: str
    root: str
    condition: Condition
    made: Moment
    version: str
    simulated: Moment | None
    counted: str
    refresh: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a thing stands now.

    Attributes:
        state: the confirmed one, also in maintenance.
        since: from when on it is in this state; `None` when there was never a result.
        lasted: how long already, at the page's now.
        is_first: nothing is on record before.
        maintenance: the window that runs, and when it ends, in words; empty while none does.
    """

    state: State
    condition: Condition
    word: str
    since: Moment | None
    lasted: str
    is_first: bool
    maintenance: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Availability in one window, with all that says how far to trust it.

    Attributes:
        maintenance: how much of the window was set apart; empty where nothing was.
        covers: how much of the window lies after the first result.
        known: why it is insufficient: `36 s known` of a window that is not full yet, else `93.4% known`.
        insufficient: less than `SUFFICIENT` of the window, without maintenance, is known; then the figure says on how much it rests.
        older: it holds results that no shorter window holds; without them it would say the same once more.
    """

    label: str
    availability: str
    coverage: str
    worst: str
    best: str
    down: str
    maintenance: str
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


def frame(site: Site, title: str, condition: Condition, *, root: str, zone: tzinfo) -> Frame:
    """The frame of a page `root` below the top, which reloads itself only there."""
    return Frame(
        title=title,
        site=site.title,
        root=root,
        condition=condition,
        made=moment(site.now, zone),
        version=site.version,
        simulated=None if site.simulated_until is None else moment(site.simulated_until, zone),
        counted=counted_text(site.rules),
        refresh=None if root else 60,
    )


def standing(past: Past | None, zone: tzinfo, *, maintenance: Ongoing | None = None) -> Standing:
    """The state that was confirmed last; unknown when there is none."""
    steps = past.there if past else ()
    state = steps[-1].state if steps else State.UNKNOWN
    condition = Condition.MAINTENANCE if maintenance else Condition(state.value)
    return Standing(
        state=state,
        condition=condition,
        word=CONDITION_WORDS[condition] if steps or maintenance else "No results",
        since=moment(steps[-1].start, zone) if steps else None,
        lasted=duration_text(steps[-1].end - steps[-1].start) if steps else "",
        is_first=len(steps) == 1,
        maintenance=ongoing_text(maintenance, zone) if maintenance else "",
    )


def ongoing_text(window: Ongoing, zone: tzinfo) -> str:
    """`Release, until 20 Nov 2026, 23:00 CET`."""
    return f"{window.name}, {'open end' if window.end is None else f'until {moment(window.end, zone).text}'}"


def windows(past: Past | None, now: Micros) -> tuple[Window, ...]:
    """Availability in each of `WINDOWS`, all ending now."""
    if past is None:
        return tuple(window(label, StateTime(), _NOTHING, length=length, older=False) for label, length in WINDOWS)
    periods = [Period(now - length, now) for _, length in WINDOWS]
    held = [past.time(period) for period in periods]
    older = [after.total + after.maintenance > before for before, after in zip(_totals(held), held, strict=False)]
    return tuple(
        window(label, time, past.attained(period), length=length, older=each)
        for (label, length), period, time, each in zip(WINDOWS, periods, held, older, strict=True)
    )


def window(label: str, time: StateTime, attained: Attained, *, length: Micros, older: bool = True) -> Window:
    """One window in words; every percentage is cut off, not rounded."""
    coverage = percent_text(time.known, time.total, 1)
    counted = length - time.maintenance
    is_full = time.total >= counted * SUFFICIENT
    return Window(
        label=label,
        availability=share_text(attained.availability),
        coverage=coverage,
        worst=share_text(attained.worst),
        best=share_text(attained.best),
        down=duration_text(time.down) if time.known else NOTHING,
        maintenance=duration_text(time.maintenance) if time.maintenance else "",
        covers=duration_text(time.total + time.maintenance),
        known=f"{coverage if is_full else duration_text(time.known)} known",
        insufficient=time.known < counted * SUFFICIENT,
        older=older,
    )


def _totals(held: Sequence[StateTime]) -> list[Micros]:
    """What each shorter window holds already."""
    return [0, *(time.total + time.maintenance for time in held)]


def check_row(check: SiteCheck, *, now: Micros, zone: tzinfo) -> CheckRow:
    """The check as a row. The latest latency is that of a response: a connection refused at once is not fast."""
    history = check.history
    latest = history.last.latency_us if history.last and history.last.http_status else None
    return CheckRow(
        standing=standing(history.past, zone, maintenance=check.maintenance),
        name=check.facts.name,
        href=f"checks/{check.facts.id}.html",
        bars=row_bars([day.level for day in history.days]),
        windows=windows(history.past, now),
        latency=latency_text(latest),
        p95=latency_text(day.p95 if (day := history.last_day.latency) else None),
    )


def reason(check: SiteCheck, now: Standing) -> str:
    """Why the check isn't up: in the words of the newest failure that tells of the state which holds now."""
    if now.maintenance:
        return ""
    last = check.history.last
    newest = check.failures[0] if check.failures else None
    if now.state is State.UNKNOWN and last and last.state is State.UNKNOWN and last.failure:
        tells = newest is not None and newest.scheduled_at == last.scheduled_at
        return f"not measured: {newest.detail if newest and tells else FAILURE_WORDS[last.failure]}"
    if now.state is State.DEGRADED and newest and newest.state is State.DOWN:
        return f"not confirmed yet: {newest.detail}"
    if now.state is State.DOWN:  # what came since may be the first sign of a recovery
        return next((each.detail for each in check.failures if each.state is State.DOWN), "")
    return newest.detail if newest and newest.state is now.state else ""
