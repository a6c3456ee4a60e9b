"""Alerts: what was seen of a check, what holds just now, what became an alert, and what was decided about telling it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from probe.model.maintenance import Scope
from probe.model.result import State
from probe.model.rule import Subject
from probe.model.sample import FailureKind
from probe.model.sla import AlertLevel
from probe.model.units import Micros


class Watch(NamedTuple):
    """A state that is watched in a check's results: it begins once `needed` of the last `of` known ones are of it, and ends with
    `recoveries` in a row that are not.

    Of `State.UNKNOWN` every result counts, of the others only known ones, and only those that follow on one another (`Policy.gap`).
    """

    state: State
    needed: int
    of: int
    recoveries: int

    def __str__(self) -> str:
        return f"{self.state} {self.needed}/{self.of} {self.recoveries}"

    @classmethod
    def parse(cls, text: str) -> Watch:
        """Raises `ValueError` for what is none."""
        state, ratio, recoveries = text.split(" ")
        needed, of = ratio.split("/")
        return cls(State(state), int(needed), int(of), int(recoveries))


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Why a check is not well, as its result says: all of it free of secrets, bounded, and still to be escaped.

    Attributes:
        detail: a sentence, at most `LONGEST_DETAIL` characters.
        phase: the last that began; `None` where none did.
        address: which answered, or was tried.
        host: host and port of the request.
        certificate: SHA-256 fingerprint of the one that was shown; `None` where none was.
    """

    failure: FailureKind | None = None
    detail: str = ""
    http_status: int | None = None
    phase: str | None = None
    address: str | None = None
    host: str | None = None
    certificate: str | None = None


LONGEST_DETAIL: Final = 500
"""Characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A watched state began or ended: stored in the transaction of the result that turned it.

    Attributes:
        began: whether it began; otherwise it ended.
        slot: the first slot of those that made it begin, or end.
        known_at: when the result came that made it sure, microseconds by the clock.
        facts: of what began.
        id: of those that are stored, ascending in the order of their commits at one location.
    """

    check: str
    location: str
    watch: Watch
    began: bool
    slot: Micros
    known_at: Micros
    facts: Facts = Facts()
    id: int = 0


class Certificate(NamedTuple):
    """The certificate that a check was shown last, and when it ends: the earliest of its chain."""

    check: str
    location: str
    not_after: Micros
    seen_at: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """A rule's condition holds for a subject just now.

    Attributes:
        since: since when: of a state its first slot, of a metric the end of the first period.
        held_at: when it was sure: what was `for` has been.
        reading: what was found, for a person, such as `p95(latency) over 5m is 1.2 s`.
        expected: what was wanted, such as `at most 800 ms`; empty where that says nothing.
        facts: of a state.
        locations: where it holds.
        has_data: whether it is known to hold still, and doesn't merely stay because nothing is known.
    """

    rule: str
    subject: Subject
    level: AlertLevel
    since: Micros
    held_at: Micros
    reading: str
    expected: str = ""
    facts: Facts | None = None
    locations: tuple[str, ...] = ()
    has_data: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """From when a rule's condition held for a subject until it didn't any more; of a rule and a subject one at a time goes on.

    Attributes:
        id: stable for ever: `a` and ten hexadecimal digits.
        level: of now; of one that is over, the last.
        fired_at: when it was sure that the condition holds, for as long as it must.
        resolved_at: when it was sure that it is over, `None` while it isn't.
        ended: of a state, the first slot that was well again.
        resolution: why it is over, for a person; empty while it isn't.
        has_data: whether what it rests on is known still.
        acknowledged_at, acknowledged_by: `None` while nobody has.
    """

    id: str
    rule: str
    subject: Subject
    level: AlertLevel
    since: Micros
    fired_at: Micros
    reading: str
    expected: str = ""
    facts: Facts | None = None
    locations: tuple[str, ...] = ()
    resolved_at: Micros | None = None
    ended: Micros | None = None
    resolution: str = ""
    has_data: bool = True
    acknowledged_at: Micros | None = None
    acknowledged_by: str | None = None

    @property
    def is_firing(self) -> bool:
        """Whether it goes on."""
        return self.resolved_at is None


class Stage(StrEnum):
    """The stages that decide whether, when and to whom an alert is told, in their order."""

    CONDITION = "condition"  # it fired, changed its level, or is over
    MAINTENANCE = "maintenance"
    SILENCE = "silence"
    INHIBITION = "inhibition"
    EFFECTIVE = "effective"
    ROUTING = "routing"
    GROUPING = "grouping"
    DEDUPLICATION = "de-duplication"
    REMINDER = "reminder"
    DELIVERY = "delivery"


class Outcome(StrEnum):
    """What a stage decided."""

    FIRED = "fired"
    CHANGED = "changed"  # its level
    RESOLVED = "resolved"
    ACKNOWLEDGED = "acknowledged"
    SUPPRESSED = "suppressed"  # not told while the reason holds
    WAITING = "waiting"  # told later
    TOLD = "told"  # a message was written for the channel
    DELIVERED = "delivered"
    FAILED = "failed"  # was not delivered, and won't be


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Why an alert was told, or not, or not yet; kept for `probe alerts why`.

    Attributes:
        alert: its id.
        channel: `None` where it is about all of them.
        reason: a sentence that names what decided: the window, the silence, the check.
        until: how far that reaches, where it is known.
        notification: the message's id, where there is one.
    """

    at: Micros
    alert: str
    rule: str
    subject: Subject
    stage: Stage
    outcome: Outcome
    reason: str
    channel: str | None = None
    until: Micros | None = None
    notification: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Alerts that somebody doesn't want to be told for a while.

    Attributes:
        id: `s` and a number; empty until it is stored.
        scope: of which checks.
        rules: of which rules; none is all.
        until: it ends by then, in any case.
        ended_at: when somebody ended it before; `None` otherwise.
    """

    id: str = ""
    scope: Scope
    rules: tuple[str, ...] = ()
    comment: str
    author: str
    start: Micros
    until: Micros
    made_at: Micros
    ended_at: Micros | None = None

    def holds_at(self, now: Micros) -> bool:
        """Whether it counts at a moment."""
        end = self.until if self.ended_at is None else min(self.until, self.ended_at)
        return self.start <= now < end
