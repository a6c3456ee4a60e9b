"""When each thread's next message is written, and what it tells: news after a wait, reminders, nothing without need."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from probe.alerting.book import Draft, Thread, Told
from probe.alerting.grouping import URGENCY
from probe.alerting.passing import Passing, Pending, ThreadKey, with_due
from probe.model.alert import Alert, Outcome, Stage
from probe.model.notification import Occasion
from probe.model.rule import Grouping
from probe.model.units import Micros


def grouping(passing: Passing) -> None:
    """News wait for others of their group: at first for `wait`, after a message until `interval` is over."""
    now = passing.context.now
    for key, pending in list(passing.pending.items()):
        thread = passing.threads[key]
        due = now if pending.escalated else _due(passing, thread, pending)
        if thread.due_at is not None:  # what comes later puts nothing off
            due = min(due, thread.due_at)
        if due <= now:
            _tell(passing, key, pending)
            continue
        passing.threads[key] = with_due(thread, due)
        passing.wake(due)
        for alert in pending.new:
            reason = f"waits for others of {_named(thread)}"
            passing.decide(alert, Stage.GROUPING, Outcome.WAITING, reason, channel=thread.channel, until=due)


def reminders(passing: Passing) -> None:
    """Where nothing is new, what goes on is told again from time to time, unless somebody has acknowledged it."""
    for key in [key for key in passing.threads if key not in passing.pending]:
        thread = passing.threads[key] = with_due(passing.threads[key], None)
        due = _next_reminder(passing, thread)
        if due is None:
            continue
        if due > passing.context.now:
            passing.wake(due)
        else:
            _write(passing, key, _known(passing, thread), Occasion.REMINDER)


def closing(passing: Passing) -> None:
    """Threads of which all that was told is over; what begins again soon goes on in the same one."""
    longest = _longest_interval(passing)
    for key, thread in list(passing.threads.items()):
        if key in passing.pending or thread.told:
            continue
        until = 0 if thread.last_at is None else thread.last_at + longest
        if until <= passing.context.now:
            del passing.threads[key]
        else:
            passing.wake(until)


def _due(passing: Passing, thread: Thread, pending: Pending) -> Micros:
    now = passing.context.now
    waits = [_grouping(passing, alert).wait for alert in pending.new]
    first = now + min(waits, default=0)
    if thread.last_at is None or _is_more_urgent(thread, pending):
        return first
    intervals = [_grouping(passing, alert).interval for alert in pending.alerts]
    return max(first, min(thread.last_at, now) + min(intervals))  # it is later only where the clock was set back


def _is_more_urgent(thread: Thread, pending: Pending) -> bool:
    """Whether something is new that is worse than all that the thread was told of."""
    known = max((URGENCY[told.level] for told in thread.told.values()), default=-1)
    return any(URGENCY[alert.level] > known for alert in pending.new) and bool(thread.told)


def _tell(passing: Passing, key: ThreadKey, pending: Pending) -> None:
    thread = passing.threads[key]
    news = {alert.id for alert in pending.alerts}
    goes_on = [alert for alert in _known(passing, thread) if alert.id not in news]
    if pending.escalated:
        occasion = Occasion.ESCALATION
    elif pending.new:
        occasion = Occasion.FIRING
    else:
        occasion = Occasion.UPDATE if goes_on else Occasion.RESOLVED
    _write(passing, key, [*_by_urgency(pending.new), *pending.late, *pending.over, *goes_on], occasion, pending)
    del passing.pending[key]


def _write(
    passing: Passing, key: ThreadKey, alerts: list[Alert], occasion: Occasion, pending: Pending | None = None
) -> None:
    """A draft, and the thread as it is after it."""
    thread, now, message = passing.threads[key], passing.context.now, passing.context.new_id("msg_")
    told = {
        alert.id: Told(alert.level, True, thread.told[alert.id].at if alert.id in thread.told else now)
        for alert in alerts
        if alert.is_firing
    }
    after = replace(
        thread,
        due_at=None,
        last_at=now,
        number=thread.number + 1,
        title=thread.title or passing.context.title(thread.group, alerts, passing.context.estate),
        told=told,
        escalated=frozenset((thread.escalated | (pending.escalated if pending else set())) & told.keys()),
    )
    passing.threads[key] = after
    new = {alert.id for alert in alerts if alert.id not in thread.told}
    passing.drafts.append(
        Draft(
            message=message,
            thread=after,
            occasion=occasion,
            alerts=tuple(alerts),
            new=frozenset(new),
            muted=_muted(passing, (alert for alert in alerts if alert.id in new)),
        )
    )
    stage = Stage.REMINDER if occasion is Occasion.REMINDER else Stage.GROUPING
    for alert in pending.alerts if pending else alerts:
        reason = f"{occasion}, message {after.number} of {_named(thread)}"
        passing.decide(alert, stage, Outcome.TOLD, reason, channel=thread.channel, message=message)


def _next_reminder(passing: Passing, thread: Thread) -> Micros | None:
    """When the next one is due; `None` where nobody is waiting for one."""
    spans = [
        rule.remind
        for alert in _known(passing, thread)
        if alert.acknowledged_at is None and alert.id not in passing.withheld
        if (rule := passing.rule(alert)) and rule.remind is not None
    ]
    return thread.last_at + min(spans) if spans and thread.last_at is not None else None


def _known(passing: Passing, thread: Thread) -> list[Alert]:
    """Alerts that the thread was told of and that go on, the most urgent first."""
    told = (passing.alerts.get(id_) for id_ in thread.told)
    return _by_urgency(alert for alert in told if alert and alert.is_firing)


def _by_urgency(alerts: Iterable[Alert]) -> list[Alert]:
    return sorted(alerts, key=lambda alert: (-URGENCY[alert.level], alert.since, alert.subject))


def _muted(passing: Passing, alerts: Iterable[Alert]) -> Mapping[str, str]:
    """Why alerts that are told for the first time were not told before."""
    return {alert.id: why for alert in alerts if (why := passing.muted_before.get(alert.id))}


def _longest_interval(passing: Passing) -> Micros:
    """How long a thread is kept after its last message; the rules that made it may be gone."""
    return max((rule.grouping.interval for rule in passing.context.rules.values()), default=0)


def _grouping(passing: Passing, alert: Alert) -> Grouping:
    rule = passing.rule(alert)
    return rule.grouping if rule else Grouping()


def _named(thread: Thread) -> str:
    return ", ".join(f"{name} {value}" for name, value in thread.group) or "all alerts"
