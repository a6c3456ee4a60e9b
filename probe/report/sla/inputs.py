"""What figures are computed by, as JSON and back: durations, percentages and windows are written as in the file, so exactly."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from probe.model.check import Api, CheckFacts, Confirm
from probe.model.maintenance import MaintenanceWindow, Once, Scope
from probe.model.ndjson import Json
from probe.model.sla import (
    CalendarUnit,
    GroupKind,
    GroupRule,
    MaintenanceRule,
    Method,
    Objective,
    ObjectiveKind,
    ObjectiveWindow,
    SlaRules,
    UnknownRule,
)
from probe.model.units import DAY, SECOND, Micros, format_duration, format_percentage, to_iso
from probe.report.sla.contents import Maintained
from probe.report.sla.node import Malformed, Node
from probe.slo.periods import Period

_LONGEST: Final[Micros] = 36_500 * DAY


def rules_json(rules: SlaRules) -> dict[str, Json]:
    """By which rules it is counted."""
    return {
        "method": rules.method.value,
        "slice": format_duration(rules.slice),
        "slice_target": format_percentage(rules.slice_target),
        "unknown": rules.unknown.value,
        "maintenance": rules.maintenance.value,
        "max_gap": _maybe_duration(rules.max_gap),
    }


def rules_of(node: Node) -> SlaRules:
    """What `rules_json` wrote. Raises `Malformed`, as all of these do."""
    return SlaRules(
        method=node.choice("method", Method),
        slice=_slice(node, "slice"),
        slice_target=_share(node, "slice_target"),
        unknown=node.choice("unknown", UnknownRule),
        maintenance=node.choice("maintenance", MaintenanceRule),
        max_gap=None if node.is_null("max_gap") else node.duration("max_gap", least=SECOND, most=_LONGEST),
    )


def check_json(facts: CheckFacts) -> dict[str, Json]:
    """What decides a check's figures, besides its results."""
    return {
        "check": facts.id,
        "name": facts.name,
        "interval": format_duration(facts.interval),
        "confirm": {"runs": facts.confirm.runs, "recoveries": facts.confirm.recoveries},
        "labels": dict(facts.labels),
        "apdex": _maybe_duration(facts.apdex),
        "objectives": [_objective_json(each) for each in facts.objectives],
    }


def check_of(node: Node) -> CheckFacts:
    """What `check_json` wrote."""
    confirm, labels = node.inner("confirm"), node.inner("labels")
    id_ = node.text("check")
    return CheckFacts(
        id=id_,
        api=id_.partition("/")[0],
        name=node.text("name"),
        method="",
        url="",
        interval=node.duration("interval", least=SECOND, most=_LONGEST),
        timeout=0,
        confirm=Confirm(
            retries=0, after=0, runs=confirm.whole("runs", least=1), recoveries=confirm.whole("recoveries", least=1)
        ),
        labels=tuple((name, labels.text(name)) for name in labels.names()),
        objectives=_objectives(node),
        apdex=_maybe_latency(node, "apdex"),
    )


def api_json(api: Api) -> dict[str, Json]:
    """What decides an API's figures, besides its checks."""
    group: dict[str, Json] = {"kind": api.group.kind.value}
    if api.group.kind is GroupKind.QUORUM:
        group["quorum"] = api.group.quorum
    return {
        "api": api.id,
        "name": api.name,
        "group": group,
        "apdex": _maybe_duration(api.apdex),
        "objectives": [_objective_json(each) for each in api.objectives],
    }


def api_of(node: Node) -> Api:
    """What `api_json` wrote."""
    group = node.inner("group")
    kind = group.choice("kind", GroupKind)
    return Api(
        id=node.text("api"),
        name=node.text("name"),
        group=GroupRule(kind=kind, quorum=group.whole("quorum", least=1) if kind is GroupKind.QUORUM else 1),
        objectives=_objectives(node),
        apdex=_maybe_latency(node, "apdex"),
    )


def maintained_json(maintained: Maintained) -> dict[str, Json]:
    """A window, whom it is about, and when it counted."""
    window, periods = maintained
    return {
        "name": window.name,
        "id": window.id or None,
        "on": scope_json(window.scope),
        "periods": [period_json(period) for period in periods],
    }


def maintained_of(node: Node) -> list[MaintenanceWindow]:
    """What `maintained_json` wrote: one that comes once for each time it counted."""
    scope = _scope(node.inner("on"))
    return [
        MaintenanceWindow(name=node.text("name"), scope=scope, schedule=Once(start=start, end=end))
        for start, end in map(period_of, node.each("periods"))
    ]


def scope_json(scope: Scope) -> dict[str, Json]:
    """Whom a window is about: each part that there is narrows it down."""
    return {
        "checks": _listed(sorted(scope.checks)),
        "apis": _listed(sorted(scope.apis)),
        "labels": dict(sorted(scope.labels)),
    }


def period_json(period: Period) -> dict[str, Json]:
    """From its first moment to the first one after it."""
    return {"from": to_iso(period.start), "to": to_iso(period.end)}


def period_of(node: Node) -> Period:
    """What `period_json` wrote."""
    period = Period(node.moment("from"), node.moment("to"))
    if period.start >= period.end:
        raise Malformed(f"{node.path}.to: it ends before it begins")
    return period


def _scope(node: Node) -> Scope:
    labels = node.inner("labels")
    return Scope(
        checks=node.texts("checks"),
        apis=node.texts("apis"),
        labels=tuple((name, labels.text(name)) for name in labels.names()),
    )


def _objective_json(objective: Objective) -> dict[str, Json]:
    window = objective.window
    return {
        "objective": objective.name,
        "kind": objective.kind.value,
        "target": format_percentage(objective.target),
        "window": window.value if isinstance(window, CalendarUnit) else format_duration(window),
        "under": _maybe_duration(objective.under),
        "method": objective.method.value if objective.method else None,
        "slice": _maybe_duration(objective.slice),
        "slice_target": None if objective.slice_target is None else format_percentage(objective.slice_target),
    }


def _objectives(node: Node) -> tuple[Objective, ...]:
    return tuple(map(_objective, node.each("objectives")))


def _objective(node: Node) -> Objective:
    kind = node.choice("kind", ObjectiveKind)
    target = node.percentage("target")
    if not 0 < target < 1:
        raise Malformed(f"{node.path}.target: must be more than 0% and less than 100%")
    return Objective(
        name=node.text("objective"),
        kind=kind,
        target=target,
        window=_window(node),
        under=node.duration("under", least=1, most=_LONGEST) if kind is ObjectiveKind.LATENCY else None,
        method=None if node.is_null("method") else node.choice("method", Method),
        slice=None if node.is_null("slice") else _slice(node, "slice"),
        slice_target=None if node.is_null("slice_target") else _share(node, "slice_target"),
    )


def _window(node: Node) -> ObjectiveWindow:
    if node.text("window") in tuple(CalendarUnit):
        return node.choice("window", CalendarUnit)
    return node.duration("window", least=SECOND, most=_LONGEST)


def _slice(node: Node, name: str) -> Micros:
    length = node.duration(name, least=SECOND, most=DAY)
    if DAY % length:
        raise Malformed(f"{node.path}.{name}: must divide a day")
    return length


def _share(node: Node, name: str) -> Fraction:
    share = node.percentage(name)
    if not 0 < share <= 1:
        raise Malformed(f"{node.path}.{name}: must be more than 0% and at most 100%")
    return share


def _maybe_latency(node: Node, name: str) -> Micros | None:
    return None if node.is_null(name) else node.duration(name, least=1, most=_LONGEST)


def _maybe_duration(value: Micros | None) -> str | None:
    return None if value is None else format_duration(value)


def _listed(texts: Sequence[str]) -> list[Json]:
    return list(texts)
