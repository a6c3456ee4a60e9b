"""What is known of all alerts, and what of it is to be written down: the seam between deciding, storing and sending.

The book is all that the pipeline remembers. It is loaded from the store once, and replaced after each plan that the store
has taken: whatever happens between two plans, neither is anything told twice because of it, nor forgotten.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from probe.model.alert import Alert, Decision, Outcome, Stage
from probe.model.notification import Delivery, Occasion
from probe.model.sla import AlertLevel
from probe.model.units import Micros

Group: TypeAlias = tuple[tuple[str, str], ...]
"""What alerts that are told together share, such as `(("api", "orders"),)`."""


class Told(NamedTuple):
    """What a channel was told of an alert last; `at` is when it was told of it first."""

    level: AlertLevel
    is_firing: bool
    at: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """An incident as one channel is told of it: from the first message about a group until all that was told is over.

    Attributes:
        id: of the incident on this channel, stable over all its messages.
        opened_at: when there was first something to tell.
        due_at: when the next message is to be written; `None` while there is nothing new.
        last_at: when the last one was written; `None` before the first.
        number: how many were.
        title: of the first, which all others keep.
        told: by the alert's id.
        escalated: alerts, by id, that were told here because nobody acknowledged them elsewhere.
    """

    id: str
    channel: str
    group: Group
    opened_at: Micros
    due_at: Micros | None = None
    last_at: Micros | None = None
    number: int = 0
    title: str = ""
    told: Mapping[str, Told] = field(default_factory=dict)
    escalated: frozenset[str] = frozenset()

    @property
    def key(self) -> tuple[str, Group]:
        """No two that are open share it."""
        return self.channel, self.group


class Reason(NamedTuple):
    """The last decision on telling an alert on a channel (`""` is all of them): a new one is written down only where it differs."""

    stage: Stage
    outcome: Outcome
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """What is known of all alerts.

    Attributes:
        alerts: those that go on, and those that are over and still to be told; by their ids.
        threads: those that are open, by their keys.
        reasons: by alert and channel.
    """

    alerts: Mapping[str, Alert] = field(default_factory=dict)
    threads: Mapping[tuple[str, Group], Thread] = field(default_factory=dict)
    reasons: Mapping[tuple[str, str], Reason] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A message that is to be written: who is told of which alerts, and why.

    Attributes:
        message: its id.
        thread: as it is once the message is written.
        alerts: all that it tells of: those that changed first.
        new: ids of those that its channel was not told of before.
        muted: why an alert was not told before, by its id.
    """

    message: str
    thread: Thread
    occasion: Occasion
    alerts: tuple[Alert, ...]
    new: frozenset[str] = frozenset()
    muted: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What follows from what holds now.

    Attributes:
        book: as it is once all this is stored.
        alerts: those that are new, or changed.
        threads, closed: those that are new or changed, and those that are over.
        forgotten: alerts, by id, that are over and told: the book has them no more.
        decisions: that differ from the last ones.
        drafts: of messages.
    """

    book: Book
    alerts: tuple[Alert, ...] = ()
    threads: tuple[Thread, ...] = ()
    closed: tuple[Thread, ...] = ()
    forgotten: tuple[str, ...] = ()
    decisions: tuple[Decision, ...] = ()
    drafts: tuple[Draft, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is to be written down."""
        return not (self.alerts or self.threads or self.closed or self.forgotten or self.decisions or self.drafts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """What is stored in one transaction: a plan, its messages, and how far everything was looked at.

    Attributes:
        deliveries: the plan's messages, written.
        superseded: earlier messages, by id, that are not sent any more, if they weren't yet: these say all that they said.
        named: messages, by id, that reached nobody, with the message that tells so.
        turns_until: the last turn that was looked at.
        memory: what conditions remember, by key; `None` forgets it.
    """

    plan: Plan
    deliveries: tuple[Delivery, ...] = ()
    superseded: tuple[str, ...] = ()
    named: Mapping[str, str] = field(default_factory=dict)
    turns_until: int = 0
    memory: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What the store remembers, at a start."""

    book: Book
    turns_until: int = 0
    memory: Mapping[str, str] = field(default_factory=dict)
