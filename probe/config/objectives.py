"""What service levels are held against: objectives from all that the levels say, each with its place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple, TypeAlias

from probe.config.document import Path
from probe.config.filling import Blame
from probe.config.levels import Level
from probe.config.schema import Common
from probe.config.service import AvailabilityFields, BurnFields, LatencyFields, ObjectiveFields
from probe.config.sla import why_no_slice
from probe.model.sla import (
    DEFAULT_MIN_BAD_SAMPLES,
    BurnWindow,
    Objective,
    ObjectiveKind,
    ObjectiveWindow,
)
from probe.model.units import DAY, HOUR, Micros, format_duration
from probe.slo.burn import nominal, usual_pairs

LONGEST_WINDOW: Final = 1825 * DAY
"""Five years."""

_Said: TypeAlias = AvailabilityFields | LatencyFields


class PlacedObjective(NamedTuple):
    """An objective, where it stands, and whether it says itself how many bad results it takes to tell."""

    objective: Objective
    path: Path
    says_minimum: bool


@dataclass(slots=True)
class ObjectiveBuilder:
    """Builds objectives; those that many checks inherit are built once."""

    blame: Blame
    _built: dict[tuple[Path, ...], tuple[PlacedObjective, ...]] = field(default_factory=dict)

    def objectives(self, levels: Sequence[Level]) -> tuple[PlacedObjective, ...]:
        """Those of a check, or an API, by its levels: of each kind those of the nearest level that names some."""
        spoken = tuple(level.path for level in levels if level.fields.slo is not None)
        if spoken not in self._built:
            self._built[spoken] = self._build(levels)
        return self._built[spoken]

    def _build(self, levels: Sequence[Level]) -> tuple[PlacedObjective, ...]:
        said = [found for kind in ObjectiveKind for found in _said(levels, kind)]
        for fields, path in said:
            for where, reason in _mistakes(fields):
                self.blame((*path, *where), reason)
        placed = tuple(
            PlacedObjective(_objective(fields), path, fields.min_bad_samples is not None) for fields, path in said
        )
        self._refuse_namesakes(placed)
        return placed

    def _refuse_namesakes(self, placed: Sequence[PlacedObjective]) -> None:
        """Names are by what objectives are told apart in reports."""
        seen: set[str] = set()
        for objective, path, _ in placed:
            if objective.name in seen:
                self.blame(
                    path, f'another objective here has the name "{objective.name}" already; give this one another'
                )
            seen.add(objective.name)


def _said(levels: Sequence[Level], kind: ObjectiveKind) -> Iterator[tuple[_Said, Path]]:
    """What the nearest level says that says anything of this kind."""
    for level in levels:
        if level.fields.slo == "none":
            return
        said = _of_kind(level.fields, kind)
        path = (*level.path, "slo", kind.value)
        if isinstance(said, list):
            yield from ((fields, (*path, index)) for index, fields in enumerate(said))
        elif isinstance(said, ObjectiveFields):
            yield said, path
        if said is not None:
            return


def _of_kind(fields: Common, kind: ObjectiveKind) -> _Said | Sequence[_Said] | str | None:
    if fields.slo is None or isinstance(fields.slo, str):
        return None
    return fields.slo.availability if kind is ObjectiveKind.AVAILABILITY else fields.slo.latency


def _objective(fields: _Said) -> Objective:
    kind = ObjectiveKind.LATENCY if isinstance(fields, LatencyFields) else ObjectiveKind.AVAILABILITY
    common = Objective(
        name=fields.name or kind.value,
        kind=kind,
        target=fields.target,
        window=fields.window,
        burn=_burn(fields.burn, fields.window),
        min_bad_samples=fields.min_bad_samples or DEFAULT_MIN_BAD_SAMPLES,
    )
    if isinstance(fields, LatencyFields):
        return replace(common, under=fields.under)
    return replace(common, method=fields.method, slice=fields.slice, slice_target=fields.slice_target)


def _burn(said: Sequence[BurnFields] | None, window: ObjectiveWindow) -> tuple[BurnWindow, ...]:
    """The pairs that are given, or of the usual ones those that fit the objective's window."""
    if said is None:
        return usual_pairs(window)
    return tuple(BurnWindow(level=pair.level, long=pair.long, short=pair.short, budget=pair.budget) for pair in said)


def _mistakes(fields: _Said) -> Iterator[tuple[Path, str]]:
    """What no objective can be, each with where it stands in it."""
    if isinstance(fields.window, int) and not HOUR <= fields.window <= LONGEST_WINDOW:
        allowed = f"{format_duration(HOUR)} and {format_duration(LONGEST_WINDOW)}"
        yield ("window",), f"must be between {allowed}; it is {format_duration(fields.window)}"
    if isinstance(fields, LatencyFields) and not fields.under:
        yield ("under",), "must be more than 0s: nothing is faster"
    if isinstance(fields, AvailabilityFields) and fields.slice is not None and (reason := why_no_slice(fields.slice)):
        yield ("slice",), reason
    for index, pair in enumerate(fields.burn or ()):
        if reason := _why_no_pair(pair.short, pair.long, nominal(fields.window)):
            yield ("burn", index), reason


def _why_no_pair(short: Micros, long: Micros, window: Micros) -> str | None:
    if not 0 < short < long:
        return f"short must be more than 0s and less than long, which is {format_duration(long)}; it is {format_duration(short)}"
    if long > window:
        return f"long must fit the objective's window of {format_duration(window)}; it is {format_duration(long)}"
    return None
