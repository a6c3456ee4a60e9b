"""Shares and conditions as the site tells them, beside the words that all have in common."""

from __future__ import annotations

from datetime import tzinfo
from enum import StrEnum
from fractions import Fraction
from typing import Final

from probe.model.result import State
from probe.model.units import Micros
from probe.model.words import (
    FAILURE_WORDS,
    NOTHING,
    STATE_WORDS,
    Moment,
    clock_text,
    day_text,
    duration_text,
    exact_moment,
    latency_text,
    length_text,
    moment,
    plural,
    visible,
)
from probe.slo.availability import truncated_percent

__all__ = [
    "CONDITION_WORDS",
    "FAILURE_WORDS",
    "NEVER",
    "NOTHING",
    "STATE_WORDS",
    "Condition",
    "Moment",
    "clock_text",
    "day_text",
    "decimal_text",
    "duration_text",
    "exact_moment",
    "latency_text",
    "length_text",
    "moment",
    "percent_text",
    "plural",
    "runs_out_text",
    "share_text",
    "visible",
]

NEVER: Final = "–"


class Condition(StrEnum):
    """What a thing is shown as now: its state, or that it is in maintenance, whatever its state."""

    UP = State.UP.value
    DEGRADED = State.DEGRADED.value
    DOWN = State.DOWN.value
    UNKNOWN = State.UNKNOWN.value
    MAINTENANCE = "maintenance"


CONDITION_WORDS: Final = {
    **{Condition(state.value): word for state, word in STATE_WORDS.items()},
    Condition.MAINTENANCE: "Maintenance",
}


def runs_out_text(*, is_spent: bool, at: Micros | None, zone: tzinfo) -> str:
    """When an error budget runs out: a moment, or a word where there is none to come."""
    if is_spent:
        return "spent"
    return NEVER if at is None else exact_moment(at, zone).text


def percent_text(part: int, whole: int, digits: int = 3) -> str:
    """Cut off, not rounded; `100%` stands for exactly all, and `n/a` for a share of nothing."""
    return "100%" if whole and part == whole else truncated_percent(part, whole, digits)


def share_text(share: Fraction | None, digits: int = 3) -> str:
    """The same of a share, which may be below zero."""
    if share is None:
        return NOTHING
    sign = "-" if share < 0 else ""
    return sign + percent_text(abs(share.numerator), share.denominator, digits)


def decimal_text(value: Fraction | None) -> str:
    """Two decimals, cut off."""
    if value is None:
        return NOTHING
    whole, rest = divmod(int(value * 100), 100)
    return f"{whole}.{rest:02}"
