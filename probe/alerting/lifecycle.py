"""Alerts from what holds: they fire, become more or less urgent, are acknowledged, and end."""

from __future__ import annotations

from dataclasses import replace

from probe.alerting.context import Cleared
from probe.alerting.passing import Passing
from probe.model.alert import Alert, Outcome, Signal, Stage


def conditions(passing: Passing) -> None:
    """The first stage: what has changed, and alerts of rules and subjects that the file has no more."""
    open_ = {(alert.rule, alert.subject): alert for alert in passing.alerts.values() if alert.is_firing}
    for key, change in passing.changes.items():
        alert = open_.get(key)
        if isinstance(change, Signal):
            _holds(passing, alert, change)
        elif alert:
            _is_over(passing, alert, change)
    now = passing.context.now
    for (rule, _), alert in open_.items():
        if rule not in passing.context.rules:
            _is_over(passing, alert, Cleared(now, None, "the file has no such rule any more"))


def acknowledgements(passing: Passing) -> None:
    """Who has taken an alert on."""
    for id_, (at, by) in passing.context.acknowledged.items():
        alert = passing.alerts.get(id_)
        if alert and alert.is_firing and alert.acknowledged_at is None:
            passing.put(replace(alert, acknowledged_at=at, acknowledged_by=by))
            passing.decide(alert, Stage.CONDITION, Outcome.ACKNOWLEDGED, f"acknowledged by {by}", at=at)


def _holds(passing: Passing, alert: Alert | None, signal: Signal) -> None:
    if alert is None:
        fired = Alert(
            id=passing.context.new_id("a"),
            rule=signal.rule,
            subject=signal.subject,
            level=signal.level,
            since=signal.since,
            fired_at=signal.held_at,
            reading=signal.reading,
            expected=signal.expected,
            facts=signal.facts,
            locations=signal.locations,
            has_data=signal.has_data,
        )
        passing.put(fired)
        passing.decide(fired, Stage.CONDITION, Outcome.FIRED, f"{signal.level}: {signal.reading}")
        return
    updated = replace(
        alert,
        level=signal.level,
        reading=signal.reading,
        expected=signal.expected,
        facts=signal.facts or alert.facts,
        locations=signal.locations,
        has_data=signal.has_data,
    )
    if updated == alert:
        return
    passing.put(updated)
    if signal.level is not alert.level:
        reason = f"{signal.level}, was {alert.level}: {signal.reading}"
        passing.decide(updated, Stage.CONDITION, Outcome.CHANGED, reason)


def _is_over(passing: Passing, alert: Alert, cleared: Cleared) -> None:
    over = replace(
        alert, resolved_at=max(cleared.known_at, alert.fired_at), ended=cleared.ended, resolution=cleared.why
    )
    passing.put(over)
    passing.decide(over, Stage.CONDITION, Outcome.RESOLVED, cleared.why)
