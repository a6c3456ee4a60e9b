"""What people are told: messages, complete as they were written down, and what became of each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from probe.model.alert import Facts
from probe.model.result import AssertionOutcome, State
from probe.model.rule import Subject
from probe.model.sla import AlertLevel
from probe.model.units import Micros


class Occasion(StrEnum):
    """Why a message is sent."""

    FIRING = "firing"  # there is a new alert, or one became more urgent
    UPDATE = "update"  # some of it is over, the rest goes on
    RESOLVED = "resolved"  # all that it was about is over
    REMINDER = "reminder"  # nothing is new, and it goes on
    ESCALATION = "escalation"  # nobody has acknowledged it
    TEST = "test"


class CauseKind(StrEnum):
    """What alerts that began together share."""

    HOST = "host"
    ADDRESS = "address"
    FAILURE = "failure"
    PHASE = "phase"
    CERTIFICATE = "certificate"
    STATUS = "status"
    LOCATION = "location"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """What is likely behind several alerts.

    Attributes:
        shared: what they share, the most telling first, each with its value.
        sentence: the same for a person, such as `9 of 10 can't connect to api.example.com:443 (10.0.0.7)`.
        alerts: of how many alerts it is true, of how many.
    """

    shared: tuple[tuple[CauseKind, str], ...]
    sentence: str
    alerts: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetImpact:
    """What an outage did to an error budget.

    Attributes:
        objective: its name and target, for a person: `availability 99.9 % of October`.
        used_ratio: the share of the whole budget that this outage used.
        spent_ratio: that is used in all.
        left: microseconds of downtime that are left; negative once it is overdrawn.
        sentence: such as `this outage used 31 % of October's budget; 12 minutes are left`.
    """

    objective: str
    used_ratio: float
    spent_ratio: float
    left: Micros
    sentence: str


class PastRun(NamedTuple):
    """A result of before, for the row of the last ones."""

    slot: Micros
    state: State
    latency_us: Micros | None


class PhaseTime(NamedTuple):
    """How long a phase took, beside its usual time; microseconds."""

    phase: str
    took: Micros
    usual: Micros | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An alert as a message tells it. What comes from a target is in it: bounded, free of secrets, still to be escaped.

    Attributes:
        alert: its id.
        name: what people call the check or the API.
        is_firing: otherwise it is over.
        is_new: not told on this channel before.
        fired_at, resolved_at: as of `Alert`.
        lasted: from `since` to its end, or up to the message, without maintenance; microseconds.
        outcomes: expectations that were not met, with what was found.
        phases: of the failing result.
        past: the last results, ascending.
        links: title and URL of its pages; none where the report has no URL.
        muted: why it was not told until now; empty where it was.
    """

    alert: str
    rule: str
    subject: Subject
    name: str
    level: AlertLevel
    is_firing: bool
    is_new: bool
    since: Micros
    fired_at: Micros
    resolved_at: Micros | None
    lasted: Micros
    reading: str
    expected: str = ""
    resolution: str = ""
    labels: tuple[tuple[str, str], ...] = ()
    locations: tuple[str, ...] = ()
    facts: Facts | None = None
    outcomes: tuple[AssertionOutcome, ...] = ()
    phases: tuple[PhaseTime, ...] = ()
    past: tuple[PastRun, ...] = ()
    budget: BudgetImpact | None = None
    note: str = ""
    runbook: str = ""
    links: tuple[tuple[str, str], ...] = ()
    muted: str = ""
    acknowledged: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """All that a channel needs to tell people; complete, so that what is sent later says what was true then.

    Attributes:
        id: stable over every try, so that a receiver may tell a repetition.
        thread: what messages of one incident share, on one channel.
        number: of the message in its thread, from 1.
        title: of the incident, the same in all of its messages: `Orders API: checkout is down`.
        status: what goes before it: `CRITICAL`, `RESOLVED`, …
        group: what its alerts share, such as `(("api", "orders"),)`.
        at: when it was written.
        zone: IANA name, in which people read times.
        entries: the worst, and the newest, first; at most `MOST_ENTRIES`.
        more: firing and resolved alerts that are left out of them.
        undelivered: of earlier messages that reached nobody, a sentence each.
        link: URL of the incident's page, or of the report; empty where there is none.
        site: what the report is called.
    """

    id: str
    channel: str
    thread: str
    number: int
    occasion: Occasion
    level: AlertLevel
    title: str
    status: str
    group: tuple[tuple[str, str], ...]
    at: Micros
    zone: str
    entries: tuple[Entry, ...]
    more: tuple[int, int] = (0, 0)
    cause: Cause | None = None
    budget: BudgetImpact | None = None
    undelivered: tuple[str, ...] = ()
    link: str = ""
    site: str = ""


MOST_ENTRIES: Final = 50


class DeliveryState(StrEnum):
    """Where a message stands."""

    WAITING = "waiting"  # to be sent, for the first time or again
    SENDING = "sending"  # claimed
    DELIVERED = "delivered"
    FAILED = "failed"  # refused for good
    EXPIRED = "expired"  # tried for too long
    SUPERSEDED = "superseded"  # a later message of its thread says all that it said


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A message in the outbox, and what became of it.

    Attributes:
        due_at: when it is to be sent, or sent again.
        expires_at: when it is given up.
        tries: how often it was sent.
        why: what went wrong the last time; empty where nothing did. Free of secrets.
        settled_at: when it reached one of the last four states.
        alerts: ids of all alerts that it tells of, also of those that are no entries.
        stands_for: the message that this one repeats on a fallback channel; `None` for most.
        named_in: the later message that told that this one reached nobody.
    """

    message: Message
    state: DeliveryState
    due_at: Micros
    expires_at: Micros
    alerts: tuple[str, ...]
    tries: int = 0
    why: str = ""
    settled_at: Micros | None = None
    stands_for: str | None = None
    named_in: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """One sending of a message, for the ledger.

    Attributes:
        took: microseconds.
        answer: what the receiver said, bounded, for a person.
        is_final: whether it won't be tried again.
    """

    message: str
    at: Micros
    took: Micros
    is_delivered: bool
    answer: str
    is_final: bool = True
