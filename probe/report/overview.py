"""The view of the overview: how things stand, at once, and every check in one table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final

from probe.model.check import Api
from probe.model.result import State
from probe.report.bars import day_bars
from probe.report.figures import (
    CheckRow,
    Frame,
    Standing,
    Window,
    check_row,
    frame,
    reason,
    standing,
    windows,
)
from probe.report.group import api_days, api_spans
from probe.report.site import Site, SiteApi, SiteCheck
from probe.report.svg import Drawing
from probe.report.words import STATE_WORDS, plural, shortened

WORST_FIRST: Final = (State.DOWN, State.UNKNOWN, State.DEGRADED, State.UP)
_NAMED: Final = 3
_URGENT: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """How things stand in one sentence.

    Attributes:
        names: the checks it is about, at most three; `others` are the rest.
        counts: every state that occurs, the worst first.
    """

    state: State
    text: str
    names: tuple[str, ...]
    others: int
    counts: tuple[tuple[State, str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Urgent:
    """A check that needs attention, and why."""

    standing: Standing
    name: str
    api: str
    href: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiGroup:
    """An API with its checks."""

    name: str
    href: str
    standing: Standing
    bars: Drawing
    windows: tuple[Window, ...]
    checks: tuple[CheckRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The first page. `hidden` urgent checks are only in the table."""

    frame: Frame
    headline: Headline
    notices: tuple[str, ...]
    urgent: tuple[Urgent, ...]
    hidden: int
    groups: tuple[ApiGroup, ...]


def overview(site: Site, zone: tzinfo) -> Overview:
    """The view of `index.html`."""
    members = [(api.api, check) for api in site.apis for check in api.checks]
    stands = [standing(check.history.spans, zone) for _, check in members]
    said = headline([(check.facts.name, now.state) for (_, check), now in zip(members, stands, strict=True)])
    urgent = _urgent(members, stands)
    return Overview(
        frame=frame(site, _title(said, site.title), said.state, root="", zone=zone),
        headline=said,
        notices=site.notices,
        urgent=urgent[:_URGENT],
        hidden=max(0, len(urgent) - _URGENT),
        groups=tuple(_group(api, site, zone) for api in site.apis),
    )  # fmt: skip


def headline(checks: Sequence[tuple[str, State]]) -> Headline:
    """What is worst, and which checks are; the sentence of a site without checks says so."""
    counts = Counter(state for _, state in checks)
    worst = next((state for state in WORST_FIRST if counts[state]), State.UNKNOWN)
    names = tuple(shortened(name) for name, state in checks if state is worst is not State.UP)
    return Headline(
        state=worst,
        text=_sentence(worst, counts[worst], len(checks)),
        names=names[:_NAMED],
        others=max(0, len(names) - _NAMED),
        counts=tuple((state, STATE_WORDS[state].lower(), counts[state]) for state in WORST_FIRST if counts[state]),
    )


def _sentence(worst: State, count: int, total: int) -> str:
    if not total:
        return "No checks are defined yet"
    if count == total:
        return f"The one check is {worst}" if total == 1 else f"All {total:,} checks are {worst}"
    return f"{count:,} of {plural(total, 'check')} {'is' if count == 1 else 'are'} {worst}"


def _title(said: Headline, title: str) -> str:
    """Short enough for a browser's tab."""
    state, word, count = said.counts[0] if said.counts else (State.UNKNOWN, "checks", 0)
    return f"All up · {title}" if state is State.UP else f"{count} {word} · {title}"


def _urgent(members: Sequence[tuple[Api, SiteCheck]], stands: Sequence[Standing]) -> tuple[Urgent, ...]:
    found = [
        Urgent(
            standing=now,
            name=check.facts.name,
            api=api.name,
            href=f"checks/{check.facts.id}.html",
            reason=reason(check, now),
        )
        for (api, check), now in zip(members, stands, strict=True)
        if now.state is not State.UP
    ]
    return tuple(sorted(found, key=lambda item: WORST_FIRST.index(item.standing.state)))


def _group(api: SiteApi, site: Site, zone: tzinfo) -> ApiGroup:
    steps = api_spans(api)
    return ApiGroup(
        name=api.api.name,
        href=f"apis/{api.api.id}.html",
        standing=standing(steps, zone),
        bars=day_bars(api_days(steps, now=site.now, zone=zone)),
        windows=windows(steps, site.now),
        checks=tuple(check_row(check, now=site.now, zone=zone, root="") for check in api.checks),
    )
