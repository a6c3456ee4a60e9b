"""What an outage did to an error budget, in figures and in a sentence.

All of it comes from what `probe slo` counts: the budget is that of the whole window, spent is what the window lost so far, and
what the outage used is what the part of the window lost in which the outage was.
"""

from __future__ import annotations

from datetime import tzinfo
from fractions import Fraction
from typing import Final

from probe.model.notification import BudgetImpact
from probe.model.sla import CalendarUnit, Objective, ObjectiveKind, ObjectiveWindow
from probe.model.units import DAY, HOUR, MINUTE, SECOND, Micros, format_duration, format_percentage, to_datetime
from probe.slo.budget import ObjectiveStatus
from probe.slo.periods import Period
from probe.slo.service_level import Asked, Subject, error_ratio, status_of

_PERCENT: Final = 100
_UNITS: Final = ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute"), (SECOND, "second"))
_MONTHS: Final = 3  # of a quarter


def impact(
    subject: Subject, outage: Period, asked: Asked, *, outage_called: str = "this outage"
) -> BudgetImpact | None:
    """What an outage did to the availability objective of which the least is left.

    Args:
        outage: from its start, up to its end or to now.
        asked: its end is now.
        outage_called: empty where it isn't about one: then only what is spent is told.

    Returns:
        `None` where there is no such objective, nothing is known, or the outage used nothing of it.
    """
    found = [
        (status.remaining_ratio, status, used)
        for objective in subject.objectives
        if objective.kind is ObjectiveKind.AVAILABILITY
        and (status := status_of(objective, subject, asked)).remaining_ratio is not None
        and (used := _used(subject, objective, status, outage)) is not None
        and (used > 0 or not outage_called)
    ]
    if not found:
        return None
    _, status, used = min(found, key=lambda each: each[0] or 0)
    return _impact(status, used, outage_called, asked.zone)


def _used(subject: Subject, objective: Objective, status: ObjectiveStatus, outage: Period) -> Fraction | None:
    """The share of the whole budget; of an outage that began before the window, what lies in it."""
    inside = Period(max(outage.start, status.window.start), min(outage.end, status.window.end))
    if inside.start >= inside.end:
        return Fraction(0)
    error = error_ratio(subject, objective, inside)
    return Fraction(0) if error is None else error * subject.past.counted(inside) / status.budget


def _impact(status: ObjectiveStatus, used: Fraction, called: str, zone: tzinfo) -> BudgetImpact:
    spent = status.spent or Fraction(0)
    left = int(status.budget - spent)
    budget = budget_words(status, zone)
    share = (
        f"{called} used {share_words(used)} of {budget}"
        if called
        else f"{share_words(spent / status.budget)} of {budget} is spent"
    )
    return BudgetImpact(
        objective=f"{status.objective} {format_percentage(status.target)} {_window_words(status, zone)}",
        used_ratio=float(used),
        spent_ratio=float(spent / status.budget),
        left=left,
        sentence=f"{share}; {left_words(left)}",
    )


def share_words(share: Fraction) -> str:
    """In whole percent, cut off."""
    percent = int(share * _PERCENT)
    return f"{percent:,} %" if percent or not share else "less than 1 %"


def left_words(left: Micros) -> str:
    """Such as `12 minutes are left`, or that there is less than nothing."""
    if left < 0:
        return f"the budget is overdrawn by {length_words(-left)}"
    if left < SECOND:
        return "nothing is left"
    said = length_words(left)
    return f"{said} {'is' if said.startswith('1 ') and ' ' not in said[2:] else 'are'} left"


def length_words(length: Micros) -> str:
    """In the two largest units that matter, cut off: `12 minutes`, `1 hour 20 minutes`; of minutes only below ten with seconds."""
    if length < SECOND:
        return "less than 1 second"
    index = next(index for index, (size, _) in enumerate(_UNITS) if length >= size)
    size, unit = _UNITS[index]
    whole, rest = divmod(length, size)
    said = _counted(whole, unit)
    is_fine = unit == "second" or (unit == "minute" and whole >= 10)  # nobody needs its seconds
    if is_fine or rest < _UNITS[index + 1][0]:
        return said
    smaller, name = _UNITS[index + 1]
    return f"{said} {_counted(rest // smaller, name)}"


def budget_words(status: ObjectiveStatus, zone: tzinfo) -> str:
    """Of which budget: `October's budget`, `the 30-day budget`."""
    over: ObjectiveWindow = status.over
    if not isinstance(over, CalendarUnit):
        return f"the {_rolling(over)} budget"
    first = to_datetime(status.window.start).astimezone(zone).date()
    match over:
        case CalendarUnit.DAY:
            return "today's budget"
        case CalendarUnit.WEEK:
            return "this week's budget"
        case CalendarUnit.MONTH:
            return f"{first:%B}'s budget"
        case CalendarUnit.QUARTER:
            return f"the budget of Q{(first.month - 1) // _MONTHS + 1} {first.year}"
        case CalendarUnit.YEAR:
            return f"{first.year}'s budget"


def _window_words(status: ObjectiveStatus, zone: tzinfo) -> str:
    over = status.over
    if not isinstance(over, CalendarUnit):
        return f"over {format_duration(over)}"
    first = to_datetime(status.window.start).astimezone(zone).date()
    match over:
        case CalendarUnit.DAY:
            return f"of {first.isoformat()}"
        case CalendarUnit.WEEK:
            return f"of the week from {first.isoformat()} on"
        case CalendarUnit.MONTH:
            return f"of {first:%B %Y}"
        case CalendarUnit.QUARTER:
            return f"of Q{(first.month - 1) // _MONTHS + 1} {first.year}"
        case CalendarUnit.YEAR:
            return f"of {first.year}"


def _rolling(length: Micros) -> str:
    """`30-day`, `12-hour`; what is in no whole unit as the file has it."""
    for size, unit in _UNITS:
        if length % size == 0:
            return f"{length // size}-{unit}"
    return format_duration(length)


def _counted(count: int, unit: str) -> str:
    return f"{count:,} {unit}" if count == 1 else f"{count:,} {unit}s"
