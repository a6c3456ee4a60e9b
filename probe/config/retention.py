"""For how long results are kept: each tier at least as long as the one that it is made of."""

from __future__ import annotations

from math import inf
from typing import Final

from probe.config.fields import FOREVER
from probe.config.filling import Blame
from probe.config.sections import RetentionFields
from probe.model.settings import Retention
from probe.model.units import DAY, Micros, format_duration

SHORTEST_RAW: Final = 2 * DAY
"""The report looks at the last day's results themselves."""

SHORTEST_EVIDENCE: Final = DAY

LONGEST: Final = 36_500 * DAY
"""A moment before that has no date; who wants to keep results for longer means for ever."""

_SHORTEST: Final = {"raw": SHORTEST_RAW, "evidence": SHORTEST_EVIDENCE}
_MADE_OF: Final = {"hour": "raw", "day": "hour"}


def read_retention(said: RetentionFields, blame: Blame) -> Retention:
    """The meaning of the section; what is too short, or longer than what it is made of, is blamed."""
    ages = {name: _micros(getattr(said, name)) for name in RetentionFields.model_fields}
    for name, age in ages.items():
        if reason := _why_not(name, ages):
            is_said = name in said.model_fields_set
            blame(("retention", name if is_said else _MADE_OF.get(name, name)), reason)
        elif age is not None and age > LONGEST:
            blame(("retention", name), f"must be at most {format_duration(LONGEST)}, or {FOREVER}")
    return Retention(**ages)


def _why_not(name: str, ages: dict[str, Micros | None]) -> str | None:
    age = ages[name]
    if age is None:
        return None
    if age < _SHORTEST.get(name, 0):
        return f"must be at least {format_duration(_SHORTEST[name])}; it is {format_duration(age)}"
    below = _MADE_OF.get(name, name)
    if age < _length(ages[below]):
        return f"{name} is {_shown(age)}, and {below} is {_shown(ages[below])}: keep {name} at least as long as {below}"
    return None


def _micros(age: int | str) -> Micros | None:
    return age if isinstance(age, int) else None


def _length(age: Micros | None) -> float:
    return inf if age is None else age


def _shown(age: Micros | None) -> str:
    return FOREVER if age is None else format_duration(age)
