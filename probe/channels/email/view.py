"""What the templates of mails are given: everything in words, bounded, with no hidden character in it; HTML is still to be escaped."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Tone(StrEnum):
    """What a thing looks like; the templates have a colour for each, and never that alone."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"
    OVER = "over"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A page to look at: HTTP or HTTPS only."""

    title: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmet:
    """An expectation that was not met: what was expected, and what was found."""

    expected: str
    found: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A phase in the bar of phases.

    Attributes:
        letter: by which text draws it.
        percent: of the bar, a whole number from 1 on; all of them make 100.
        took, usual: how long; `usual` is empty where nobody knows.
    """

    phase: str
    letter: str
    percent: int
    took: str
    usual: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One of the last results: a glyph, a word, and a tone."""

    glyph: str
    state: str
    tone: Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """An alert in a line.

    Attributes:
        status: `CRITICAL`, `WARNING`, `INFO`, or `OVER`.
        when: since when, and for how long.
        why: what was found; of one that is over, why it is.
    """

    mark: str
    tone: Tone
    status: str
    name: str
    id: str
    when: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Full(Brief):
    """An alert with all that is known of it.

    Attributes:
        expected: what was wanted; empty where that says nothing.
        facts: label and value.
        unmet: expectations that were not met.
        phases: of the failing result; none where nothing is known of them.
        runs: the last ones, ascending; `runs_from` and `runs_to` say when the first and the last were.
        legend: each glyph of `runs` once, with its word.
        budget: a sentence; empty where it is the message's own.
    """

    rule: str
    is_new: bool
    expected: str
    facts: tuple[tuple[str, str], ...]
    unmet: tuple[Unmet, ...]
    phases: tuple[Segment, ...]
    runs: tuple[Run, ...]
    runs_from: str
    runs_to: str
    legend: tuple[Run, ...]
    budget: str
    acknowledged: str
    muted: str
    note: str
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What the outage did to an error budget; percent are whole numbers from 0 to 100, cut off."""

    sentence: str
    objective: str
    spent_percent: int
    used_percent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What to type, and what for."""

    purpose: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A message.

    Attributes:
        prefix: what the file puts before every subject; empty, or with a blank at its end.
        status: of the whole: `CRITICAL`, `RESOLVED`, …
        summary: since when, for how long, how many.
        remark: why it is sent, where that is not plain; empty otherwise.
        at: when it was written, in words.
        entries, others: alerts told in full; and in a line each.
        more: how many are not told at all, as a sentence; empty where none is left out.
        undelivered: of messages that reached nobody, a sentence each.
        site: what the report is called.
        footer: who sent this, and why one gets it.
    """

    prefix: str
    status: str
    title: str
    tone: Tone
    mark: str
    occasion: str
    level: str
    number: int
    summary: str
    remark: str
    at: str
    budget: Budget | None
    cause: str
    entries: tuple[Full, ...]
    others: tuple[Brief, ...]
    more: str
    undelivered: tuple[str, ...]
    link: Link | None
    commands: tuple[Command, ...]
    site: str
    channel: str
    footer: str
