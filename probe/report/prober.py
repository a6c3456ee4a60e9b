"""The view of the prober itself: what was not measured through its own fault, and how it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final

from probe.model.sample import FailureKind
from probe.model.units import DAY, MINUTE
from probe.report.site import ProberFacts, Site
from probe.report.words import FAILURE_WORDS, Moment, duration_text, latency_text, moment, percent_text, plural
from probe.slo.history import History

_DIGITS: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """A control target: `is_up` is `None` until it was asked."""

    name: str
    is_up: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProberPanel:
    """The prober over the last 24 hours.

    Attributes:
        slots: what was to be measured.
        unmeasured: how much of it is unknown, and its share; empty when none is.
        reasons: why, with how often, the most frequent first.
        stall: the longest time for which it stood still; empty where only the running daemon knows.
        since: when the daemon started, where that is less than a day ago.
        control: the control targets.
        spooled: results that wait on disk for the store; empty when none does.
        lost: results that nothing could take; empty when all are stored or wait.
    """

    slots: str
    unmeasured: str
    reasons: tuple[tuple[str, str], ...]
    stall: str = ""
    since: Moment | None = None
    control: tuple[Host, ...] = ()
    spooled: str = ""
    lost: str = ""


def prober_panel(site: Site, zone: tzinfo) -> ProberPanel | None:
    """The panel of the overview; none for a site without a slot in the last 24 hours."""
    histories = [check.history for api in site.apis for check in api.checks]
    slots = sum(item.last_day.runs for item in histories)
    if not slots:
        return None
    lost = _total(item.unmeasured for item in histories)
    facts = site.prober
    return ProberPanel(
        slots=f"{slots:,}",
        unmeasured=_share(lost.total(), slots) if lost else "",
        reasons=tuple((FAILURE_WORDS[kind], f"{count:,}") for kind, count in lost.most_common()),
        stall=_stall(facts) if facts else "",
        since=moment(facts.since, zone) if facts and site.now - facts.since < DAY else None,
        control=tuple(Host(name=name, is_up=is_up) for name, is_up in facts.control) if facts else (),
        spooled=plural(facts.spooled, "result") if facts and facts.spooled else "",
        lost=plural(facts.lost, "result") if facts and facts.lost else "",
    )


def prober_notices(site: Site, zone: tzinfo) -> Iterator[str]:
    """What a reader must know of the prober before anything else."""
    facts = site.prober
    if facts is None:
        return
    if facts.silent_since is not None:
        since = moment(facts.silent_since, zone).text
        yield f"No control target answers since {since}: probe's own network fails, and what fails by it is unknown."
    if facts.store_away_since is not None:
        since = moment(facts.store_away_since, zone).text
        yield f"The store takes no results since {since}: what was measured after that is not in this report yet."
    if facts.lost:
        yield f"{plural(facts.lost, 'result')} could be kept neither in the store nor on disk, and so became unknown."


def unmeasured_sentence(history: History) -> str:
    """What of a check was not measured in the last 24 hours, and why; empty when all was."""
    lost = Counter(history.unmeasured)
    if not lost:
        return ""
    why = ", ".join(f"{FAILURE_WORDS[kind]} ({count:,})" for kind, count in lost.most_common())
    slots = plural(history.last_day.runs, "slot")
    return f"{lost.total():,} of {slots} in the last 24 hours were not measured, through no fault of the target: {why}."


def _total(parts: Iterable[Mapping[FailureKind, int]]) -> Counter[FailureKind]:
    found = Counter[FailureKind]()
    for part in parts:
        found.update(part)
    return found


def _share(lost: int, slots: int) -> str:
    share = percent_text(lost, slots, _DIGITS)
    return f"{lost:,} ({share if share.strip('0.%') else 'less than 0.01%'})"


def _stall(facts: ProberFacts) -> str:
    longest = facts.longest_stall
    if not longest:
        return "none"
    return latency_text(longest) if longest < MINUTE else duration_text(longest)
