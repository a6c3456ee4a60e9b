"""One pass of the pipeline: what its stages hand on to one another."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import NamedTuple

from probe.alerting.book import Book, Draft, Group, Plan, Reason, Thread
from probe.alerting.context import Changes, Context
from probe.alerting.withholding import Withheld
from probe.model.alert import Alert, Decision, Outcome, Stage
from probe.model.rule import AlertRule
from probe.model.units import SECOND, Micros

RECHECK: Micros = 10 * SECOND
"""What keeps alerts from being told is looked at so often, besides whenever something changes."""

ThreadKey = tuple[str, Group]


class Wanted(NamedTuple):
    """An alert that a channel should know of; whether it is told there because nobody acknowledged it."""

    alert: Alert
    channel: str
    is_escalation: bool = False


@dataclass(slots=True, kw_only=True)
class Pending:
    """What a thread has to tell.

    Attributes:
        new: alerts that its channel doesn't know, or not as so urgent.
        over: alerts that it was told of, and that are over.
        escalated: of the new ones, by id, those that nobody acknowledged.
        late: those that are over and were never told.
    """

    new: list[Alert] = field(default_factory=list)
    over: list[Alert] = field(default_factory=list)
    late: list[Alert] = field(default_factory=list)
    escalated: set[str] = field(default_factory=set)

    @property
    def alerts(self) -> list[Alert]:
        """All of them."""
        return [*self.new, *self.late, *self.over]

    def __bool__(self) -> bool:
        return bool(self.new or self.over or self.late)


class Passing:
    """A pass under way.

    Attributes:
        alerts: those that go on, and those that are over and may still have to be told.
        withheld: why those that go on are not told just now.
        wanted: who should know of what, whatever they know already.
        pending: by thread.
        told_in: the threads that know of an alert, by its id.
        wake_at: when to look again, if nothing happens before.
        muted_before: why alerts were not told when they were looked at last, by their ids.
    """

    def __init__(self, book: Book, changes: Changes, context: Context) -> None:
        self.context = context
        self.changes = changes
        self.alerts = dict(book.alerts)
        self.threads = dict(book.threads)
        self.reasons = dict(book.reasons)
        self.changed: dict[str, Alert] = {}
        self.withheld: dict[str, Withheld] = {}
        self.wanted: list[Wanted] = []
        self.pending: dict[ThreadKey, Pending] = {}
        self.told_in: dict[str, list[ThreadKey]] = {}
        self.decisions: list[Decision] = []
        self.drafts: list[Draft] = []
        self.wake_at: Micros | None = None
        self.muted_before = {
            id_: last.reason
            for (id_, channel), last in book.reasons.items()
            if not channel and last.outcome in (Outcome.SUPPRESSED, Outcome.WAITING)
        }
        self._reasons_before = book.reasons
        self._threads_before = book.threads
        self._alerts_before = book.alerts
        for key, thread in book.threads.items():
            for alert in thread.told:
                self.told_in.setdefault(alert, []).append(key)

    def rule(self, alert: Alert) -> AlertRule | None:
        """The alert's rule; `None` where the file has it no more."""
        return self.context.rules.get(alert.rule)

    def withheld_before(self, alert: Alert) -> Reason | None:
        """What held an alert back when it was looked at last."""
        last = self._reasons_before.get((alert.id, ""))
        return last if last and last.outcome is Outcome.SUPPRESSED else None

    def put(self, alert: Alert) -> None:
        """An alert that is new or has changed."""
        self.alerts[alert.id] = self.changed[alert.id] = alert

    def wake(self, at: Micros) -> None:
        """Look again then, at the latest."""
        self.wake_at = at if self.wake_at is None else min(self.wake_at, at)

    def decide(
        self,
        alert: Alert,
        stage: Stage,
        outcome: Outcome,
        reason: str,
        *,
        channel: str | None = None,
        until: Micros | None = None,
        message: str | None = None,
        at: Micros | None = None,
    ) -> None:
        """Write down a decision, unless it is the same as the last one on this alert and channel."""
        key, short = (alert.id, channel or ""), Reason(stage, outcome, reason)
        if self.reasons.get(key) == short and message is None:
            return
        self.reasons[key] = short
        self.decisions.append(
            Decision(
                at=self.context.now if at is None else at,
                alert=alert.id,
                rule=alert.rule,
                subject=alert.subject,
                stage=stage,
                outcome=outcome,
                reason=reason,
                channel=channel,
                until=until,
                notification=message,
            )
        )

    def plan(self) -> Plan:
        """What came of it."""
        if self.drafts:
            self.wake(self.context.now)  # reminders and escalations count from what was told just now
        forgotten = self._forget()
        before = self._threads_before
        return Plan(
            book=Book(alerts=self.alerts, threads=self.threads, reasons=self.reasons),
            alerts=tuple(self.changed.values()),
            threads=tuple(thread for key, thread in self.threads.items() if before.get(key) is not thread),
            closed=tuple(thread for key, thread in before.items() if key not in self.threads),
            forgotten=forgotten,
            decisions=tuple(self.decisions),
            drafts=tuple(self.drafts),
        )

    def _forget(self) -> tuple[str, ...]:
        """Alerts that are over, and that nobody has to be told of any more."""
        awaited = {alert for thread in self.threads.values() for alert in thread.told}
        awaited |= {alert.id for pending in self.pending.values() for alert in pending.alerts}
        gone = {id_ for id_, alert in self.alerts.items() if not alert.is_firing and id_ not in awaited}
        for id_ in gone:
            del self.alerts[id_]
        if gone:
            self.reasons = {key: reason for key, reason in self.reasons.items() if key[0] not in gone}
        return tuple(sorted(gone & self._alerts_before.keys()))


def with_due(thread: Thread, due_at: Micros | None) -> Thread:
    """The same, unless that is news."""
    return thread if thread.due_at == due_at else replace(thread, due_at=due_at)
