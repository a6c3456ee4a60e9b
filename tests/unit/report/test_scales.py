from __future__ import annotations

from datetime import UTC
from zoneinfo import ZoneInfo

import pytest

from probe.model.units import DAY, HOUR, MINUTE
from probe.report.scales import Scale, runs, ticks, time_ticks
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
    found = time_ticks(NOW - DAY, NOW, ZONE)
    assert [tick.label for tick in found][:4] == ["15:00", "18:00", "21:00", "20 Nov"]
    assert found[0].share == 2 / 24


def test_every_other_hour_may_go_where_there_is_little_room() -> None:
    found = time_ticks(NOW - 12 * HOUR, NOW, UTC)
    assert [(tick.label, tick.minor) for tick in found[:2]] == [("20 Nov", False), ("03:00", True)]


@pytest.mark.parametrize(
    ("length", "labels"),
    [
        (5 * MINUTE, ["12:55", "12:56", "12:57", "12:58", "12:59"]),
        (30 * MINUTE, ["12:30", "12:35", "12:40", "12:45", "12:50", "12:55"]),
        (2 * HOUR, ["11:00", "11:15", "11:30", "11:45", "12:00", "12:15", "12:30", "12:45"]),
        (6 * HOUR, ["07:00", "08:00", "09:00", "10:00", "11:00", "12:00"]),
    ],
)
def test_a_short_axis_is_labelled_in_minutes(length: int, labels: list[str]) -> None:
    assert [tick.label for tick in time_ticks(NOW - length, NOW, ZONE)] == labels


def test_hours_of_a_zone_that_is_off_by_a_quarter_are_its_own() -> None:
    found = time_ticks(NOW - 6 * HOUR, NOW, ZoneInfo("Asia/Kathmandu"))
    assert [tick.label for tick in found] == ["12:00", "13:00", "14:00", "15:00", "16:00", "17:00"]


def test_indices_are_joined_into_unbroken_runs() -> None:
    assert runs([0, 1, 2, 7, 9, 10]) == ((0, 3), (7, 1), (9, 2))
    assert runs([]) == ()
