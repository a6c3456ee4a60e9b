"""The words of a report's page."""

from __future__ import annotations

from datetime import tzinfo
from fractions import Fraction
from typing import Final

from probe.model.units import SECOND, to_datetime
from probe.report.sla.node import Node
from probe.report.sla.view import TargetRow
from probe.report.words import (
    NOTHING,
    day_text,
    duration_text,
    percent_text,
    plural,
)
from probe.slo.periods import Period, parse_month

NONE: Final = "–"


def period_text(period: Period, zone: tzinfo) -> str:
    """A month by its name, or else the first and the last day of it."""
    first = to_datetime(period.start).astimezone(zone)
    if parse_month(f"{first:%Y-%m}", zone) == period:
        return f"{first:%B %Y}"
    last = to_datetime(period.end - 1).astimezone(zone)
    if first.date() == last.date():
        return f"{day_text(first.date())} {first.year}"
    return f"{day_text(first.date())} {first.year} to {day_text(last.date())} {last.year}"


def percent(ratio: float | None) -> str:
    """Cut off, not rounded; below zero too."""
    if ratio is None:
        return NOTHING
    share = exact(ratio)
    return ("-" if share < 0 else "") + percent_text(abs(share.numerator), share.denominator)


def exact(value: float) -> Fraction:
    """As it is written: 0.999 is a bit less than that in binary, and would be cut off to 99.8."""
    return Fraction(str(value))


def seconds_text(value: float | None) -> str:
    """A length of so many seconds."""
    return NOTHING if value is None else signed_text(exact(value))


def signed_text(seconds: Fraction) -> str:
    """The same, below zero too."""
    length = duration_text(abs(int(seconds * SECOND)))
    return f"-{length}" if seconds < 0 else length


def met_text(met: bool | None) -> str:
    """Whether an objective is met."""
    return NOTHING if met is None else "met" if met else "not met"


def objective_text(name: str, configured: Node | None) -> str:
    """An objective, and up to which latency."""
    if configured is None or configured.is_null("under"):
        return name
    return f"{name}: under {configured.text('under')}"


def scope_text(node: Node) -> str:
    """Whom a window is about."""
    labels = node.inner("labels")
    named = (*node.texts("checks"), *node.texts("apis"), *(f"{name}={labels.text(name)}" for name in labels.names()))
    return ", ".join(named) or "all checks"


def id_of(node: Node) -> str:
    """Of an API or a check."""
    return node.text("api" if "api" in node.names() else "check")


def is_met(targets: tuple[TargetRow, ...]) -> bool | None:
    """Whether all are of which anything is known; `None` where nothing is."""
    known = [row.met for row in targets if row.met is not None]
    return all(known) if known else None


def verdict_text(targets: tuple[TargetRow, ...]) -> str:
    """How many objectives are met."""
    if not targets:
        return "Nothing was agreed on to hold these figures against"
    missed, unknown = sum(row.met is False for row in targets), sum(row.met is None for row in targets)
    beside = f"; of {plural(unknown, 'objective')} nothing is known" if unknown else ""
    all_ = plural(len(targets), "objective")
    if missed:
        return f"{missed:,} of {all_} {'is' if missed == 1 else 'are'} not met{beside}"
    met = len(targets) - unknown
    if met == len(targets):
        return "The one objective is met" if met == 1 else f"All {all_} are met"
    return f"{met:,} of {all_} {'is' if met == 1 else 'are'} met{beside}"
