"""What a rule wants of a check, in words, and how near the check's results came to it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from typing import Final

from probe.alerting.watching import watch_of
from probe.model.alert import Watch
from probe.model.check import CheckFacts
from probe.model.result import State
from probe.model.rule import (
    AlertRule,
    AllOf,
    AnyOf,
    BurnCondition,
    Condition,
    MetricCondition,
    ProberCondition,
    StateCondition,
)
from probe.model.run import MAX_GAP, Run, expanded
from probe.model.units import Micros, format_duration

_STATES: Final = {State.UNKNOWN: "unknown (no data)"}


def wanted_of(condition: Condition, rule: AlertRule, facts: CheckFacts) -> str:
    """What a rule wants of a check."""
    match condition:
        case StateCondition(state=state, held=held):
            watch = watch_of(condition, rule, facts.confirm)
            longer = f" for {format_duration(held.duration)}" if held and held.duration else ""
            return f"{_wanted(watch)} {_STATES.get(state, state.value)}{longer}"
        case MetricCondition(text=text):
            return text
        case BurnCondition(objective=objective):
            return f"the error budget of {objective or 'any objective'} burns too fast"
        case ProberCondition():
            return "the prober itself is in trouble"
        case AllOf(conditions=parts):
            return " and ".join(wanted_of(part, rule, facts) for part in parts)
        case AnyOf(conditions=parts):
            return " or ".join(wanted_of(part, rule, facts) for part in parts)


def most_seen(runs: Iterable[Run], watch: Watch, gap: Micros) -> int:
    """How many of the last `of` results were of the watched state, at most."""
    window: deque[bool] = deque(maxlen=watch.of)
    most = 0
    last: Micros | None = None
    for slot in expanded(runs):
        if slot.state is State.UNKNOWN and watch.state is not State.UNKNOWN:
            continue
        if last is not None and watch.state is not State.UNKNOWN and slot.start - last > gap:
            window.clear()
        window.append(slot.state is watch.state)
        last, most = slot.start, max(most, sum(window))
    return most


def _wanted(watch: Watch) -> str:
    if watch.needed == watch.of:
        return f"{watch.needed} results in a row" if watch.needed > 1 else "one result"
    return f"{watch.needed} of {watch.of} results"


def seen_of(
    condition: Condition, rule: AlertRule, facts: CheckFacts, runs: Sequence[Run], *, max_gap: Micros | None = None
) -> str:
    """What of the condition there was; of metrics the results alone don't say it.

    Args:
        max_gap: as of `Watched`.
    """
    match condition:
        case StateCondition():
            watch = watch_of(condition, rule, facts.confirm)
            most = most_seen(runs, watch, MAX_GAP * facts.interval if max_gap is None else max_gap)
            return f"{most} of the {watch.needed} that it needs" if most < watch.needed else f"{watch.needed}: enough"
        case MetricCondition():
            return "`probe alerts backtest` prints what it read"
        case BurnCondition():
            return "`probe slo` prints the burn rates"
        case ProberCondition():
            return "it is not about checks"
        case AllOf(conditions=parts) | AnyOf(conditions=parts):
            return "; ".join(seen_of(part, rule, facts, runs, max_gap=max_gap) for part in parts)
