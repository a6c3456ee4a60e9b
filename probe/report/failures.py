"""Why a check was not up, result by result, and what went to and fro."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final

from probe.model.result import Evidence, State, Transcript, Verdict
from probe.report.site import SiteCheck
from probe.report.words import FAILURE_WORDS, STATE_WORDS, Moment, exact_moment, latency_text

RECENT: Final = 20
"""Failures on a page; those with a transcript come on top."""

_AT_ONCE: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmet:
    """An expectation that was not met, and what was found instead."""

    verdict: Verdict
    expectation: str
    actual: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of what went to and fro."""

    name: str
    text: str


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
    exchange: tuple[Part, ...] = ()
    check: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failures:
    """The last ones, newest first.

    Attributes:
        latest: seen at once: the newest, and those that show what went to and fro.
        earlier: the rest, for those who ask.
    """

    latest: tuple[FailureNote, ...]
    earlier: tuple[FailureNote, ...]

    @classmethod
    def of(cls, notes: Iterable[FailureNote]) -> Failures:
        """All of them, divided."""
        latest: list[FailureNote] = []
        earlier: list[FailureNote] = []
        for number, note in enumerate(notes):
            (latest if number < _AT_ONCE or note.exchange else earlier).append(note)
        return cls(latest=tuple(latest), earlier=tuple(earlier))

    @property
    def has_exchanges(self) -> bool:
        """Whether any of them shows what went to and fro."""
        return any(note.exchange for note in self.latest)


def failures_of_check(check: SiteCheck, zone: tzinfo) -> Failures:
    """With what went to and fro."""
    chosen = [item for number, item in enumerate(check.failures) if number < RECENT or item.transcript]
    return Failures.of(failure_note(item, zone, exchange=_exchange(item.transcript)) for item in chosen)


def failures_of_api(checks: Sequence[SiteCheck], zone: tzinfo) -> Failures:
    """Of all its checks; what went to and fro stands on the page of each."""
    found = [(item, check.facts) for check in checks for item in check.failures]
    found.sort(key=lambda pair: pair[0].scheduled_at, reverse=True)
    return Failures.of(
        failure_note(item, zone, check=facts.name, href=f"../checks/{facts.id}.html") for item, facts in found[:RECENT]
    )


def failure_note(
    evidence: Evidence, zone: tzinfo, *, exchange: tuple[Part, ...] = (), check: str = "", href: str = ""
) -> FailureNote:
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
        exchange=exchange,
        check=check,
        href=href,
    )


def _exchange(transcript: Transcript | None) -> tuple[Part, ...]:
    if transcript is None:
        return ()
    parts = (
        ("Connection", transcript.connection),
        ("Request", transcript.request),
        ("Response", transcript.response),
        ("Body", transcript.body),
    )
    return tuple(Part(name=name, text=text) for name, text in parts if text)
