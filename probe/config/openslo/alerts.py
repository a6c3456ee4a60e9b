"""OpenSLO's alert policies as pairs of burn windows."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from probe.config.openslo.entry import Entry
from probe.config.openslo.indicators import SOURCE
from probe.config.openslo.objects import Kind, Objects
from probe.config.openslo.times import read_duration
from probe.model.sla import AlertLevel, BurnWindow, ObjectiveWindow
from probe.model.units import MINUTE, Micros, format_duration, parse_percentage
from probe.slo.burn import nominal, rate

LEVELS: Final = {
    AlertLevel.CRITICAL: ("critical", "page", "sev1", "p1", "high", "fatal", "emergency"),
    AlertLevel.WARNING: ("warning", "warn", "ticket", "sev2", "p2", "medium", "error"),
    AlertLevel.INFO: ("info", "sev3", "p3", "low", "notice"),
}
"""Severities that people write, by our levels."""

SHORTEST_PART: Final = 12
"""The usual short window is a twelfth of the long one."""

_NEAR: Final = Fraction(1, 10**6)


def read_burn(spec: Entry, objects: Objects, window: ObjectiveWindow) -> tuple[BurnWindow, ...]:
    """The pairs that the policies of an SLO come to; what doesn't fit one is told."""
    policies = spec.entries("alertPolicies", name="alertPolicyRef")
    return tuple(pair for each in policies for pair in _pairs(each, objects, window))


def _pairs(entry: Entry, objects: Objects, window: ObjectiveWindow) -> Iterator[BurnWindow]:
    policy = _referred(entry, "alertPolicyRef", Kind.ALERT_POLICY, objects)
    spec = policy.entry("spec", required=True) if policy else None
    if spec is None:
        return
    _leave_targets(spec, objects)
    conditions = spec.entries("conditions", required=True)
    if len(conditions) > 1:
        spec.blame(f"must have exactly one item; found {len(conditions)}", "conditions")
    if spec.flag("alertWhenBreaching") is False:
        spec.lose("a policy that doesn't tell of breaching is not taken over", "alertWhenBreaching")
        return
    for each in conditions:
        condition = _referred(each, "conditionRef", Kind.ALERT_CONDITION, objects)
        if condition and (inner := condition.entry("spec", required=True)):
            yield from _pair(inner, window)


def _referred(entry: Entry, key: str, kind: Kind, objects: Objects) -> Entry | None:
    """What stands there itself, or is named."""
    name = entry.text(key)
    if name is None:
        entry.know("kind")
        if metadata := entry.entry("metadata"):
            metadata.know("name")
        return entry
    found = objects.find(kind, name)
    if found is None:
        entry.blame(f'there is no {kind} of the name "{name[:60]}"; name the file that has it too', key)
    return found


def _leave_targets(spec: Entry, objects: Objects) -> None:
    """Notification targets are left behind; those that are objects are told as such."""
    for each in spec.entries("notificationTargets"):
        name = each.text("targetRef")
        inline = each.entry("spec")
        each.know("kind", "metadata")
        if inline is not None and inline.text("target") == SOURCE:
            inline.know("description")
        elif name is None:
            each.lose("a notification target is not taken over")
        elif objects.find(Kind.ALERT_NOTIFICATION_TARGET, name) is None:
            each.lose("a notification target is not taken over", "targetRef")


def _pair(spec: Entry, window: ObjectiveWindow) -> Iterator[BurnWindow]:
    severity = spec.text("severity", required=True)
    condition = spec.entry("condition", required=True)
    if condition is None or severity is None:
        return
    if (kind := condition.text("kind")) not in (None, "burnrate"):
        condition.lose(f'a condition of the kind "{(kind or "")[:60]}" is not taken over', "kind")
        return
    if (op := condition.text("op")) in ("lt", "lte"):
        condition.lose("a burn rate that must not be too low is not taken over", "op")
        return
    if op not in (None, "gt", "gte"):
        condition.blame(f'"{op[:60]}" is none of lt, lte, gt, gte', "op")
    threshold, long = (
        condition.number("threshold", required=True),
        read_duration(condition, "lookbackWindow", required=True),
    )
    short = read_duration(condition, "shortWindow")
    if read_delay(condition):
        condition.lose("is not taken over: it is told as soon as both windows burn", "alertAfter")
    if threshold is None or long is None:
        return
    pair = _fitting(condition, window, _level(spec, severity), threshold, long, short)
    if pair:
        yield pair


def read_delay(condition: Entry) -> Micros | None:
    """`alertAfter`; none at all is `0m`."""
    if condition.text("alertAfter") in (None, "0m", "0h", "0d", "0"):
        return None
    return read_duration(condition, "alertAfter")


def _fitting(
    condition: Entry,
    window: ObjectiveWindow,
    level: AlertLevel,
    threshold: Fraction,
    long: Micros,
    short: Micros | None,
) -> BurnWindow | None:
    length = nominal(window)
    budget = _budget(condition, threshold * long / length)
    if long > length:
        condition.lose(
            f"is longer than the objective's window, {format_duration(length)}; not taken over", "lookbackWindow"
        )
        return None
    if not 0 < budget <= 1:
        condition.lose(
            "is not taken over: at that rate no budget, or more than all of it, is gone after the window", "threshold"
        )
        return None
    if short is None:
        short = max(long // SHORTEST_PART // MINUTE * MINUTE, MINUTE)
        condition.lose(f"there is no shortWindow, which v1 lacks; {format_duration(short)} is taken")
    if short >= long:
        condition.lose("is not shorter than lookbackWindow; not taken over", "shortWindow")
        return None
    pair = BurnWindow(level=level, long=long, short=short, budget=budget)
    if abs(rate(pair, length) - threshold) > _NEAR * threshold:
        condition.blame("doesn't fit the threshold; remove it", "budget")
    return pair


def _budget(condition: Entry, by_threshold: Fraction) -> Fraction:
    """Exactly what was written, where we did; a threshold may be rounded."""
    text = condition.text("budget")
    if text is None:
        return by_threshold
    try:
        return parse_percentage(text)
    except ValueError as error:
        condition.blame(str(error), "budget")
        return by_threshold


def _level(spec: Entry, severity: str) -> AlertLevel:
    for level, names in LEVELS.items():
        if severity.lower() in names:
            return level
    spec.lose(f"is none that is known here; {AlertLevel.WARNING} is taken", "severity")
    return AlertLevel.WARNING
