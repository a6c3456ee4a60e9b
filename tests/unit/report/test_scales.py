from __future__ import annotations

from datetime import UTC

from probe.model.units import DAY, HOUR
from probe.report.scales import Scale, hour_ticks, runs, ticks
from tests.unit.report.material import NOW, ZONE


def test_ticks_are_round_and_reach_beyond_the_highest_value() -> None:
    assert ticks(0, 870_000) == (0, 250_000, 500_000, 750_000, 1_000_000)
    assert ticks(0, 4) == (0, 1, 2, 3, 4)


def test_counts_have_no_fractions() -> None:
    assert ticks(0, 1, smallest=1) == (0, 1)
    assert all(value == int(value) for value in ticks(0, 9, smallest=1))


def test_nothing_at_all_still_has_an_axis() -> None:
    assert ticks(0, 0) == (0, 1)
    assert ticks(0, 0, smallest=1) == (0, 1)


def test_ticks_on_both_sides_of_zero_share_one_step() -> None:
    assert ticks(-2_400, 5_000, steps=3) == (-4_000, -2_000, 0, 2_000, 4_000, 6_000)


def test_a_scale_grows_downwards_and_keeps_to_its_borders() -> None:
    scale = Scale(low=-50, high=50, size=200)
    assert [scale.place(value) for value in (50, 0, -50, 999, -999)] == [0, 100, 200, 0, 200]


def test_hours_are_those_of_the_zone_and_midnight_bears_the_date() -> None:
    found = hour_ticks(NOW - DAY, NOW, ZONE)
    assert [tick.label for tick in found][:4] == ["15:00", "18:00", "21:00", "20 Nov"]
    assert found[0].share == 2 / 24


def test_every_other_hour_may_go_where_there_is_little_room() -> None:
    found = hour_ticks(NOW - 12 * HOUR, NOW, UTC)
    assert [(tick.label, tick.minor) for tick in found[:2]] == [("20 Nov", False), ("03:00", True)]


def test_indices_are_joined_into_unbroken_runs() -> None:
    assert runs([0, 1, 2, 7, 9, 10]) == ((0, 3), (7, 1), (9, 2))
    assert runs([]) == ()
