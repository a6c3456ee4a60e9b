"""Conditions in words, as the file has them."""

from __future__ import annotations

from typing import Final

from probe.model.result import State
from probe.model.rule import (
    AllOf,
    AnyOf,
    BurnCondition,
    Condition,
    Held,
    MetricCondition,
    ProberCondition,
    StateCondition,
)
from probe.model.units import format_duration

_STATES: Final = {State.DOWN: "down", State.DEGRADED: "degraded", State.UNKNOWN: "no data"}


def condition_words(condition: Condition) -> str:
    """Such as `down, for 2 of 3`; several as `all of (down; rate(errors) over 5m > 2%)`."""
    match condition:
        case AllOf(conditions=parts):
            return f"all of ({'; '.join(map(condition_words, parts))})"
        case AnyOf(conditions=parts):
            return f"any of ({'; '.join(map(condition_words, parts))})"
        case StateCondition(state=state, held=held):
            return _STATES.get(state, str(state)) + _held(held, "")
        case MetricCondition(text=text, held=held):
            return text + _held(held, " periods")
        case BurnCondition(objective=objective):
            return f"burn_rate({objective})" if objective else "burn_rate"
        case ProberCondition(held=held):
            return "prober trouble" + _held(held, "")


def _held(held: Held | None, counted: str) -> str:
    if held is None:
        return ""
    parts = []
    if held.of > held.needed:
        parts.append(f"{held.needed} of {held.of}{counted}")
    elif held.of > 1:
        parts.append(f"{held.of}{counted or ' in a row'}")
    if held.duration:
        parts.append(format_duration(held.duration))
    return f", for {', then '.join(parts)}" if parts else ""
