"""Conditions in words."""

from __future__ import annotations

import pytest

from probe.alerting.sentences import condition_words
from probe.config.conditions import parse_condition
from probe.model.result import State
from probe.model.rule import AllOf, AnyOf, BurnCondition, Condition, Held, ProberCondition, StateCondition
from probe.model.units import MINUTE

DOWN = StateCondition(state=State.DOWN)


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (DOWN, "down"),
        (StateCondition(state=State.UNKNOWN, held=Held(duration=10 * MINUTE)), "no data, for 10m"),
        (StateCondition(state=State.DEGRADED, held=Held(needed=2, of=3)), "degraded, for 2 of 3"),
        (StateCondition(state=State.DOWN, held=Held(needed=3, of=3, duration=MINUTE)), "down, for 3 in a row, then 1m"),
        (StateCondition(state=State.DOWN, held=Held()), "down"),
        (parse_condition("p95(latency) > 2s"), "p95(latency) over 5m > 2s"),
        (BurnCondition(), "burn_rate"),
        (BurnCondition(objective="availability"), "burn_rate(availability)"),
        (ProberCondition(), "prober trouble, for 1m"),
        (
            AllOf(conditions=(DOWN, AnyOf(conditions=(BurnCondition(), parse_condition("rate(errors) > 1%"))))),
            "all of (down; any of (burn_rate; rate(errors) over 5m > 1%))",
        ),
    ],
)
def test_a_condition_reads_as_in_the_file(condition: Condition, words: str) -> None:
    assert condition_words(condition) == words
