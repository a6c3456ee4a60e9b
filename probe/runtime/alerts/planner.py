"""What the alerter does each second: looks at what has changed, decides who is told of what, and has it stored."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import structlog

from probe.alerting.begun import in_turn
from probe.alerting.book import Entered, Loaded, Plan
from probe.alerting.context import Context
from probe.alerting.estate import Estate, Pair
from probe.alerting.pipeline import plan
from probe.alerting.titles import Names, title_of
from probe.model.alert import Alert, Turn
from probe.model.sla import AlertLevel
from probe.model.units import SECOND, Micros
from probe.runtime.alerts.acknowledging import Acknowledgements
from probe.runtime.alerts.composing import compose
from probe.runtime.alerts.gauges import Gauges
from probe.runtime.alerts.job import AlertJob
from probe.runtime.alerts.measuring import Measuring
from probe.runtime.alerts.quiet import Quiet
from probe.runtime.alerts.sight import Sight
from probe.runtime.alerts.signals import Signals
from probe.runtime.clock import Clock
from probe.store import Store

LEASE: Final[Micros] = 15 * SECOND
"""So long after its last sign of life another alerter may plan in the place of this one."""

MOST_NAMED: Final = 100
"""Messages that reached nobody, of which the next ones tell."""

MOST_LOGGED: Final = 20
"""Alerts of which the log tells one by one at a time."""

_log = structlog.get_logger("probe.alerts")


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

    def tick(self, now: Micros, health: Sequence[str] | None = ()) -> Ticked:
        """One look.

        Args:
            health: what is wrong with the prober itself; `None` while that isn't known yet.

        Raises:
            StoreError: the store can't be used; the next tick may.
        """
        desk, self._desk = self._desk, None  # it is put back only if nothing goes wrong
        if not self._has_lease(now, is_new=desk is None):
            return Ticked(is_planning=False)
        if desk is None:
            desk = _Desk(self._store, self._job, self._clock, self._holder, now)
        written = desk.tick(now, health)
        self._desk = desk
        return Ticked(True, desk.firing, written)

    def _has_lease(self, now: Micros, *, is_new: bool) -> bool:
        """Asked for when half of it is over, and by who begins anew: another may have taken it."""
        if is_new or not now + LEASE // 2 <= self._leased_until <= now + LEASE:
            is_ours = self._store.alerts.lease(self._holder, now=now, until=now + LEASE)
            self._leased_until = now + LEASE if is_ours else 0
        return self._leased_until > now


class _Desk:
    """All that is in memory while this alerter plans; what holds by what is stored is judged anew at first."""

    def __init__(self, store: Store, job: AlertJob, clock: Clock, holder: str, now: Micros) -> None:
        self._store, self._job, self._clock, self._holder = store, job, clock, holder
        self._estate = Estate.of(job.checks, job.apis, location=job.location)
        self._rules = {rule.name: rule for rule in job.rules}
        self._names = Names(estate=self._estate, rules=self._rules)
        self._quiet = Quiet(job.windows, job.rules)
        self._acknowledgements = Acknowledgements(job.location)
        self._gauges = Gauges(_measuring(job))
        loaded = store.alerts.load()
        self._book, self._turns_until = loaded.book, loaded.turns_until
        open_ = [alert for alert in loaded.book.alerts.values() if alert.is_firing]
        self._sight = Sight(self._estate, job.rules, open_)
        self._signals = Signals(self._rules, self._estate, self._sight, open_)
        self._pairs = self._signals.pairs | self._load(loaded)
        self._wake_at: Micros | None = now
        self._ticked_at = now

    @property
    def firing(self) -> Mapping[AlertLevel, int]:
        """How many alerts go on."""
        counts = dict.fromkeys(AlertLevel, 0)
        for alert in self._book.alerts.values():
            counts[alert.level] += alert.is_firing
        return counts

    def tick(self, now: Micros, health: Sequence[str] | None) -> int:
        """One look; how many messages were written."""
        if now < self._ticked_at:  # the clock was set back: what waits must not wait until it is then again
            self._wake_at = now
        self._ticked_at = now
        turns = self._store.alerts.turns(after=self._turns_until)
        gauged = self._gauges.read(self._store, now)
        pairs = self._pairs | self._sight.gauged(gauged) | self._signals.due(now)
        pairs |= self._sight.of_the_prober(health, now) | self._sight.of_locations(self._store, now)
        self._pairs, written = set(), 0
        memory = gauged.memory
        for piece in list(in_turn(turns)) or [()]:
            pairs |= self._sight.turned(piece)
            written += self._step(pairs, piece, memory, now)
            pairs, memory = set(), {}
        return written

    def _load(self, loaded: Loaded) -> set[Pair]:
        turns = [turn for turn in self._store.alerts.last_turns() if turn.id <= loaded.turns_until]
        return self._sight.load(sorted(turns, key=lambda turn: turn.id), self._gauges.load(loaded.memory))

    def _step(self, pairs: Iterable[Pair], turns: Sequence[Turn], memory: Mapping[str, str | None], now: Micros) -> int:
        """What follows from what changed, stored in one transaction."""
        changes = self._signals.judged(pairs, turns, now)
        is_other = self._quiet.look(self._store, now)
        is_other |= self._acknowledgements.look(self._store, self._book.alerts.values(), now)
        is_due = self._wake_at is not None and self._wake_at <= now
        if not (changes or is_other or is_due or turns or memory):
            return 0
        planned = plan(self._book, changes, self._context(now))
        until = turns[-1].id if turns else self._turns_until
        if not planned.plan.is_empty or turns or memory:
            self._enter(planned.plan, until, memory, now)
        self._book, self._wake_at, self._turns_until = planned.plan.book, planned.wake_at, until
        return len(planned.plan.drafts)

    def _enter(self, wanted: Plan, until: int, memory: Mapping[str, str | None], now: Micros) -> None:
        lost = self._store.outbox.undelivered(MOST_NAMED) if wanted.drafts else ()
        known = {**self._book.alerts, **wanted.book.alerts, **{alert.id: alert for alert in wanted.alerts}}
        composed = compose(
            wanted.drafts, job=self._job, store=self._store, now=now, alerts=known, undelivered=lost, clock=self._clock
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

    def _context(self, now: Micros) -> Context:
        return Context(
            now=now,
            rules=self._rules,
            estate=self._estate,
            maintenance=self._quiet.muted,
            silences=self._quiet.silences,
            closed=self._quiet.closed,
            down=self._sight.begun.down(self._estate),
            acknowledged=self._acknowledgements.found,
            new_id=_new_id,
            title=lambda group, alerts, _: title_of(alerts, group, self._names),
        )


def _measuring(job: AlertJob) -> Measuring:
    zone = ZoneInfo(job.timezone)
    return Measuring(rules=job.rules, checks=job.checks, apis=job.apis, sla=job.sla, zone=zone, windows=job.windows)


def _new_id(prefix: str) -> str:
    return prefix + secrets.token_hex(16 if prefix.endswith("_") else 5)


def _tell(before: Mapping[str, Alert], alerts: Sequence[Alert]) -> None:
    """In the log: those that are new, and those that are over; one by one while they are few."""
    turned = [alert for alert in alerts if alert.id not in before or not alert.is_firing]
    for alert in turned[:MOST_LOGGED]:
        of = {"id": alert.id, "rule": alert.rule, "of": str(alert.subject)}
        if alert.is_firing:
            _log.info("alert", **of, level=alert.level, what=alert.reading)
        else:
            _log.info("alert is over", **of, why=alert.resolution)
    if more := turned[MOST_LOGGED:]:
        firing = sum(alert.is_firing for alert in more)
        _log.info("alerts, besides those named", firing=firing, over=len(more) - firing)
