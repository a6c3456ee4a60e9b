"""Service level objectives as pages show them: attained, met, and how much of the error budget is left."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import tzinfo
from fractions import Fraction

from probe.model.sla import CalendarUnit, ObjectiveWindow
from probe.model.units import Micros, format_duration
from probe.report.words import NOTHING, Moment, decimal_text, duration_text, moment, share_text
from probe.slo.budget import ObjectiveStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectiveRow:
    """One objective.

    Attributes:
        met: `yes`, `no`, or that nothing is known.
        is_met: `None` where nothing is known.
        left: of the budget, in percent and in time.
        bar: the same in whole percent of the budget, 0 to 100; `None` where nothing is known.
        is_spent: nothing is left.
        burn: the burn rate of the last 24 h.
        runs_out: `None` where the budget lasts.
    """

    name: str
    target: str
    window: str
    attained: str
    met: str
    is_met: bool | None
    left: str
    left_time: str
    bar: int | None
    is_spent: bool
    burn: str
    runs_out: Moment | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetLeft:
    """What is left of the error budget of which the least is, in words."""

    text: str
    is_spent: bool


def objective_rows(statuses: Iterable[ObjectiveStatus], zone: tzinfo) -> tuple[ObjectiveRow, ...]:
    """In the order of the file."""
    return tuple(_row(status, zone) for status in statuses)


def least_left(statuses: Iterable[ObjectiveStatus]) -> BudgetLeft | None:
    """Of several budgets the one that is nearest to its end; how many are spent, where some are; nothing where none is known."""
    known = [(status.remaining_ratio, status.objective) for status in statuses if status.remaining_ratio is not None]
    if not known:
        return None
    spent = sum(ratio <= 0 for ratio, _ in known)
    if spent > 1:
        return BudgetLeft(text=f"{spent} budgets spent", is_spent=True)
    ratio, name = min(known)
    said = f"{share_text(ratio, 1)} of the {name} budget left" if ratio > 0 else f"{name} budget spent"
    return BudgetLeft(text=said, is_spent=ratio <= 0)


def _row(status: ObjectiveStatus, zone: tzinfo) -> ObjectiveRow:
    ratio = status.remaining_ratio
    return ObjectiveRow(
        name=status.objective,
        target=share_text(status.target),
        window=window_text(status.over),
        attained=share_text(status.attained),
        met={True: "yes", False: "no", None: NOTHING}[status.met],
        is_met=status.met,
        left=share_text(ratio, 1),
        left_time=_left_time(status.budget, ratio),
        bar=None if ratio is None else max(0, min(100, int(ratio * 100))),
        is_spent=status.is_spent,
        burn=decimal_text(status.burn_rate),
        runs_out=None if status.exhausted_at is None else moment(status.exhausted_at, zone),
    )


def window_text(window: ObjectiveWindow) -> str:
    """As in the file: `30d`, `month`."""
    return window.value if isinstance(window, CalendarUnit) else format_duration(window)


def _left_time(budget: Fraction, ratio: Fraction | None) -> str:
    """`12 min of 43 min`, or by how much it is overspent."""
    if ratio is None:
        return ""
    left: Micros = int(abs(ratio) * budget)
    whole = duration_text(int(budget))
    return f"{duration_text(left)} of {whole}" if ratio >= 0 else f"{duration_text(left)} more than {whole}"
