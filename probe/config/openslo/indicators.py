"""What an SLO is about: OpenSLO's indicator as one of our kinds. A query is left behind: probe measures by itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from probe.config.openslo.annotations import UNIT, annotation
from probe.config.openslo.entry import Entry
from probe.config.openslo.objects import Kind, Objects
from probe.model.sla import ObjectiveKind
from probe.model.units import MILLISECOND, MINUTE, SECOND, Micros, format_duration

SOURCE: Final = "probe"
"""The type of metric source of what we wrote ourselves."""

UNITS: Final = {"us": 1, "ms": MILLISECOND, "s": SECOND}
LONGEST_UNSAID: Final = MINUTE
"""The longest latency that is taken as seconds without anybody saying so: more was probably meant as milliseconds."""

_BELOW: Final = ("lt", "lte")
_ABOVE: Final = ("gt", "gte")


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """What is measured.

    Attributes:
        check: whose it is, where we wrote it ourselves and it isn't the whole API's.
        unit: of a latency's `value`, in microseconds; `None` where nobody said.
    """

    kind: ObjectiveKind
    check: str | None = None
    unit: Micros | None = None


def read_indicator(slo: Entry, spec: Entry, objects: Objects) -> Indicator | None:
    """The indicator of an SLO, inline or by name; `None` where there is none that can be read, which is told."""
    if any("indicator" in each or "indicatorRef" in each for each in spec.entries("objectives")):
        spec.refuse("objectives with indicators of their own (a composite) are not known here", "objectives")
        return None
    inline, name = spec.entry("indicator"), spec.text("indicatorRef")
    if (inline is None) == (name is None):
        if "indicator" not in spec or name is not None:
            spec.blame("give either indicator or indicatorRef")
        return None
    sli = inline or objects.find(Kind.SLI, name or "")
    if sli is None:
        spec.blame(f'there is no SLI of the name "{(name or "")[:60]}"; name the file that has it too', "indicatorRef")
        return None
    if inline is not None and (metadata := inline.entry("metadata")):
        metadata.know("name")
    return _measured(slo, sli)


def read_under(objective: Entry, indicator: Indicator) -> Micros | None:
    """The latency below which a result is good; `None` where there is none, which is told."""
    op, value = objective.text("op", required=True), objective.number("value", required=True)
    if op is None or value is None:
        return None
    if op not in (*_BELOW, *_ABOVE):
        objective.blame(f'"{op[:60]}" is none of lt, lte, gt, gte', "op")
        return None
    if op in _ABOVE:
        objective.refuse("a latency is good below a value here, never above one", "op")
        return None
    under = value * (indicator.unit or SECOND)
    if under < 1 or under.denominator != 1:
        objective.refuse("must be microseconds, at least one", "value")
        return None
    if indicator.unit is None and under > LONGEST_UNSAID:
        objective.refuse(
            f"would be {format_duration(int(under))}, for seconds are taken where nothing else is said; "
            f"say it with the annotation {UNIT}: ms (or s, us)", "value",
        )  # fmt: skip
        return None
    if indicator.unit is None:
        objective.lose(
            f"is taken as seconds: {format_duration(int(under))}; the annotation {UNIT} says otherwise", "value"
        )
    if op == "lte":
        objective.lose(f"is taken as lt: a latency of just {format_duration(int(under))} is bad", "op")
    return int(under)


def _measured(slo: Entry, sli: Entry) -> Indicator | None:
    spec = sli.entry("spec", required=True)
    if spec is None:
        return None
    threshold, ratio = spec.entry("thresholdMetric"), spec.entry("ratioMetric")
    if (threshold is None) == (ratio is None):
        spec.blame("give either thresholdMetric or ratioMetric")
        return None
    if ratio is not None:
        return _source(_ratio_parts(ratio), ObjectiveKind.AVAILABILITY)
    found = _source([threshold] if threshold else [], ObjectiveKind.LATENCY)
    return replace(found, unit=_unit(slo) or _unit(sli))


def _ratio_parts(ratio: Entry) -> list[Entry]:
    ratio.know("counter")
    raw = ratio.entry("raw")
    if raw is not None:
        if ratio.text("rawType", required=True) not in (None, "success", "failure"):
            ratio.blame("must be success or failure", "rawType")
        return [raw]
    part, total = ratio.entry("good") or ratio.entry("bad"), ratio.entry("total")
    if part is None or total is None or ("good" in ratio and "bad" in ratio):
        ratio.blame("give total with either good or bad; or raw")
    return [each for each in (part, total) if each is not None]


def _source(parts: list[Entry], kind: ObjectiveKind) -> Indicator:
    """Whose it is, where we wrote it; of other sources it is told that they are left behind."""
    check = None
    for part in parts:
        source = part.entry("metricSource", required=True)
        if source is None:
            continue
        if source.text("type") == SOURCE and (spec := source.entry("spec")):
            check = spec.text("check")
            spec.know("api", "metric")
        else:
            source.know("metricSourceRef", "spec")
            part.lose("is not taken over: probe measures by its own checks", "metricSource")
    return Indicator(kind=kind, check=check)


def _unit(entry: Entry) -> Micros | None:
    text = annotation(entry, UNIT)
    if text is None or text in UNITS:
        return UNITS[text] if text else None
    entry.blame(f"{UNIT} must be one of {', '.join(UNITS)}", "metadata", "annotations", UNIT)
    return None
