"""What the pipeline must know besides its book: the moment, the rules, and what keeps alerts from being told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from probe.alerting.book import Group
from probe.alerting.estate import Estate
from probe.model.alert import Alert, Signal, Silence
from probe.model.maintenance import Scope
from probe.model.rule import AlertRule, Subject
from probe.model.units import Micros


class Cleared(NamedTuple):
    """A rule's condition doesn't hold for a subject any more.

    `known_at` is when that was sure, `ended` the first slot, or period, that was well again, `why` a sentence.
    """

    known_at: Micros
    ended: Micros | None
    why: str


Change: TypeAlias = Signal | Cleared
Changes: TypeAlias = Mapping[tuple[str, Subject], Change]
"""What has become of the conditions of rules and subjects; of those that aren't there nothing has changed."""


class Muted(NamedTuple):
    """A maintenance window that runs: up to when, where that is known."""

    name: str
    scope: Scope
    until: Micros | None


class Down(NamedTuple):
    """A check or an API that others depend on is down; `ended` is when it was known that it isn't any more."""

    since: Micros
    ended: Micros | None = None


class Acknowledged(NamedTuple):
    """Somebody has taken an alert on."""

    at: Micros
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What is so at a moment.

    Attributes:
        rules: by their names.
        maintenance: windows that run.
        silences: that hold.
        closed: rules that are out of their effective time, with when it begins again.
        down: by id, what others depend on.
        acknowledged: by the alert's id.
        new_id: one that was never used, with a prefix.
        title: of a new thread.
    """

    now: Micros
    rules: Mapping[str, AlertRule]
    estate: Estate
    maintenance: Sequence[Muted] = ()
    silences: Sequence[Silence] = ()
    closed: Mapping[str, Micros | None] = field(default_factory=dict)
    down: Mapping[str, Down] = field(default_factory=dict)
    acknowledged: Mapping[str, Acknowledged] = field(default_factory=dict)
    new_id: Callable[[str], str]
    title: Callable[[Group, Sequence[Alert], Estate], str]
