"""An SLO of OpenSLO as our objectives, and whose they are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, NamedTuple

from probe.config.document import Document
from probe.config.openslo.alerts import read_burn
from probe.config.openslo.annotations import (
    BURN,
    METHOD,
    MIN_BAD_SAMPLES,
    NAME,
    NONE,
    OWN,
    WITHOUT,
    annotation,
    words,
)
from probe.config.openslo.entry import Entry, Findings
from probe.config.openslo.indicators import Indicator, read_indicator, read_under
from probe.config.openslo.objects import Kind, Objects, read_objects
from probe.config.openslo.times import read_slice, read_window
from probe.config.references import has_reference
from probe.model.sla import (
    DEFAULT_MIN_BAD_SAMPLES,
    CalendarUnit,
    Method,
    Objective,
    ObjectiveKind,
)
from probe.model.units import Micros
from probe.slo.burn import usual_pairs

METHODS: Final = {
    "Occurrences": Method.OCCURRENCES,
    "Timeslices": Method.TIMESLICES,
    "RatioTimeslices": Method.RATIO_TIMESLICES,
}
LONGEST_NAME: Final = 63  # RFC 1123
LONGEST_SHOWN: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """An objective, and whose it is: an API's, or of one of its checks.

    Attributes:
        zone: of a window that is the calendar's.
        source: where it was read; what is wrong with it is told there.
    """

    api: str
    check: str | None = None
    objective: Objective
    zone: str | None = None
    source: Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What a Service says of an API beside its objectives.

    Attributes:
        without: checks that have no objective.
    """

    name: str | None = None
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What the documents come to; see `Findings` for what is told beside it."""

    placed: tuple[Placed, ...]
    services: dict[str, Service]


def read_slos(documents: Iterable[Document], findings: Findings) -> Imported:
    """Every objective of the documents. What can't be taken over is told, and so is all that is left behind."""
    objects = read_objects(documents, findings)
    placed = tuple(each for _, slo in objects.of(Kind.SLO) for each in _placed(slo, objects))
    services = {slug(name): _service(entry) for name, entry in objects.of(Kind.SERVICE)}
    for (kind, name), entry in objects.by_name.items():
        _leave(kind, entry, used=kind in (Kind.SLO, Kind.SERVICE) or (kind, name) in objects.used)
    return Imported(placed=placed, services=services)


def _leave(kind: Kind, entry: Entry, *, used: bool) -> None:
    if kind in (Kind.ALERT_NOTIFICATION_TARGET, Kind.DATA_SOURCE):
        entry.lose(f"{kind}: is not taken over")
    elif not used:
        entry.lose(f"{kind}: no SLO refers to it")
    else:
        entry.lose_rest()


def _service(entry: Entry) -> Service:
    metadata = entry.entry("metadata")
    if "spec" in entry:
        entry.entry("spec")
    name = metadata.text("displayName") if metadata else None
    if metadata and name and (len(name) > LONGEST_SHOWN or has_reference(name)):
        metadata.lose(f"is not taken over: a name has at most {LONGEST_SHOWN} characters, and no ${{…}}", "displayName")
        name = None
    without = words(entry, WITHOUT) or ()
    for check in without:
        if slug(check) != check:
            entry.blame(f'"{check[:70]}" is no name of a check', "metadata", "annotations", WITHOUT)
    return Service(name=name, without=without)


def _placed(slo: Entry, objects: Objects) -> Iterator[Placed]:
    """1. Everything of the SLO is read, so that no mistake hides another. 2. What could be read is put together."""
    metadata, spec = slo.entry("metadata"), slo.entry("spec", required=True)
    if metadata is None or spec is None:
        return
    service, indicator, window = (
        spec.text("service", required=True),
        read_indicator(slo, spec, objects),
        read_window(spec),
    )
    counting, burn = _counting(slo, spec), read_burn(spec, objects, window.window if window else CalendarUnit.YEAR)
    min_bad_samples, without_burn = _min_bad_samples(slo), annotation(slo, BURN) == NONE
    name = annotation(slo, NAME) or slug(metadata.text("name") or "")
    entries = spec.entries("objectives", required=True)
    for number, entry in enumerate(entries, start=1):
        parts = _parts(entry, indicator, counting)
        if parts is None or service is None or window is None or indicator is None:
            continue
        objective = Objective(
            name=name if len(entries) == 1 else _numbered(name, entry, number),
            kind=indicator.kind,
            target=parts.target,
            window=window.window,
            under=parts.under,
            method=parts.method,
            slice=parts.slice,
            slice_target=parts.slice_target,
            burn=() if without_burn else burn or usual_pairs(window.window),
            min_bad_samples=min_bad_samples,
        )
        yield Placed(
            api=_api(spec, service), check=indicator.check, objective=objective, zone=window.zone, source=entry
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counting:
    """How an SLO is counted.

    Attributes:
        method: OpenSLO's, which says what an objective must have.
        own: what of it the objective says itself; `None` is all that stands there.
    """

    method: Method
    by_time: bool
    own: tuple[str, ...] | None

    def says(self, key: str) -> bool:
        """Whether the objective says it itself."""
        return self.own is None or key in self.own


class _Parts(NamedTuple):
    """What an objective says for itself."""

    target: Fraction
    under: Micros | None = None
    method: Method | None = None
    slice: Micros | None = None
    slice_target: Fraction | None = None


def _counting(slo: Entry, spec: Entry) -> _Counting | None:
    text, own, other = spec.text("budgetingMethod", required=True), words(slo, OWN), annotation(slo, METHOD)
    if other not in (None, Method.STATE_TIME):
        slo.blame(f"must be {Method.STATE_TIME}", "metadata", "annotations", METHOD)
    if text is None:
        return None
    if text not in METHODS:
        spec.blame(f'"{text[:60]}" is none of {", ".join(METHODS)}', "budgetingMethod")
        return None
    return _Counting(method=METHODS[text], by_time=other is not None, own=own)


def _parts(entry: Entry, indicator: Indicator | None, counting: _Counting | None) -> _Parts | None:
    """`None` where it can't be read, or be taken over, which is told."""
    target = _target(entry)
    if indicator is None or counting is None:
        return None
    if indicator.kind is ObjectiveKind.AVAILABILITY:
        entry.know("op")
        return _availability(entry, target, counting)
    under = read_under(entry, indicator)
    if counting.method is not Method.OCCURRENCES:
        entry.refuse("a latency objective counts results here, which is budgetingMethod: Occurrences")
        return None
    return _Parts(target, under) if target is not None and under is not None else None


def _availability(entry: Entry, target: Fraction | None, counting: _Counting) -> _Parts | None:
    slice_ = slice_target = None
    own = counting.own or ()
    if counting.method in (Method.TIMESLICES, Method.RATIO_TIMESLICES) or "slice" in own:
        slice_ = read_slice(entry)
    if counting.method is Method.TIMESLICES or "slice_target" in own:
        slice_target = entry.number("timeSliceTarget", required=True)
        if slice_target is not None and not 0 < slice_target <= 1:
            entry.blame("must be more than 0, and at most 1", "timeSliceTarget")
    if target is None:
        return None
    method = Method.STATE_TIME if counting.by_time else counting.method
    return _Parts(
        target,
        method=method if counting.says("method") else None,
        slice=slice_ if counting.says("slice") else None,
        slice_target=slice_target if counting.says("slice_target") else None,
    )


def _target(entry: Entry) -> Fraction | None:
    ratio, percent = entry.number("target"), entry.number("targetPercent")
    if ("target" in entry) == ("targetPercent" in entry):
        entry.blame("give either target or targetPercent")
        return None
    if ratio is None and percent is None:
        return None
    key, target = ("target", ratio) if ratio is not None else ("targetPercent", (percent or Fraction()) / 100)
    if not 0 <= target < 1:
        entry.blame(f"must be at least 0, and less than {1 if key == 'target' else 100}", key)
        return None
    if not target:
        entry.refuse("a target of nothing is always met; take more", key)
        return None
    return target


def _min_bad_samples(slo: Entry) -> int:
    text = annotation(slo, MIN_BAD_SAMPLES)
    if text is None:
        return DEFAULT_MIN_BAD_SAMPLES
    if not re.fullmatch(r"[1-9]\d{0,5}", text, re.ASCII):
        slo.blame("must be a whole number, at least 1", "metadata", "annotations", MIN_BAD_SAMPLES)
        return DEFAULT_MIN_BAD_SAMPLES
    return int(text)


def _api(spec: Entry, service: str) -> str:
    name = slug(service)
    if name != service:
        spec.lose(f"is written as {name}: a name has a-z, 0-9 and - only", "service")
    return name


def _numbered(name: str, entry: Entry, number: int) -> str:
    """Of several objectives of one SLO."""
    own = slug(entry.text("displayName") or "") or str(number)
    return f"{name[: LONGEST_NAME - len(own) - 1].rstrip('-')}-{own}" if len(own) < LONGEST_NAME else own


def slug(text: str) -> str:
    """The nearest name that a file of ours may have; empty where nothing is left of it."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower())[:LONGEST_NAME].strip("-")
