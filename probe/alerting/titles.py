"""What messages are called, and in which order they tell their alerts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from probe.alerting.book import Group
from probe.alerting.estate import Estate
from probe.model.alert import Alert
from probe.model.check import Operator, api_of
from probe.model.notification import Occasion
from probe.model.result import State
from probe.model.rule import (
    AlertRule,
    BurnCondition,
    Condition,
    Metric,
    MetricCondition,
    ProberCondition,
    StateCondition,
    Subject,
    SubjectKind,
)
from probe.model.sla import AlertLevel

LEVELS: Final = tuple(AlertLevel)
"""The most urgent first."""

STATUS_WORDS: Final = {
    Occasion.UPDATE: "UPDATE",
    Occasion.RESOLVED: "RESOLVED",
    Occasion.REMINDER: "REMINDER",
    Occasion.ESCALATION: "ESCALATED",
    Occasion.TEST: "TEST",
}
"""What goes before a title; a message of something new begins with its level."""

_STATES: Final = {
    State.UP: ("is up", "are up"),
    State.DOWN: ("is down", "are down"),
    State.DEGRADED: ("is degraded", "are degraded"),
    State.UNKNOWN: ("has no data", "have no data"),
}
_BURNS: Final = ("burns its error budget too fast", "burn their error budgets too fast")
_CERTIFICATE: Final = ("has a certificate that ends soon", "have certificates that end soon")
_TROUBLE: Final = ("is in trouble", "are in trouble")
_NOUNS: Final = {SubjectKind.CHECK: "checks", SubjectKind.API: "APIs", SubjectKind.PROBER: "probers"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What people call things; `rules` are those of the file, by their names."""

    estate: Estate
    rules: Mapping[str, AlertRule]

    def of(self, subject: Subject) -> str:
        """What a subject is called; its id where no file defines it any more."""
        if subject.kind is SubjectKind.PROBER:
            return str(subject)
        if subject.kind is SubjectKind.API:
            return self.api(subject.id)
        check = self.estate.checks.get(subject.id)
        return check.name if check else subject.id

    def api(self, id_: str) -> str:
        """What an API is called."""
        api = self.estate.apis.get(id_)
        return api.name if api else id_


def status_of(occasion: Occasion, level: AlertLevel) -> str:
    """What goes before a title."""
    return STATUS_WORDS.get(occasion, level.upper())


def title_of(alerts: Sequence[Alert], group: Group, names: Names) -> str:
    """What an incident is called: where, and what of it.

    It holds no figure that a later message of the incident would contradict, but for how many there were at first.
    """
    subjects = {alert.subject: alert for alert in alerts}
    if not subjects:
        return "nothing"
    phrases = {_phrase(alert, names) for alert in alerts}
    kinds = {subject.kind for subject in subjects}
    one, many = phrases.pop() if len(phrases) == 1 else ("is in alert", "are in alert")
    place = _place(subjects, group, names)
    if len(subjects) == 1:
        (subject,) = subjects
        said = f"{names.of(subject)} {one}"
        if subject.kind is SubjectKind.PROBER:
            return said[:1].upper() + said[1:]
        return f"{place}: {said}" if subject.kind is SubjectKind.CHECK and place else said
    what = _NOUNS[next(iter(kinds))] if len(kinds) == 1 else "subjects"
    said = f"{len(subjects):,} {what} {many}"
    return f"{place}: {said}" if place else said


def ordered(alerts: Iterable[Alert], new: frozenset[str] = frozenset()) -> list[Alert]:
    """Firing ones first, of these the worst, of these what is new, of these the newest."""
    return sorted(
        alerts,
        key=lambda each: (
            not each.is_firing,
            LEVELS.index(each.level),
            each.id not in new,
            -(each.fired_at if each.resolved_at is None else each.resolved_at),
            each.subject,
            each.rule,
        ),
    )


def worst(alerts: Iterable[Alert]) -> AlertLevel:
    """The most urgent level of those that are firing; of all, where none is."""
    found = list(alerts)
    levels = [each.level for each in found if each.is_firing] or [each.level for each in found]
    return min(levels, key=LEVELS.index, default=AlertLevel.INFO)


def conditions(rule: AlertRule | None, level: AlertLevel) -> tuple[Condition, ...]:
    """What makes a rule's alert one of a level."""
    return tuple(each.condition for each in rule.levels if each.level is level) if rule else ()


def _phrase(alert: Alert, names: Names) -> tuple[str, str]:
    """What is the matter with one subject, and with several."""
    if alert.subject.kind is SubjectKind.PROBER:
        return _TROUBLE
    found = conditions(names.rules.get(alert.rule), alert.level)
    return _worded(found[0], alert.rule) if len(found) == 1 else _named(alert.rule)


def _worded(condition: Condition, rule: str) -> tuple[str, str]:
    match condition:
        case StateCondition(state=state):
            return _STATES[state]
        case BurnCondition():
            return _BURNS
        case ProberCondition():
            return _TROUBLE
        case MetricCondition(metric=Metric.CERTIFICATE, operator=Operator.LESS | Operator.AT_MOST):
            return _CERTIFICATE
        case MetricCondition(text=text):
            return f"has {text}", f"have {text}"
    return _named(rule)


def _named(rule: str) -> tuple[str, str]:
    return f"is in alert ({rule})", f"are in alert ({rule})"


def _place(subjects: Iterable[Subject], group: Group, names: Names) -> str:
    """The API that all of them are of; or else what the group shares."""
    apis = {api_of(subject.id) for subject in subjects if subject.kind is not SubjectKind.PROBER}
    if len(apis) == 1:
        (api,) = apis
        return names.api(api)
    return ", ".join(value for key, value in group if key not in ("api", "rule", "level") and value)
