from __future__ import annotations

import pytest

from probe.alerting.grid import on_grid, spacing_of, step_of, times
from probe.model.result import State
from probe.model.rule import AllOf, AnyOf, BurnCondition, StateCondition
from probe.model.units import DAY, HOUR, MINUTE, SECOND, Micros


@pytest.mark.parametrize(
    ("period", "step", "spacing"),
    [
        (10 * SECOND, 10 * SECOND, 1),
        (MINUTE, MINUTE, 1),
        (90 * SECOND, MINUTE, 2),
        (5 * MINUTE, MINUTE, 5),
        (HOUR, MINUTE, 60),
        (DAY, 24 * MINUTE, 60),
    ],
)
def test_a_period_is_looked_at_sixty_times_but_not_more_often_than_every_minute(
    period: Micros, step: Micros, spacing: int
) -> None:
    assert (step_of(period), spacing_of(period)) == (step, spacing)
    assert spacing * step >= period


def test_the_grid_are_multiples_of_the_step() -> None:
    assert list(times(MINUTE, after=2 * MINUTE, until=5 * MINUTE)) == [3 * MINUTE, 4 * MINUTE, 5 * MINUTE]
    assert list(times(MINUTE, after=2 * MINUTE + 1, until=5 * MINUTE - 1)) == [3 * MINUTE, 4 * MINUTE]


def test_the_parts_of_a_composed_condition_are_found_wherever_they_stand() -> None:
    burn = BurnCondition()
    composed = AllOf(conditions=(StateCondition(state=State.DOWN), AnyOf(conditions=(burn, burn)), burn))

    assert [path for path, _ in on_grid(composed)] == ["1.0", "1.1", "2"]
    assert [path for path, _ in on_grid(burn)] == [""]
