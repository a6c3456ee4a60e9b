"""The view of the overview: how things stand, at once, and every check in one table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final

from probe.model.check import Api
from probe.model.result import State
from probe.report.figures import Frame, Standing, frame, reason
from probe.report.group import ApiGroup
from probe.report.prober import ProberPanel, prober_notices, prober_panel
from probe.report.site import Site, SiteCheck
from probe.report.words import STATE_WORDS, plural

WORST_FIRST: Final = (State.DOWN, State.UNKNOWN, State.DEGRADED, State.UP)
_URGENT: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """How things stand in one sentence, and `counts` of every state that occurs, the worst first."""

    state: State
    text: str
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
class Overview:
    """The first page. `hidden` urgent checks are only in the table; `prober` is missing where nothing is on record."""

    frame: Frame
    headline: Headline
    notices: tuple[str, ...]
    urgent: tuple[Urgent, ...]
    hidden: int
    groups: tuple[ApiGroup, ...]
    prober: ProberPanel | None


def overview(site: Site, groups: Sequence[ApiGroup], zone: tzinfo) -> Overview:
    """The view of `index.html`; the groups are those of the site's APIs, in their order."""
    members = [(api.api, check) for api in site.apis for check in api.checks]
    stands = [row.standing for group in groups for row in group.checks]
    said = headline([now.state for now in stands])
    urgent = _urgent(members, stands)
    return Overview(
        frame=frame(site, _title(said, site.title), said.state, root="", zone=zone),
        headline=said,
        notices=(*prober_notices(site, zone), *site.notices),
        urgent=urgent[:_URGENT],
        hidden=max(0, len(urgent) - _URGENT),
        groups=tuple(groups),
        prober=prober_panel(site, zone),
    )


def headline(states: Sequence[State]) -> Headline:
    """What is worst, and how many checks are; the sentence of a site without checks says so."""
    counts = Counter(states)
    worst = next((state for state in WORST_FIRST if counts[state]), State.UNKNOWN)
    return Headline(
        state=worst,
        text=_sentence(worst, counts[worst], len(states)),
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
