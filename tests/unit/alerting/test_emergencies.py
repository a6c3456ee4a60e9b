"""What is told while the store is away."""

from __future__ import annotations

from probe.alerting.emergencies import Emergency, told_of_emergencies
from probe.model.channel import ChannelSettings
from probe.model.maintenance import Scope
from probe.model.notification import DeliveryState
from probe.model.result import State
from probe.model.rule import AlertRule, AnyOf, Condition, LevelRule, ProberCondition, StateCondition
from probe.model.sla import AlertLevel
from probe.model.units import MINUTE
from tests.fakes.outbox import NOW

MAIL, HOOK = ChannelSettings(name="mail", type="email"), ChannelSettings(name="hook", type="webhook")
DOWN = StateCondition(state=State.DOWN)
EMERGENCY = Emergency("fra", NOW, "it does not answer", "Europe/Berlin", "Example", "https://status.example/")


def rule(condition: Condition, *notify: str, level: AlertLevel = AlertLevel.CRITICAL) -> AlertRule:
    return AlertRule(name="a", scope=Scope(), levels=(LevelRule(level=level, condition=condition, notify=notify),))


def names(*rules: AlertRule) -> list[str]:
    return [channel.name for channel in told_of_emergencies(rules, (MAIL, HOOK))]


def test_those_are_told_whom_rules_tell_of_the_prober() -> None:
    assert names(rule(DOWN, "hook"), rule(AnyOf(conditions=(DOWN, ProberCondition())), "mail")) == ["mail"]


def test_where_no_rule_does_those_are_told_who_get_the_most_urgent_alerts() -> None:
    assert names(rule(DOWN, "hook"), rule(DOWN, "mail", level=AlertLevel.WARNING)) == ["hook"]
    assert names() == []


def test_it_says_since_when_why_and_what_follows() -> None:
    delivery = EMERGENCY.firing(MAIL, now=NOW + MINUTE)
    (entry,) = delivery.message.entries
    assert delivery.message.title == "The prober at fra can't store results"
    assert entry.reading.startswith("the store takes no results since 2026-11-18 ")
    assert entry.reading.endswith(" CET: it does not answer")
    assert "alerts about targets come when the store is back" in entry.note
    assert (delivery.state, entry.is_firing) == (DeliveryState.WAITING, True)


def test_its_end_is_told_in_the_same_thread() -> None:
    firing, resolved = EMERGENCY.firing(MAIL, now=NOW + MINUTE), EMERGENCY.resolved(MAIL, now=NOW + 12 * MINUTE)
    assert firing.message.thread == resolved.message.thread
    assert firing.message.id != resolved.message.id
    assert (
        resolved.message.entries[0].resolution == "it takes results again, after 12m; what began meanwhile is told now"
    )
    assert firing.message.thread != EMERGENCY.firing(HOOK, now=NOW).message.thread
