"""Objectives as they stand in the file: `apis: <service>: slo: …`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from probe.config.load import loads
from probe.config.messages import did_you_mean
from probe.config.openslo.slos import Imported, Placed
from probe.config.openslo.yaml_text import yaml_text
from probe.model.errors import ConfigurationError
from probe.model.settings import Settings
from probe.model.sla import (
    DEFAULT_MIN_BAD_SAMPLES,
    BurnWindow,
    CalendarUnit,
    Objective,
    ObjectiveKind,
)
from probe.model.units import format_duration, format_percentage
from probe.slo.burn import usual_pairs

Mapped: TypeAlias = dict[str, object]

_STAND_IN: Final[Mapped] = {"get": "http://127.0.0.1/"}
_NONE: Final = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """What belongs in the file, and how many objectives that is."""

    text: str
    objectives: int
    apis: int


def section(imported: Imported, settings: Settings | None) -> Section:
    """The part of a file that holds the objectives. One that fits no such file, or not this one, is refused.

    Args:
        settings: the file that they are meant for; `None` is one that isn't there yet.
    """
    zone = settings.timezone if settings else next((each.zone for each in imported.placed if each.zone), None)
    kept = [each for each in _distinct(imported.placed) if _fits(each, zone, settings) and _loads(each)]
    apis = {api: _api(api, kept, imported) for api in dict.fromkeys(each.api for each in kept)}
    root: Mapped = {"timezone": zone} if not settings and any(each.zone for each in kept) else {}
    return Section(text=yaml_text(root | {"apis": apis}) if apis else "", objectives=len(kept), apis=len(apis))


def _distinct(placed: Iterable[Placed]) -> Iterator[Placed]:
    seen = set[tuple[str, str | None, str]]()
    for each in placed:
        key = (each.api, each.check, each.objective.name)
        if key in seen:
            each.source.refuse(f'a second objective of {each.api} has the name "{each.objective.name}"')
        else:
            seen.add(key)
            yield each


def _fits(placed: Placed, zone: str | None, settings: Settings | None) -> bool:
    if placed.zone not in (None, zone):
        whose = settings.source if settings else "a file"
        placed.source.refuse(
            f"windows of the calendar are those of one zone, {whose} has {zone}; this is {placed.zone}"
        )
        return False
    if settings is None:
        return True
    known = [check.id for check in settings.checks] if placed.check else [api.id for api in settings.apis]
    name = f"{placed.api}/{placed.check}" if placed.check else placed.api
    if name not in known:
        what = "check" if placed.check else "API"
        placed.source.refuse(f'{settings.source} has no {what} "{name}"{did_you_mean(name, known)}')
    return name in known


def _loads(placed: Placed) -> bool:
    """Whether a file that says so would be taken; if not, its reason is."""
    slo = {placed.objective.kind.value: _written(placed.objective)}
    api: Mapped = (
        {"checks": {placed.check: _STAND_IN | {"slo": slo}}}
        if placed.check
        else {"slo": slo, "checks": {"a": _STAND_IN}}
    )
    file: Mapped = {"version": 1, "apis": {placed.api: api}}
    try:
        loads(yaml_text(file).encode(), file="", environment={}, folder=Path())
    except ConfigurationError as error:
        for problem in error.problems:
            placed.source.refuse(problem.message)
        return False
    return True


def _api(api: str, kept: Sequence[Placed], imported: Imported) -> Mapped:
    """One API: its name where it has one, its own objectives, and those of its checks."""
    service = imported.services.get(api)
    own = [each.objective for each in kept if each.api == api and each.check is None]
    checks = {each.check: None for each in kept if each.api == api and each.check is not None}
    made: Mapped = {"name": service.name} if service and service.name else {}
    if own:
        made["slo"] = _slo(own, ())
    below: Mapped = {
        check: {"slo": _slo([each.objective for each in kept if (each.api, each.check) == (api, check)], own)}
        for check in checks
    }
    below |= {check: {"slo": _NONE} for check in (service.without if service and own else ())}
    return made | ({"checks": below} if below else {})


def _slo(objectives: Sequence[Objective], inherited: Iterable[Objective]) -> Mapped:
    """By kind; one that would be inherited and isn't wanted is `none`."""
    made: Mapped = {}
    for kind in ObjectiveKind:
        written = [_written(each) for each in objectives if each.kind is kind]
        if written:
            made[kind.value] = written[0] if len(written) == 1 else written
        elif any(each.kind is kind for each in inherited):
            made[kind.value] = _NONE
    return made


def _written(objective: Objective) -> Mapped:
    """As the file says it; what is so by default is left out."""
    window = objective.window
    made: Mapped = {
        "name": objective.name if objective.name != objective.kind.value else None,
        "target": format_percentage(objective.target),
        "under": None if objective.under is None else format_duration(objective.under),
        "window": window.value if isinstance(window, CalendarUnit) else format_duration(window),
        "method": objective.method.value if objective.method else None,
        "slice": None if objective.slice is None else format_duration(objective.slice),
        "slice_target": None if objective.slice_target is None else format_percentage(objective.slice_target),
        "burn": None if objective.burn == usual_pairs(window) else [_pair(pair) for pair in objective.burn],
        "min_bad_samples": None if objective.min_bad_samples == DEFAULT_MIN_BAD_SAMPLES else objective.min_bad_samples,
    }
    return {key: value for key, value in made.items() if value is not None}


def _pair(pair: BurnWindow) -> Mapped:
    return {
        "level": pair.level.value,
        "long": format_duration(pair.long),
        "short": format_duration(pair.short),
        "budget": format_percentage(pair.budget),
    }
