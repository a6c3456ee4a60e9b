"""What the alerter does each second: looks at what has changed, decides who is told of what, and has it stored."""

from __future__ import annotations

import heapq
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

import structlog

from probe.alerting.begun import Begun, in_turn
from probe.alerting.book import Entered, Plan
from probe.alerting.conditions import Found, MetricPath, View, judge
from probe.alerting.context import Acknowledged, Change, Cleared, Context
from probe.alerting.estate import Estate
from probe.alerting.pipeline import plan
from probe.alerting.titles import Names, title_of
from probe.model.alert import Alert, Signal, Turn
from probe.model.incident import AnnotationKind
from probe.model.result import State
from probe.model.rule import AlertRule, Subject, SubjectKind
from probe.model.sla import AlertLevel
from probe.model.units import DAY, MINUTE, SECOND, Micros
from probe.runtime.alerts.composing import compose
from probe.runtime.alerts.gauges import Gauged, Gauges
from probe.runtime.alerts.job import AlertJob
from probe.runtime.alerts.measuring import Measuring
from probe.runtime.alerts.quiet import REREAD, Quiet
from probe.runtime.clock import Clock
from probe.store import Store

SILENT: Final[Micros] = 2 * MINUTE
"""So long after its last sign of life nothing is known of another location: what is down there makes no new alert."""

GONE: Final[Micros] = DAY
"""So long after it a location is given up: what was down there is no alert any more."""

LEASE: Final[Micros] = 15 * SECOND
"""So long after its last sign of life another alerter may plan in the place of this one."""

MOST_NAMED: Final = 100
"""Messages that reached nobody, of which the next ones tell."""

MOST_LOGGED: Final = 20
"""Alerts of which the log tells one by one at a time."""

_log = structlog.get_logger("probe.alerts")

Pair: TypeAlias = tuple[str, Subject]
"""A rule, and one of those that it is about."""


class Ticked(NamedTuple):
    """What came of a tick: whether this alerter plans, or another one does; how many alerts go on; messages written."""

    is_planning: bool
    firing: Mapping[AlertLevel, int] = {}
    written: int = 0


class Planner:
    """Holds the book of alerts for as long as it has the lease; after any fault it begins anew from what is stored.

    Args:
        holder: a name that no other alerter has.
    """

    def __init__(self, store: Store, job: AlertJob, clock: Clock, *, holder: str) -> None:
        self._store = store
        self._job = job
        self._clock = clock
        self._holder = holder
        self._desk: _Desk | None = None
        self._leased_until: Micros = 0

    def tick(self, now: Micros, health: Sequence[str] = ()) -> Ticked:
        """One look.

        Args:
            health: what is wrong with the prober itself.

        Raises:
            StoreError: the store can't be used; the next tick may.
        """
        try:
            if not self._has_lease(now):
                self._desk = None
                return Ticked(is_planning=False)
            if self._desk is None:
                self._desk = _Desk(self._store, self._job, self._clock, self._holder)
                self._desk.load(now)
            written = self._desk.tick(now, health)
        except BaseException:
            self._desk = None
            raise
        return Ticked(True, self._desk.firing, written)

    def _has_lease(self, now: Micros) -> bool:
        if not now + LEASE // 2 <= self._leased_until <= now + LEASE:
            is_ours = self._store.alerts.lease(self._holder, now=now, until=now + LEASE)
            self._leased_until = now + LEASE if is_ours else 0
        return self._leased_until > now


@dataclass(slots=True)
class _Sight:
    """What is judged by, as it is now."""

    begun: Begun = field(default_factory=Begun)
    metrics: dict[MetricPath, Found] = field(default_factory=dict)
    trouble: tuple[str, Micros] | None = None
    silent: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()


class _Desk:
    """All that is in memory while this alerter plans."""

    def __init__(self, store: Store, job: AlertJob, clock: Clock, holder: str) -> None:
        self._store, self._job, self._clock, self._holder = store, job, clock, holder
        measuring = Measuring(
            rules=job.rules,
            checks=job.checks,
            apis=job.apis,
            sla=job.sla,
            zone=ZoneInfo(job.timezone),
            windows=job.windows,
        )
        self._gauges = Gauges(measuring)
        self._estate = Estate.of(job.checks, job.apis, location=job.location)
        self._rules = {rule.name: rule for rule in job.rules}
        self._names = Names(estate=self._estate, rules=self._rules)
        self._quiet = Quiet(job.windows, job.rules)
        self._subjects = {rule.name: dict.fromkeys(self._estate.subjects(rule)) for rule in job.rules}
        self._about = _about(self._estate, self._subjects)
        self._sight = _Sight()
        self._signals: dict[Pair, Signal] = {}
        self._timers: list[tuple[Micros, str, Subject]] = []
        self._acknowledged: dict[str, Acknowledged] = {}
        self._acknowledged_at: Micros | None = None
        self._located_at: Micros | None = None
        self._said: Mapping[MetricPath, str] = {}
        self._turns_until = 0
        self._wake_at: Micros | None = None

    @property
    def firing(self) -> Mapping[AlertLevel, int]:
        """How many alerts go on."""
        counts = dict.fromkeys(AlertLevel, 0)
        for alert in self._book.alerts.values():
            counts[alert.level] += alert.is_firing
        return counts

    def load(self, now: Micros) -> None:
        """Everything from the store; what holds by that is judged anew, and what doesn't hold any more is over."""
        loaded = self._store.alerts.load()
        self._book, self._turns_until = loaded.book, loaded.turns_until
        last = sorted(self._store.alerts.last_turns(), key=lambda turn: turn.id)
        self._sight.begun = Begun(turn for turn in last if turn.id <= self._turns_until)
        self._sight.metrics = dict(self._gauges.load(loaded.memory))
        open_ = {(alert.rule, alert.subject): alert for alert in self._book.alerts.values() if alert.is_firing}
        for key in open_:
            self._signals[key] = _of_alert(open_[key])
        self._wake_at = now
        self._dirty = set(open_)
        for check in self._sight.begun.by_check:
            self._dirty |= self._pairs(check)
        self._dirty |= {(rule, subject) for rule, _, _, subject in self._sight.metrics if rule in self._rules}

    def tick(self, now: Micros, health: Sequence[str]) -> int:
        """One look; how many messages were written."""
        written = 0
        turns = self._store.alerts.turns(after=self._turns_until)
        gauged = self._gauges.read(self._store, now)
        dirty = (
            self._dirty
            | self._gauge(gauged)
            | self._look_at_the_prober(health, now)
            | self._look_at_locations(now)
            | self._due(now)
        )
        self._dirty = set()
        pieces = list(in_turn(turns)) or [()]
        for number, piece in enumerate(pieces):
            for turn in piece:
                self._sight.begun.apply(turn)
                dirty |= self._pairs(turn.check)
            until = piece[-1].id if piece else self._turns_until
            is_last = number == len(pieces) - 1
            written += self._step(dirty, piece, until, gauged.memory if is_last else {}, now)
            dirty = set()
        return written

    def _step(
        self, dirty: Iterable[Pair], turns: Sequence[Turn], until: Micros, memory: Mapping[str, str | None], now: Micros
    ) -> int:
        """What follows from what changed, stored in one transaction."""
        changes = self._judged(dirty, turns, now)
        is_other = self._quiet.look(self._store, now) | self._read_acknowledgements(now)
        is_due = self._wake_at is not None and self._wake_at <= now
        if not (changes or is_other or is_due or turns or memory):
            return 0
        planned = plan(self._book, changes, self._context(now))
        if not planned.plan.is_empty or turns or memory:
            self._enter(planned.plan, until, memory, now)
        self._book, self._wake_at, self._turns_until = planned.plan.book, planned.wake_at, until
        return len(planned.plan.drafts)

    def _enter(self, wanted: Plan, until: int, memory: Mapping[str, str | None], now: Micros) -> None:
        drafts = wanted.drafts
        lost = self._store.outbox.undelivered(MOST_NAMED) if drafts else ()
        known = {**self._book.alerts, **wanted.book.alerts, **{alert.id: alert for alert in wanted.alerts}}
        composed = compose(
            drafts, job=self._job, store=self._store, now=now, alerts=known, undelivered=lost, clock=self._clock
        )
        entered = Entered(
            plan=wanted,
            deliveries=composed.deliveries,
            superseded=composed.superseded,
            named=composed.named,
            turns_until=until,
            memory=memory,
        )
        self._store.alerts.enter(entered, holder=self._holder, now=now)
        _tell(self._book.alerts, wanted.alerts)

    def _judged(self, dirty: Iterable[Pair], turns: Sequence[Turn], now: Micros) -> dict[Pair, Change]:
        """What holds other than before."""
        sight = self._sight
        view = View(
            now=now,
            estate=self._estate,
            begun=sight.begun.by_check,
            metrics=sight.metrics,
            trouble=sight.trouble,
            silent=sight.silent,
        )
        going_on = replace(view, silent=sight.gone)
        ended = {turn.check: turn for turn in turns if not turn.began}
        changes: dict[Pair, Change] = {}
        for name, subject in dirty:
            rule = self._rules.get(name)
            seen = going_on if (name, subject) in self._signals else view
            judged = judge(rule, subject, seen) if rule and subject in self._subjects[name] else None
            if judged and judged.again_at is not None:
                heapq.heappush(self._timers, (judged.again_at, name, subject))
            before, signal = self._signals.get((name, subject)), judged.signal if judged else None
            if signal is not None and signal != before:
                self._signals[name, subject] = changes[name, subject] = signal
            elif signal is None and before is not None:
                del self._signals[name, subject]
                changes[name, subject] = self._cleared(rule, subject, ended, now)
        return changes

    def _cleared(self, rule: AlertRule | None, subject: Subject, ended: Mapping[str, Turn], now: Micros) -> Cleared:
        if rule is None or subject not in self._subjects[rule.name]:
            return Cleared(now, None, f"the file has no such rule any more, or {subject} is not in its scope")
        checks = (check.id for check in self._estate.checks_of(subject))
        if said := [self._said[path] for path in self._said if (path[0], path[3]) == (rule.name, subject)]:
            return Cleared(now, None, said[0])
        turn = max((ended[each] for each in checks if each in ended), key=lambda turn: turn.known_at, default=None)
        if turn is None:
            return Cleared(now, None, "its condition does not hold any more")
        return Cleared(turn.known_at, turn.slot, _OVER[turn.watch.state])

    def _context(self, now: Micros) -> Context:
        return Context(
            now=now,
            rules=self._rules,
            estate=self._estate,
            maintenance=self._quiet.muted,
            silences=self._quiet.silences,
            closed=self._quiet.closed,
            down=self._sight.begun.down(self._estate),
            acknowledged=self._acknowledged,
            new_id=_new_id,
            title=lambda group, alerts, _: title_of(alerts, group, self._names),
        )

    def _pairs(self, check: str) -> set[Pair]:
        """The rules, and subjects, that a check's states matter to."""
        return set(self._about.get(check, ()))

    def _due(self, now: Micros) -> set[Pair]:
        """Those that may hold by now, though nothing has changed."""
        found = set[Pair]()
        while self._timers and self._timers[0][0] <= now:
            _, rule, subject = heapq.heappop(self._timers)
            found.add((rule, subject))
        return found

    def _gauge(self, gauged: Gauged) -> set[Pair]:
        self._said = gauged.said
        for path, found in gauged.changed.items():
            if found is None:
                self._sight.metrics.pop(path, None)
            else:
                self._sight.metrics[path] = found
        return {(rule, subject) for rule, _, _, subject in gauged.changed}

    def _look_at_the_prober(self, health: Sequence[str], now: Micros) -> set[Pair]:
        why, before = "; ".join(health), self._sight.trouble
        if why == (before[0] if before else ""):
            return set()
        self._sight.trouble = (why, before[1] if before else now) if why else None
        subject = Subject(SubjectKind.PROBER, self._job.location)
        return {(name, subject) for name, subjects in self._subjects.items() if subject in subjects}

    def _look_at_locations(self, now: Micros) -> set[Pair]:
        """Whose daemons work; where that changes, whatever has begun there is judged again."""
        if self._located_at is not None and self._located_at <= now < self._located_at + REREAD:
            return set()
        self._located_at, sight = now, self._sight
        others = [each for each in self._store.alerts.last_seen().items() if each[0] != self._job.location]
        before = sight.silent, sight.gone
        sight.silent = frozenset(name for name, seen in others if seen < now - SILENT)
        sight.gone = frozenset(name for name, seen in others if seen < now - GONE)
        if before == (sight.silent, sight.gone):
            return set()
        changed = (before[0] ^ sight.silent) | (before[1] ^ sight.gone)
        begun = sight.begun.by_check.items()
        return {
            pair for check, its in begun if any(place in changed for _, place in its) for pair in self._pairs(check)
        }

    def _read_acknowledgements(self, now: Micros) -> bool:
        """What people took on: by an alert's id, or by a check's incident that the alert is about."""
        if self._acknowledged_at is not None and self._acknowledged_at <= now < self._acknowledged_at + REREAD:
            return False
        self._acknowledged_at = now
        open_ = [alert for alert in self._book.alerts.values() if alert.is_firing and alert.acknowledged_at is None]
        if not open_:
            return False
        found = {id_: Acknowledged(at, by) for id_, (at, by) in self._store.alerts.acknowledgements().items()}
        said = [
            each for each in self._store.annotations(self._job.location) if each.kind is AnnotationKind.ACKNOWLEDGEMENT
        ]
        for alert in open_:
            mine = (each for each in said if alert.subject == Subject(SubjectKind.CHECK, each.check))
            if first := next((each for each in mine if each.moment >= alert.since), None):
                found.setdefault(alert.id, Acknowledged(first.made_at, first.author))
        before, self._acknowledged = self._acknowledged, found
        return before != found


def _about(estate: Estate, subjects: Mapping[str, Iterable[Subject]]) -> dict[str, tuple[Pair, ...]]:
    """By check, the rules and subjects that it matters to."""
    found: dict[str, list[Pair]] = {}
    for rule, its in subjects.items():
        for subject in its:
            for check in estate.checks_of(subject):
                found.setdefault(check.id, []).append((rule, subject))
    return {check: tuple(pairs) for check, pairs in found.items()}


def _of_alert(alert: Alert) -> Signal:
    """What an alert was made of, as far as it is stored."""
    return Signal(
        rule=alert.rule,
        subject=alert.subject,
        level=alert.level,
        since=alert.since,
        held_at=alert.fired_at,
        reading=alert.reading,
        expected=alert.expected,
        facts=alert.facts,
        locations=alert.locations,
        has_data=alert.has_data,
    )


def _new_id(prefix: str) -> str:
    return prefix + secrets.token_hex(16 if prefix.endswith("_") else 5)


def _tell(before: Mapping[str, Alert], alerts: Sequence[Alert]) -> None:
    """In the log: those that are new, and those that are over; one by one while they are few."""
    turned = [alert for alert in alerts if alert.id not in before or not alert.is_firing]
    for alert in turned[:MOST_LOGGED]:
        _tell_one(alert)
    if more := turned[MOST_LOGGED:]:
        firing = sum(alert.is_firing for alert in more)
        _log.info("alerts, besides those named", firing=firing, over=len(more) - firing)


def _tell_one(alert: Alert) -> None:
    if alert.is_firing:
        _log.info("alert", id=alert.id, rule=alert.rule, of=str(alert.subject), level=alert.level, what=alert.reading)
    else:
        _log.info("alert is over", id=alert.id, rule=alert.rule, of=str(alert.subject), why=alert.resolution)


_OVER: Final = {
    State.DOWN: "it is up again",
    State.DEGRADED: "it is not degraded any more",
    State.UNKNOWN: "it is measured again",
    State.UP: "",
}
