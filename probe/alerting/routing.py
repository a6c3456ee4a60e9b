"""Who should know of an alert: its level's channels, and later those that it is escalated to."""

from __future__ import annotations

from probe.alerting.passing import RECHECK, Passing, Wanted
from probe.alerting.withholding import withheld
from probe.model.alert import Alert, Outcome, Stage
from probe.model.rule import AlertRule


def withholding(passing: Passing) -> None:
    """Alerts that go on, and are not to be told just now: by maintenance, silences, dependencies, the time of day."""
    for alert in passing.alerts.values():
        if alert.is_firing and (found := withheld(alert, passing.context)):
            passing.withheld[alert.id] = found
            passing.decide(alert, found.stage, Outcome.SUPPRESSED, found.reason, until=found.until)
        elif alert.is_firing and (last := passing.withheld_before(alert)) and last.stage is not Stage.ROUTING:
            passing.decide(alert, last.stage, Outcome.WAITING, f"was held back: {last.reason}")
    if passing.withheld:
        passing.wake(passing.context.now + RECHECK)


def routing(passing: Passing) -> None:
    """The channels of each alert that goes on and isn't held back."""
    for alert in passing.alerts.values():
        rule = passing.rule(alert)
        if rule is None or not alert.is_firing or alert.id in passing.withheld:
            continue
        channels = _of_level(rule, alert)
        if not channels:
            passing.decide(alert, Stage.ROUTING, Outcome.SUPPRESSED, f"the rule tells nobody of what is {alert.level}")
        passing.wanted += [Wanted(alert, channel) for channel in channels]
        passing.wanted += [Wanted(alert, channel, True) for channel in _escalated(passing, rule, alert)]


def _of_level(rule: AlertRule, alert: Alert) -> tuple[str, ...]:
    return next((level.notify for level in rule.levels if level.level is alert.level), ())


def _escalated(passing: Passing, rule: AlertRule, alert: Alert) -> list[str]:
    """The channels of every step that is due; nobody has to be waited for who was not told."""
    if not rule.escalations or alert.acknowledged_at is not None:
        return []
    threads = [passing.threads[key] for key in passing.told_in.get(alert.id, ())]
    told = [thread.told[alert.id].at for thread in threads if alert.id not in thread.escalated]
    if not told:
        return []
    due = [(min(told) + step.after, step.notify) for step in rule.escalations]
    for at, _ in due:
        if at > passing.context.now:
            passing.wake(at)
    usual = _of_level(rule, alert)
    found = dict.fromkeys(each for at, channels in due if at <= passing.context.now for each in channels)
    return [each for each in found if each not in usual]
