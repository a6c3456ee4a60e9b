"""Drafts to messages, complete as they will be sent: what is true now is told, however late it arrives.

1. What earlier messages of the thread said, and nobody has got yet, is said by the new one too; these are superseded.
2. The alerts in their order; the first of them with all that the store knows, of the rest only how many there are.
3. What they likely have in common, what it did to the budget, and which earlier messages reached nobody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Final
from zoneinfo import ZoneInfo

from probe.alerting.book import Draft
from probe.alerting.causes import TOGETHER, Backdrop, likely_cause
from probe.alerting.estate import Estate
from probe.alerting.titles import Names, conditions, ordered, status_of, title_of, worst
from probe.model.alert import Alert
from probe.model.check import api_of
from probe.model.notification import MOST_ENTRIES, Delivery, DeliveryState, Entry, Message
from probe.model.rule import DEFAULT_EXPIRES_AFTER, BurnCondition, Condition, Metric, MetricCondition, SubjectKind
from probe.model.units import SECOND, Micros
from probe.report.words import exact_moment, plural
from probe.runtime.alerts.enriching import MOST_ENRICHED, Enriching
from probe.runtime.alerts.entries import Entries
from probe.runtime.alerts.job import AlertJob
from probe.runtime.clock import Clock, SystemClock
from probe.store import Store

MOST_NAMED: Final = 10
"""Messages that reached nobody, of which a message tells one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """Messages, and what becomes of earlier ones by them; as of `Entered`."""

    deliveries: tuple[Delivery, ...] = ()
    superseded: tuple[str, ...] = ()
    named: Mapping[str, str] = field(default_factory=dict)


def compose(
    drafts: Sequence[Draft],
    *,
    job: AlertJob,
    store: Store,
    now: Micros,
    alerts: Mapping[str, Alert],
    undelivered: Sequence[Delivery] = (),
    clock: Clock | None = None,
) -> Composed:
    """The messages of these drafts. What the store doesn't tell is left out of them; none is ever left out itself.

    Args:
        alerts: all that are known, by id.
        undelivered: messages that reached nobody, and of which nobody was told.
        clock: by which the store may take only so long.
    """
    if not drafts:
        return Composed()
    with closing(Enriching(job=job, store=store, clock=clock or SystemClock(), now=now)) as enriching:
        return _composed(drafts, job, enriching, alerts, undelivered)


def _composed(
    drafts: Sequence[Draft],
    job: AlertJob,
    enriching: Enriching,
    alerts: Mapping[str, Alert],
    undelivered: Sequence[Delivery],
) -> Composed:
    composing = _Composing(job, enriching, alerts)
    merged = [composing.merged(draft) for draft in drafts]
    enriching.read_budgets(each for one in merged for each in one.alerts[:MOST_ENRICHED])
    named = _named_in(undelivered, drafts)
    deliveries = []
    for one in merged:
        lost = [each for each in undelivered if named[each.message.id] == one.draft.message]
        deliveries.append(composing.delivery(one, lost))
    return Composed(
        deliveries=tuple(deliveries),
        superseded=tuple(each.message.id for one in merged for each in one.superseded),
        named=named,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Merged:
    """A draft with what it says on behalf of earlier messages; its alerts in their order."""

    draft: Draft
    alerts: tuple[Alert, ...]
    new: frozenset[str]
    superseded: tuple[Delivery, ...]


class _Composing:
    def __init__(self, job: AlertJob, enriching: Enriching, alerts: Mapping[str, Alert]) -> None:
        self._job, self._enriching, self._alerts = job, enriching, alerts
        self._zone = ZoneInfo(job.timezone)
        self._expires = {channel.name: channel.expires_after for channel in job.channels}
        self._names = Names(
            estate=Estate.of(job.checks, job.apis, location=job.location),
            rules={rule.name: rule for rule in job.rules},
        )
        self._entries = Entries(names=self._names, enriching=enriching, zone=self._zone, url=job.report_url)
        firing = [alert for alert in alerts.values() if alert.is_firing]
        self._backdrop = Backdrop(
            hosts={facts.id: facts.host for facts in job.checks},
            failing={alert.subject.id for alert in firing if self._fails_now(alert)},
            locations={job.location, *(place for alert in firing for place in alert.locations)},
        )

    def _fails_now(self, alert: Alert) -> bool:
        """Whether its check does: what burns its budget, or was too slow for an hour, may be well again."""
        if alert.subject.kind is not SubjectKind.CHECK:
            return False
        found = conditions(self._names.rules.get(alert.rule), alert.level)
        return not any(isinstance(each, BurnCondition) or _looks_back(each) for each in found)

    def merged(self, draft: Draft) -> _Merged:
        """The draft, and what earlier messages of its thread said that nobody has got yet."""
        tried, store = self._enriching.tried, self._enriching.store
        thread = draft.thread
        found_waiting = tried(lambda: store.outbox.waiting(thread.id), tuple[Delivery, ...](), of=thread.id)
        waiting = tuple(each for each in found_waiting if each.message.channel == thread.channel)
        told = {alert.id for alert in draft.alerts}
        missing = dict.fromkeys(id_ for each in waiting for id_ in each.alerts if id_ not in told)
        found = {id_: self._alert(id_) for id_ in missing}
        if None in found.values():  # what it told can't be told by this one: it goes out itself
            waiting, found = (), {}
        new = draft.new | {entry.alert for each in waiting for entry in each.message.entries if entry.is_new}
        alerts = (*draft.alerts, *(alert for alert in found.values() if alert))
        return _Merged(draft=draft, alerts=tuple(ordered(alerts, new)), new=new, superseded=waiting)

    def delivery(self, merged: _Merged, undelivered: Sequence[Delivery]) -> Delivery:
        """The message, to be sent at once."""
        message = self._message(merged, undelivered)
        return Delivery(
            message=message,
            state=DeliveryState.WAITING,
            due_at=message.at,
            expires_at=message.at + self._expires.get(message.channel, DEFAULT_EXPIRES_AFTER),
            alerts=tuple(alert.id for alert in merged.alerts),
        )

    def _message(self, merged: _Merged, undelivered: Sequence[Delivery]) -> Message:
        draft, alerts, thread = merged.draft, merged.alerts, merged.draft.thread
        level = worst(alerts)
        apis = {api_of(alert.subject.id) for alert in alerts if alert.subject.kind is not SubjectKind.PROBER}
        return Message(
            id=draft.message,
            channel=thread.channel,
            thread=thread.id,
            number=thread.number,
            occasion=draft.occasion,
            level=level,
            title=thread.title or title_of(alerts, thread.group, self._names),
            status=status_of(draft.occasion, level),
            group=thread.group,
            at=self._enriching.now,
            zone=self._job.timezone,
            entries=self._told(merged),
            more=_counts(alerts[MOST_ENTRIES:]),
            cause=self._enriching.tried(lambda: likely_cause(alerts, self._backdrop), None, of=thread.title),
            budget=self._enriching.budget_of_api(min(apis), alerts) if len(apis) == 1 else None,
            undelivered=self._undelivered(undelivered),
            link=self._entries.link(alerts, apis),
            site=self._job.title,
        )

    def _told(self, merged: _Merged) -> tuple[Entry, ...]:
        return tuple(
            self._entries.entry(
                alert,
                is_new=alert.id in merged.new,
                muted=merged.draft.muted.get(alert.id, ""),
                is_full=number < MOST_ENRICHED,
            )
            for number, alert in enumerate(merged.alerts[:MOST_ENTRIES])
        )

    def _undelivered(self, deliveries: Sequence[Delivery]) -> tuple[str, ...]:
        """A sentence each; of many how many more there are."""
        said = [self._said(each) for each in deliveries[:MOST_NAMED]]
        if more := len(deliveries) - len(said):
            said.append(f"{plural(more, 'more message')} reached nobody: `probe deliveries list` names them")
        return tuple(said)

    def _said(self, delivery: Delivery) -> str:
        message = delivery.message
        at = exact_moment(message.at - message.at % SECOND, self._zone).text
        why = f": {delivery.why}" if delivery.why else ""
        return f"“{message.status} {message.title}” of {at} did not reach {message.channel}{why}"

    def _alert(self, id_: str) -> Alert | None:
        known, store = self._alerts.get(id_), self._enriching.store
        return known or self._enriching.tried(lambda: store.alerts.alert(id_), None, of=id_)


def _counts(alerts: Sequence[Alert]) -> tuple[int, int]:
    """How many are firing, and how many are over."""
    firing = sum(alert.is_firing for alert in alerts)
    return firing, len(alerts) - firing


def _named_in(undelivered: Sequence[Delivery], drafts: Sequence[Draft]) -> dict[str, str]:
    """In which new message each is named: in one of another channel, as its own may still not work; or else in any."""
    found = {}
    for each in undelivered:
        others = (draft.message for draft in drafts if draft.thread.channel != each.message.channel)
        found[each.message.id] = next(others, drafts[0].message)
    return found


def _looks_back(condition: Condition) -> bool:
    """Whether it holds for long after a check is well again; how a certificate is doesn't change meanwhile."""
    if not isinstance(condition, MetricCondition) or condition.metric is Metric.CERTIFICATE:
        return False
    return condition.period > TOGETHER
