"""The error budget of an objective: how much of it there is, how much is spent, and when it runs out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import tzinfo
from fractions import Fraction

from probe.model.sla import Objective, ObjectiveKind, ObjectiveWindow
from probe.model.units import Micros, to_datetime
from probe.slo import burn
from probe.slo.periods import Period, period_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectiveStatus:
    """Where an objective stands; `None` is what can't be said, for nothing is known.

    Attributes:
        objective: its name.
        over: the window as the file has it.
        window: what it is held against; one of the calendar goes on after the moment asked for.
        attained: the share that was good in the window so far.
        met: whether that reaches the target.
        budget: what may go wrong in the whole window, microseconds.
        spent: what went wrong in it so far, microseconds.
        remaining_ratio: of the budget; below 0 where more than all of it is spent.
        burn_rate: of the period that was asked for; at 1 the budget lasts as long as the window.
        exhausted_at: when the budget runs out if it burns on like that, or ran out; `None` where it doesn't.
    """

    objective: str
    kind: ObjectiveKind
    target: Fraction
    over: ObjectiveWindow
    window: Period
    attained: Fraction | None
    met: bool | None
    budget: Fraction
    spent: Fraction | None
    remaining_ratio: Fraction | None
    burn_rate: Fraction | None
    exhausted_at: Micros | None

    @property
    def is_spent(self) -> bool:
        """Whether nothing is left of the budget."""
        return self.remaining_ratio is not None and self.remaining_ratio <= 0


def window_period(window: ObjectiveWindow, *, until: Micros, zone: tzinfo) -> Period:
    """The window that ends at a moment; or the whole day, week, … of the zone that the last moment before it lies in."""
    if isinstance(window, int):
        return Period(until - window, until)
    return period_of(window, to_datetime(until - 1).astimezone(zone).date(), zone)


def status(
    objective: Objective,
    *,
    window: Period,
    until: Micros,
    error: Fraction | None,
    counted: Fraction | Micros,
    burn_error: Fraction | None,
) -> ObjectiveStatus:
    """Where an objective stands at a moment.

    1. The budget is `(1 - target) · window`, all of it, also while the window goes on.
    2. Spent of it is `error · counted`; what isn't known, or doesn't count, spends nothing.
    3. It runs out at `until + left / (burn · (1 - target))`, `left` being the budget without what is spent.

    Args:
        window: by `window_period`.
        until: now, or the end of the period that was asked for.
        error: the error ratio of the window up to `until`; `None` where nothing is known.
        counted: the time in it that counts, microseconds: known, and outside of maintenance.
        burn_error: the error ratio of the period that was asked for.
    """
    budget = (1 - objective.target) * (window.end - window.start)
    spent = None if error is None else error * counted
    burning = None if burn_error is None else burn.burn_rate(burn_error, objective.target)
    return ObjectiveStatus(
        objective=objective.name,
        kind=objective.kind,
        target=objective.target,
        over=objective.window,
        window=window,
        attained=None if error is None else 1 - error,
        met=None if error is None else 1 - error >= objective.target,
        budget=budget,
        spent=spent,
        remaining_ratio=None if spent is None else 1 - spent / budget,
        burn_rate=burning,
        exhausted_at=None if spent is None else _exhausted_at(objective, window, until, budget - spent, burning),
    )


def _exhausted_at(
    objective: Objective, window: Period, until: Micros, left: Fraction, burning: Fraction | None
) -> Micros | None:
    """The moment, rounded up to a microsecond.

    One that lies behind the window's end is none: a window of the calendar begins anew then. In a rolling one, a window
    from now, nothing is left of what is spent now; if the burn is so slow that the budget lasts until then, it lasts.
    """
    if not burning:
        return until if left <= 0 else None
    at = until + math.ceil(left / (burning * (1 - objective.target)))
    last = until + objective.window if isinstance(objective.window, int) else window.end
    return max(at, window.start) if at <= last else None
