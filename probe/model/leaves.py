"""What a condition of a rule is composed of in the end, and where in it each part stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from probe.model.rule import AllOf, AnyOf, BurnCondition, Condition, MetricCondition, ProberCondition, StateCondition

Simple: TypeAlias = StateCondition | MetricCondition | BurnCondition | ProberCondition
"""A condition that isn't composed."""

Path: TypeAlias = str
"""Which of a composed condition's parts, from the outside in, such as `1.0`; the condition itself is empty."""


def leaves(condition: Condition) -> Iterator[Simple]:
    """What a condition is composed of; itself, where it isn't composed."""
    return (each for _, each in placed(condition))


def placed(condition: Condition, path: Path = "") -> Iterator[tuple[Path, Simple]]:
    """The same, each with where it stands."""
    if isinstance(condition, AllOf | AnyOf):
        for number, part in enumerate(condition.conditions):
            yield from placed(part, path_of(path, number))
    else:
        yield path, condition


def path_of(path: Path, number: int) -> Path:
    """Where a part of what stands there is."""
    return f"{path}.{number}" if path else str(number)
