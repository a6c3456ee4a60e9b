"""What each channel has to be told, in one thread for each group of alerts, and without telling anything twice."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from probe.alerting.book import Group, Thread, Told
from probe.alerting.context import Context
from probe.alerting.passing import Passing, Pending, ThreadKey, Wanted
from probe.model.alert import Alert, Outcome, Stage
from probe.model.rule import AlertRule, Grouping, SubjectKind
from probe.model.sla import AlertLevel
from probe.model.units import format_duration

URGENCY: Final = {AlertLevel.INFO: 0, AlertLevel.WARNING: 1, AlertLevel.CRITICAL: 2}


def deduplication(passing: Passing) -> None:
    """Of all that should be told, what its channel doesn't know; and of all that was told, what is over."""
    for wanted in passing.wanted:
        key = _thread_of(passing, wanted)
        told = passing.threads[key].told.get(wanted.alert.id)
        if told is None or not told.is_firing or URGENCY[wanted.alert.level] > URGENCY[told.level]:
            pending = passing.pending.setdefault(key, Pending())
            pending.new.append(wanted.alert)
            if wanted.is_escalation:
                pending.escalated.add(wanted.alert.id)
    for alert in list(passing.alerts.values()):
        if not alert.is_firing:
            _over(passing, alert)


def group_of(alert: Alert, by: Grouping, context: Context) -> Group:
    """What an alert shares with those that it is told with; what it doesn't have is left out."""
    return tuple((name, value) for name in by.by if (value := _value(alert, name, context)))


def _value(alert: Alert, name: str, context: Context) -> str:
    if name == "api":
        return context.estate.api_of(alert.subject)
    if name in ("rule", "level"):
        return str(getattr(alert, name))
    if name == "check":
        return alert.subject.id
    if name == "host":
        check = context.estate.checks.get(alert.subject.id)
        return check.host if check and alert.subject.kind is SubjectKind.CHECK else ""
    return dict(context.estate.labels(alert.subject)).get(name, "")


def _thread_of(passing: Passing, wanted: Wanted) -> ThreadKey:
    """The one that knows of the alert already, or that of its group; a new one where there is none."""
    alert, channel, _ = wanted
    for key in passing.told_in.get(alert.id, ()):
        if key[0] == channel:
            return key
    rule = passing.rule(alert)
    group = group_of(alert, rule.grouping if rule else Grouping(), passing.context)
    key = (channel, group)
    if key not in passing.threads:
        new = passing.context.new_id("t")
        passing.threads[key] = Thread(id=new, channel=channel, group=group, opened_at=passing.context.now)
    return key


def _over(passing: Passing, alert: Alert) -> None:
    """Told to whoever was told that it began; to others only if it lasted, and nothing kept it from being told."""
    rule = passing.rule(alert)
    keys = passing.told_in.get(alert.id, ())
    for key in keys:
        if rule is None or rule.resolved:
            passing.pending.setdefault(key, Pending()).over.append(alert)
        else:
            thread = passing.threads[key]
            passing.threads[key] = replace(thread, told=_without(thread, alert.id))
            reason = "the rule doesn't tell that an alert is over"
            passing.decide(alert, Stage.ROUTING, Outcome.SUPPRESSED, reason, channel=key[0])
    if not keys and rule:
        _never_told(passing, alert, rule)


def _never_told(passing: Passing, alert: Alert, rule: AlertRule) -> None:
    assert alert.resolved_at is not None  # noqa: S101  # for mypy: it is over
    held = passing.withheld_before(alert)
    lasted = alert.resolved_at - alert.fired_at
    if held:
        reason = f"over before it could be told: {held.reason}"
        passing.decide(alert, held.stage, Outcome.SUPPRESSED, reason)
    elif not rule.resolved:
        reason = "over before it was told, and the rule doesn't tell that an alert is over"
        passing.decide(alert, Stage.ROUTING, Outcome.SUPPRESSED, reason)
    elif lasted < rule.grouping.wait:
        reason = f"over within {format_duration(rule.grouping.wait)}, before it was told"
        passing.decide(alert, Stage.GROUPING, Outcome.SUPPRESSED, reason)
    else:
        for level in rule.levels:
            for channel in level.notify if level.level is alert.level else ():
                key = _thread_of(passing, Wanted(alert, channel))
                passing.pending.setdefault(key, Pending()).late.append(alert)


def _without(thread: Thread, alert: str) -> dict[str, Told]:
    return {id_: told for id_, told in thread.told.items() if id_ != alert}
