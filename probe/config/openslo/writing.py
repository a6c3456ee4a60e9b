"""Our objectives as OpenSLO: a Service for each API, an SLI for what is measured, an SLO for each objective."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, NamedTuple, TypeAlias

from probe.config.openslo.annotations import BURN, METHOD, MIN_BAD_SAMPLES, NAME, NONE, OWN, UNIT, WITHOUT
from probe.config.openslo.indicators import SOURCE
from probe.config.openslo.objects import API_VERSION, Kind
from probe.config.openslo.slos import LONGEST_NAME, METHODS
from probe.config.openslo.times import calendar_shorthand, shorthand
from probe.config.openslo.yaml_text import decimal, yaml_text
from probe.model.check import Api
from probe.model.errors import ConfigurationError
from probe.model.sla import (
    DEFAULT_MIN_BAD_SAMPLES,
    BurnWindow,
    CalendarUnit,
    Method,
    Objective,
    ObjectiveKind,
    ObjectiveWindow,
    SlaRules,
)
from probe.model.units import SECOND, Micros, format_duration, format_percentage
from probe.slo.burn import nominal, rate

Mapped: TypeAlias = dict[str, object]

_DIGEST: Final = 8

_BORDER: Final = "2024-01-01 00:00:00"
"""A Monday with which a year begins, and so every other window of the calendar."""

_CALLED: Final = {method: name for name, method in METHODS.items()} | {Method.STATE_TIME: "Occurrences"}
_SLICED: Final = (Method.TIMESLICES, Method.RATIO_TIMESLICES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What an API, or one of its checks, is held against.

    Attributes:
        check: its name within the API.
    """

    api: str
    check: str | None = None
    objectives: tuple[Objective, ...]


class Context(NamedTuple):
    """What holds for all objectives: by which rules they are counted, and the zone of calendar windows."""

    rules: SlaRules
    zone: str


class _Names:
    """Names that no two objects of a kind share, and that are no longer than they may be."""

    def __init__(self) -> None:
        self._whose: dict[str, tuple[str, ...]] = {}

    def of(self, kind: Kind, *parts: str | None) -> str:
        """The parts joined; where that is too long, or somebody else's already, its beginning and a digest."""
        given = (kind.value, *filter(None, parts))
        name = "-".join(given[1:])
        if len(name) > LONGEST_NAME or self._whose.setdefault(f"{kind}/{name}", given) != given:
            digest = hashlib.sha256("/".join(given).encode()).hexdigest()[:_DIGEST]
            name = f"{name[: LONGEST_NAME - _DIGEST - 1].rstrip('-')}-{digest}"
        return name


def openslo_text(apis: Iterable[Api], held: Iterable[Held], context: Context) -> str:
    """A stream of documents, which `read_slos` reads back to the same objectives.

    Raises:
        ConfigurationError: a duration isn't whole minutes, finer than which OpenSLO has none.
    """
    by_api: dict[str, list[Held]] = {}
    for each in held:
        by_api.setdefault(each.api, []).append(each)
    names = _Names()
    documents = (each for api in apis for each in _documents(api, by_api.get(api.id, []), context, names))
    return "---\n".join(yaml_text(document) for document in documents)


def _documents(api: Api, held: list[Held], context: Context, names: _Names) -> Iterator[Mapped]:
    if not any(each.objectives for each in held):
        return
    yield _service(api, [each.check for each in held if each.check and not each.objectives])
    for each in held:
        for kind in ObjectiveKind:
            chosen = [objective for objective in each.objectives if objective.kind is kind]
            if chosen:
                yield _sli(each, kind, names)
            for objective in chosen:
                yield _slo(each, objective, context, names)


def _object(kind: Kind, name: str, spec: Mapped, *, shown: str = "", annotations: Mapped | None = None) -> Mapped:
    metadata: Mapped = {"name": name}
    if shown:
        metadata["displayName"] = shown
    if annotations:
        metadata["annotations"] = annotations
    return {"apiVersion": API_VERSION, "kind": kind.value, "metadata": metadata, "spec": spec}


def _service(api: Api, without: list[str]) -> Mapped:
    annotations: Mapped = {WITHOUT: " ".join(without)} if without else {}
    return _object(Kind.SERVICE, api.id, {}, shown=api.name, annotations=annotations)


def _sli(held: Held, kind: ObjectiveKind, names: _Names) -> Mapped:
    whose: Mapped = {"api": held.api}
    if held.check:
        whose["check"] = held.check
    name = names.of(Kind.SLI, held.api, held.check, kind.value)
    if kind is ObjectiveKind.LATENCY:
        return _object(Kind.SLI, name, {"thresholdMetric": _source(whose, "latency")}, annotations={UNIT: "s"})
    return _object(
        Kind.SLI,
        name,
        {"ratioMetric": {"counter": False, "good": _source(whose, "good"), "total": _source(whose, "known")}},
    )


def _source(whose: Mapped, metric: str) -> Mapped:
    return {"metricSource": {"type": SOURCE, "spec": whose | {"metric": metric}}}


def _slo(held: Held, objective: Objective, context: Context, names: _Names) -> Mapped:
    name = names.of(Kind.SLO, held.api, held.check, objective.name)
    method = objective.method or context.rules.method
    spec: Mapped = {
        "service": held.api,
        "indicatorRef": names.of(Kind.SLI, held.api, held.check, objective.kind.value),
        "timeWindow": [_window(objective.window, context.zone)],
        "budgetingMethod": _CALLED[Method.OCCURRENCES if objective.kind is ObjectiveKind.LATENCY else method],
        "objectives": [_objective(objective, method, context.rules)],
    }
    if objective.burn:
        spec["alertPolicies"] = [
            _policy(f"{number}", pair, objective.window) for number, pair in enumerate(objective.burn, start=1)
        ]
    return _object(Kind.SLO, name, spec, annotations=_annotations(objective, method))


def _annotations(objective: Objective, method: Method) -> Mapped:
    made: Mapped = {NAME: objective.name}
    if objective.kind is ObjectiveKind.AVAILABILITY:
        if method is Method.STATE_TIME:
            made[METHOD] = method.value
        said = {"method": objective.method, "slice": objective.slice, "slice_target": objective.slice_target}
        own = [key for key, value in said.items() if value is not None]
        made[OWN] = " ".join(own) or NONE
    if not objective.burn:
        made[BURN] = NONE
    if objective.min_bad_samples != DEFAULT_MIN_BAD_SAMPLES:
        made[MIN_BAD_SAMPLES] = str(objective.min_bad_samples)
    return made


def _objective(objective: Objective, method: Method, rules: SlaRules) -> Mapped:
    made: Mapped = {"target": objective.target}
    if objective.under is not None:
        return {"op": "lt", "value": Fraction(objective.under, SECOND)} | made
    if method is Method.TIMESLICES or objective.slice_target is not None:
        made["timeSliceTarget"] = objective.slice_target or rules.slice_target
    if method in _SLICED or objective.slice is not None:
        made["timeSliceWindow"] = _duration(objective.slice or rules.slice)
    return made


def _window(window: ObjectiveWindow, zone: str) -> Mapped:
    if isinstance(window, CalendarUnit):
        calendar: Mapped = {"startTime": _BORDER, "timeZone": zone}
        return {"duration": calendar_shorthand(window), "isRolling": False, "calendar": calendar}
    return {"duration": _duration(window), "isRolling": True}


def _policy(name: str, pair: BurnWindow, window: ObjectiveWindow) -> Mapped:
    threshold = rate(pair, nominal(window))
    condition: Mapped = {
        "kind": "burnrate",
        "op": "gte",
        "threshold": threshold,
        "lookbackWindow": _duration(pair.long),
        "shortWindow": _duration(pair.short),
        "alertAfter": "0m",
    }
    if Fraction(decimal(threshold)) != threshold:
        condition["budget"] = format_percentage(pair.budget)
    name = f"burn-{name}"
    return {
        "kind": Kind.ALERT_POLICY.value,
        "metadata": {"name": name},
        "spec": {
            "alertWhenBreaching": True,
            "conditions": [
                {
                    "kind": Kind.ALERT_CONDITION.value,
                    "metadata": {"name": name},
                    "spec": {"severity": pair.level.value, "condition": condition},
                }
            ],
            "notificationTargets": [
                {
                    "kind": Kind.ALERT_NOTIFICATION_TARGET.value,
                    "metadata": {"name": SOURCE},
                    "spec": {"target": SOURCE},
                }
            ],
        },
    }


def _duration(duration: Micros) -> str:
    text = shorthand(duration)
    if text is None:
        raise ConfigurationError(f"OpenSLO has whole minutes only, and {format_duration(duration)} is none; round it")
    return text
