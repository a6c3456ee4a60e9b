"""Alert rules, channels and contacts that do nothing, or hardly what was meant."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from probe.config.document import Path
from probe.model.check import Check, Operator, Severity
from probe.model.leaves import leaves
from probe.model.maintenance import Scope
from probe.model.result import State
from probe.model.rule import (
    AlertRule,
    AllOf,
    AnyOf,
    BurnCondition,
    Condition,
    LevelRule,
    Metric,
    MetricCondition,
    StateCondition,
    SubjectKind,
)
from probe.model.settings import Settings
from probe.model.sla import AlertLevel
from probe.model.units import format_duration

_GROUPED: Final = frozenset({"api", "check", "rule", "level", "host"})
_NEVER: Final = "never holds"
_TIMED: Final = (Metric.LATENCY, Metric.PHASE)
_SAMPLED: Final = frozenset(Metric) - {Metric.AVAILABILITY, Metric.CERTIFICATE}


@dataclass(frozen=True, slots=True)
class RuleNotes:
    """What is remembered of a file's rules until all of it is read.

    Attributes:
        placed: the rules that count, each with where it stands.
        named: whatever any rule tells, by the name that it says.
    """

    placed: Sequence[tuple[AlertRule, Path]] = ()
    named: Collection[str] = ()
    contacts: Collection[str] = ()


def alert_warnings(settings: Settings, notes: RuleNotes) -> Iterator[tuple[Path, str]]:
    """A sentence for each, with what to do, and where it stands."""
    if notes.placed and not settings.channels:
        yield (
            ("alerts",),
            "nobody is told of any alert: there are no channels; write channels, or see alerts in the report",
        )
    yield from _unused(settings, notes)
    for rule, path in notes.placed:
        yield from _of_rule(rule, path, settings)


def _unused(settings: Settings, notes: RuleNotes) -> Iterator[tuple[Path, str]]:
    told = {name for rule in settings.rules for name in _told(rule)}
    told |= {channel.fallback for channel in settings.channels if channel.fallback}
    for channel in settings.channels:
        if channel.name not in told:
            yield ("channels", channel.name), "no rule tells anything here; name it in notify, or remove it"
    for contact in notes.contacts:
        if contact not in notes.named:
            yield ("contacts", contact), "no rule names it; name it in notify, or remove it"


def _told(rule: AlertRule) -> Iterator[str]:
    for level in rule.levels:
        yield from level.notify
    for escalation in rule.escalations:
        yield from escalation.notify


def _of_rule(rule: AlertRule, path: Path, settings: Settings) -> Iterator[tuple[Path, str]]:
    if rule.per is SubjectKind.PROBER:
        return
    checks = _meant(rule.scope, settings)
    if not checks:
        yield (*path, "on"), "fits no check; look at the labels of those that are meant"
        return
    known = {name for check in checks for name, _ in check.labels}
    for by in rule.grouping.by:
        if by not in _GROUPED and by not in known:
            yield (
                (*path, "group_by"),
                f'no check that it is about has a label "{by}"; write api, check, rule, level, host, or a label\'s name',
            )
    for level in rule.levels:
        place = (*path, "when") if len(rule.levels) == 1 else path
        said = "a condition of any " if _has_alternatives(level.condition) else ""
        for text in _of_level(rule, level, checks, settings):
            yield place, said + text if text.startswith(_NEVER) else text


def _has_alternatives(condition: Condition) -> bool:
    """Whether the rule may hold though one of its conditions never does."""
    if isinstance(condition, AllOf):
        return any(_has_alternatives(part) for part in condition.conditions)
    return isinstance(condition, AnyOf)


def _meant(scope: Scope, settings: Settings) -> Sequence[Check]:
    if scope == Scope():
        return settings.checks
    return [check for check in settings.checks if scope.holds(check.id, check.labels)]


def _of_level(rule: AlertRule, level: LevelRule, checks: Sequence[Check], settings: Settings) -> Iterator[str]:
    for condition in leaves(level.condition):
        if isinstance(condition, MetricCondition):
            yield from _of_metric(condition, rule, checks)
        elif isinstance(condition, BurnCondition):
            yield from _of_burning(condition, rule, level.level, checks, settings)
        elif isinstance(condition, StateCondition) and condition.state is State.DEGRADED and not _any_warns(checks):
            yield "never holds: no check that it is about has an expectation behind warn:"


def _any_warns(checks: Sequence[Check]) -> bool:
    return any(item.severity is Severity.WARN for check in checks for item in check.expectations)


def _of_metric(condition: MetricCondition, rule: AlertRule, checks: Sequence[Check]) -> Iterator[str]:
    if condition.metric is Metric.CERTIFICATE:
        if not any(check.request.url.reveal().startswith("https://") for check in checks):
            yield f"never holds: {condition.text}, and no check that it is about goes to https://"
        return
    longest = max(check.timeout for check in checks)
    if _is_beyond(condition) and condition.threshold >= longest:
        yield (
            f"never holds: {condition.text}, and no check that it is about waits for longer than its timeout, "
            f"which is {format_duration(longest)}"
        )
    if condition.metric in _SAMPLED:
        yield from _of_samples(condition, rule, checks)


def _is_beyond(condition: MetricCondition) -> bool:
    is_more = condition.operator in (Operator.GREATER, Operator.AT_LEAST)
    return condition.metric in _TIMED and condition.baseline is None and is_more


def _of_samples(condition: MetricCondition, rule: AlertRule, checks: Sequence[Check]) -> Iterator[str]:
    if rule.per is SubjectKind.API:  # which has the values of all its checks
        return
    rare = [check for check in checks if check.interval * rule.min_samples > condition.period]
    if rare and rule.min_samples > 1:
        yield (
            f"{condition.text} never tells anything of {_such(rare)}: a period holds fewer values than min_samples "
            f"asks for, {rule.min_samples}; write a longer period"
        )
    elif rare:
        yield (
            f"{condition.text} has no value in many a period of {_such(rare)}, whose interval is longer; "
            "write a longer period"
        )


def _such(checks: Sequence[Check]) -> str:
    return checks[0].id if len(checks) == 1 else f"{len(checks)} checks, such as {checks[0].id}"


def _of_burning(
    condition: BurnCondition, rule: AlertRule, level: AlertLevel, checks: Sequence[Check], settings: Settings
) -> Iterator[str]:
    apis = {check.api for check in checks}
    held = [api.objectives for api in settings.apis if api.id in apis] if rule.per is SubjectKind.API else [
        check.objectives for check in checks
    ]  # fmt: skip
    found = [each for objectives in held for each in objectives if condition.objective in ("", each.name)]
    what = f'objective "{condition.objective}"' if condition.objective else "objective"
    if not found:
        if level is rule.levels[0].level:
            yield f"never holds: nothing that it is about has an {what}; write slo: {{availability: {{target: 99.9%}}}}"
    elif len(rule.levels) < len(AlertLevel) and not any(pair.level is level for each in found for pair in each.burn):
        yield f"never holds: no burn window of what it is about has the level {level}"
