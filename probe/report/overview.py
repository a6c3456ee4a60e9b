"""The view of the overview: how things stand, at once, and every check in one table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final

from probe.model.check import Api
from probe.model.units import Micros
from probe.report.alerts import AlertsNote, alerts_note
from probe.report.figures import Frame, Standing, frame, ongoing_text, reason
from probe.report.group import ApiGroup
from probe.report.prober import ProberPanel, prober_notices, prober_panel
from probe.report.site import ReportLink, Site, SiteCheck
from probe.report.words import CONDITION_WORDS, Condition, Moment, duration_text, moment, plural

WORST_FIRST: Final = (Condition.DOWN, Condition.UNKNOWN, Condition.DEGRADED, Condition.MAINTENANCE, Condition.UP)
_WELL: Final = (Condition.UP, Condition.MAINTENANCE)
_URGENT: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """How things stand in one sentence, and `counts` of every condition that occurs, the worst first."""

    condition: Condition
    text: str
    counts: tuple[tuple[Condition, str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Urgent:
    """A check that needs attention, and why.

    Attributes:
        incident: since when its incident is open, and for how long already; `None` where none is.
    """

    standing: Standing
    incident: tuple[Moment, str] | None
    name: str
    api: str
    href: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The first page.

    Attributes:
        hidden: so many urgent checks are only in the table.
        maintenance: the windows that run, and of how many checks.
        prober: missing where nothing is on record.
        alerts: how many go on, and what reached nobody; missing where nobody is told of anything.
    """

    frame: Frame
    headline: Headline
    notices: tuple[str, ...]
    urgent: tuple[Urgent, ...]
    hidden: int
    maintenance: tuple[str, ...]
    groups: tuple[ApiGroup, ...]
    prober: ProberPanel | None
    service_levels: tuple[ReportLink, ...] = ()
    alerts: AlertsNote | None = None


def overview(site: Site, groups: Sequence[ApiGroup], zone: tzinfo) -> Overview:
    """The view of `index.html`; the groups are those of the site's APIs, in their order."""
    members = [(api.api, check) for api in site.apis for check in api.checks]
    stands = [row.standing for group in groups for row in group.checks]
    said = headline([now.condition for now in stands])
    urgent = _urgent(members, stands, site.now, zone)
    return Overview(
        frame=frame(site, _title(said, site.title), said.condition, root="", zone=zone),
        headline=said,
        notices=(*prober_notices(site, zone), *site.notices),
        urgent=urgent[:_URGENT],
        hidden=max(0, len(urgent) - _URGENT),
        maintenance=tuple(_maintenance(members, zone)),
        groups=tuple(groups),
        prober=prober_panel(site, zone),
        service_levels=site.service_levels,
        alerts=alerts_note(site.alerts, zone) if site.alerts else None,
    )


def headline(conditions: Sequence[Condition]) -> Headline:
    """What is worst, and how many checks are; the sentence of a site without checks says so."""
    counts = Counter(conditions)
    worst = next((each for each in WORST_FIRST if counts[each]), Condition.UNKNOWN)
    if worst is Condition.MAINTENANCE and counts[Condition.UP]:
        worst = Condition.UP
    return Headline(
        condition=worst,
        text=_sentence(worst, counts, len(conditions)),
        counts=tuple((each, _word(each), counts[each]) for each in WORST_FIRST if counts[each]),
    )


def _word(condition: Condition) -> str:
    return "in maintenance" if condition is Condition.MAINTENANCE else CONDITION_WORDS[condition].lower()


def _sentence(worst: Condition, counts: Counter[Condition], total: int) -> str:
    count = counts[worst]
    if not total:
        return "No checks are defined yet"
    if worst is Condition.UP and count < total:
        return f"{plural(count, 'check')} {'is' if count == 1 else 'are'} up, {total - count:,} in maintenance"
    if count == total:
        return f"The one check is {_word(worst)}" if total == 1 else f"All {total:,} checks are {_word(worst)}"
    return f"{count:,} of {plural(total, 'check')} {'is' if count == 1 else 'are'} {_word(worst)}"


def _title(said: Headline, title: str) -> str:
    """Short enough for a browser's tab."""
    if said.condition is Condition.UP:
        return f"All up · {title}"
    _, word, count = said.counts[0] if said.counts else (said.condition, "checks", 0)
    return f"{count} {word} · {title}"


def _urgent(
    members: Sequence[tuple[Api, SiteCheck]], stands: Sequence[Standing], now: Micros, zone: tzinfo
) -> tuple[Urgent, ...]:
    """First what has an open incident, then the rest; each the worst first."""
    found = [
        Urgent(
            standing=standing,
            incident=_open_incident(check, now, zone),
            name=check.facts.name,
            api=api.name,
            href=f"checks/{check.facts.id}.html",
            reason=reason(check, standing),
        )
        for (api, check), standing in zip(members, stands, strict=True)
        if standing.condition not in _WELL
    ]
    return tuple(sorted(found, key=lambda item: (not item.incident, WORST_FIRST.index(item.standing.condition))))


def _open_incident(check: SiteCheck, now: Micros, zone: tzinfo) -> tuple[Moment, str] | None:
    last = check.history.incidents[-1] if check.history.incidents else None
    if last is None or last.end is not None:
        return None
    return moment(last.start, zone), duration_text(now - last.start)


def _maintenance(members: Sequence[tuple[Api, SiteCheck]], zone: tzinfo) -> Iterator[str]:
    """Each window that runs, once."""
    running = Counter(check.maintenance for _, check in members if check.maintenance)
    for window, checks in running.items():
        yield f"In maintenance: {ongoing_text(window, zone)}; {plural(checks, 'check')}"
