"""Alerts as mails tell them: in a line, or with all that is known."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo
from typing import Final

from probe.channels.email.phases import segments
from probe.channels.email.view import Brief, Full, Run, Tone, Unmet
from probe.channels.email.wording import (
    MARKS,
    NAME,
    OVER,
    SENTENCE,
    STATE_TONES,
    TEXT,
    line,
    lines,
    links,
    tone_of,
    when_in_short,
    when_of,
    zone_of,
)
from probe.model.alert import Facts
from probe.model.notification import Entry, Message, PastRun
from probe.model.result import State, Verdict
from probe.model.sample import FailureKind
from probe.model.words import FAILURE_WORDS, STATE_WORDS, clock_text

_GLYPHS: Final = {State.UP: "●", State.DEGRADED: "▲", State.DOWN: "✕", State.UNKNOWN: "?"}
_MOST_RUNS: Final = 20
_MOST_UNMET: Final = 10
_MOST_LINKS: Final = 5
_IN_A_LINE: Final = 200
"""Characters of a reason."""


def brief(entry: Entry, message: Message) -> Brief:
    """In a line."""
    tone = tone_of(entry)
    return Brief(
        mark=MARKS[tone],
        tone=tone,
        status=_status(entry),
        name=line(entry.name, NAME),
        id=line(str(entry.subject), NAME),
        when=when_in_short(entry, message),
        why=line(_why(entry), _IN_A_LINE),
    )


def full(entry: Entry, message: Message) -> Full:
    """With all that is known."""
    tone, zone = tone_of(entry), zone_of(message.zone)
    past = entry.past[-_MOST_RUNS:]
    runs = tuple(map(_run, past))
    return Full(
        mark=MARKS[tone],
        tone=tone,
        status=_status(entry),
        name=line(entry.name, NAME),
        id=line(str(entry.subject), NAME),
        when=when_of(entry, message),
        why=line(_why(entry)),
        rule=line(entry.rule, NAME),
        is_new=entry.is_new,
        expected=line(entry.expected) if entry.is_firing else "",
        facts=tuple((label, line(value)) for label, value in _facts(entry) if value),
        unmet=tuple(_unmet(entry)),
        phases=segments(entry.phases),
        runs=runs,
        runs_from=_clock(past, 0, zone),
        runs_to=_clock(past, -1, zone),
        legend=tuple(dict.fromkeys(runs)),
        budget=line(entry.budget.sentence) if entry.budget and entry.budget != message.budget else "",
        acknowledged=line(entry.acknowledged),
        muted=line(entry.muted),
        note=lines(entry.note, TEXT),
        links=links((*(("Runbook", entry.runbook) for _ in [0] if entry.runbook), *entry.links))[:_MOST_LINKS],
    )


def _status(entry: Entry) -> str:
    return entry.level.upper() if entry.is_firing else OVER


def _why(entry: Entry) -> str:
    return entry.reading if entry.is_firing else entry.resolution or entry.reading


def _facts(entry: Entry) -> Iterator[tuple[str, str]]:
    if not entry.is_firing:
        yield "Was", entry.reading if entry.resolution else ""
    if entry.facts:
        yield from _facts_of_result(entry.facts, told=next(_unmet(entry), None) is not None)
    yield "Locations", ", ".join(entry.locations[:_MOST_UNMET]) if len(entry.locations) > 1 else ""
    yield "Labels", ", ".join(f"{name}={value}" for name, value in entry.labels)


def _facts_of_result(facts: Facts, *, told: bool) -> Iterator[tuple[str, str]]:
    """The failure only where what was not met doesn't tell it."""
    if not (told and facts.failure is FailureKind.ASSERTION):
        word = FAILURE_WORDS[facts.failure] if facts.failure else ""
        yield "Failure", ": ".join(part for part in (word, facts.detail[: 4 * SENTENCE]) if part)
    yield "Status", "" if facts.http_status is None else f"HTTP {facts.http_status}"
    yield "Host", facts.host or ""
    yield "Address", facts.address or ""


def _unmet(entry: Entry) -> Iterator[Unmet]:
    found = [each for each in entry.outcomes if each.verdict in (Verdict.FAILED, Verdict.WARNED)]
    for each in found[:_MOST_UNMET]:
        yield Unmet(expected=line(each.expectation), found=line(each.actual or "nothing"))


def _run(run: PastRun) -> Run:
    return Run(
        glyph=_GLYPHS[run.state], state=STATE_WORDS[run.state].lower(), tone=STATE_TONES.get(run.state, Tone.UNKNOWN)
    )


def _clock(past: tuple[PastRun, ...], index: int, zone: tzinfo) -> str:
    return clock_text(past[index].slot, zone) if past else ""
