from __future__ import annotations

import re
from datetime import date, timedelta
from fractions import Fraction

import pytest

from probe.model.units import DAY, HOUR, MINUTE
from probe.report.bars import day_bars, day_sentence, gist, row_bars
from probe.slo.availability import StateTime
from probe.slo.history import DAYS, DayLevel

UP = StateTime(up=DAY)
NONE = StateTime()


def days(*times: StateTime) -> list[DayLevel]:
    first = date(2026, 11, 1)
    return [
        DayLevel(first + timedelta(index), time, Fraction(time.known - time.down, time.known) if time.known else None)
        for index, time in enumerate(times)
    ]


def drawn(*times: StateTime) -> str:
    return day_bars(days(*times)).markup


def row(*times: StateTime) -> str:
    return row_bars(days(*times)).markup


def heights(markup: str) -> list[int]:
    return [int(height) for height in re.findall(r"v-?(\d+)", markup)]


def test_good_days_in_a_row_are_one_line() -> None:
    assert 'class=r d="M0 7.5h3"' in drawn(UP, UP, UP)
    assert drawn(UP, UP, UP).count("<path") == 1


def test_a_spotless_row_leaves_all_to_the_stylesheet() -> None:
    assert row(*[UP] * DAYS) == '<svg role=img aria-label="no downtime"></svg>'


def test_a_row_shorter_than_its_ninety_days_draws_only_the_days_it_has() -> None:
    young = row(*[NONE] * (DAYS - 2), UP, UP)
    assert (
        young
        == '<svg class=p role=img aria-label="no downtime, 88 days without results"><path class=r d="M88 7.5h2"/></svg>'
    )


def test_a_minute_of_downtime_is_still_seen_and_sticks_out() -> None:
    bad = StateTime(up=DAY - MINUTE, down=MINUTE)
    assert 'class=d d="M1 0v5"' in drawn(UP, bad)


def test_an_unknown_day_is_striped_and_neither_up_nor_down() -> None:
    only = drawn(StateTime(unknown=DAY))
    assert 'class=x d="M0 12v-9"' in only
    assert only.count("<path") == 1


def test_a_day_half_unknown_shows_both_halves() -> None:
    half = drawn(StateTime(up=12 * HOUR, unknown=12 * HOUR))
    assert 'class=x d="M0 12v-4"' in half
    assert "class=r" in half


def test_a_few_unknown_seconds_leave_no_mark() -> None:
    assert "class=x" not in drawn(StateTime(up=DAY - MINUTE, unknown=MINUTE))


def test_days_before_the_first_result_are_dots() -> None:
    assert 'class=e d="M0 11.5h2"' in drawn(NONE, NONE, UP)


def test_degraded_time_lies_below_what_was_down() -> None:
    day = drawn(StateTime(up=12 * HOUR, degraded=6 * HOUR, down=6 * HOUR))
    assert day.index('class=g d="M0 3v4"') < day.index('class=d d="M0 0v5"')


@pytest.mark.parametrize(
    "time",
    [
        StateTime(down=DAY),
        StateTime(degraded=DAY),
        StateTime(unknown=DAY),
        StateTime(degraded=23 * HOUR, down=HOUR),
        StateTime(down=DAY - HOUR, unknown=HOUR),
        StateTime(degraded=8 * HOUR, down=8 * HOUR, unknown=8 * HOUR),
    ],
)
def test_a_day_that_was_never_up_is_full_but_has_no_green(time: StateTime) -> None:
    assert "class=r" not in drawn(time)
    assert max(heights(drawn(time))) in (9, 12)


def test_no_part_leaves_the_bar_on_a_day_of_everything() -> None:
    mixed = StateTime(up=1, degraded=6 * HOUR, down=6 * HOUR, unknown=12 * HOUR)
    assert all(2 <= height <= 12 for height in heights(drawn(mixed)))


def test_the_bars_are_told_in_words() -> None:
    times = days(UP, NONE, StateTime(unknown=DAY), StateTime(up=DAY - MINUTE, down=MINUTE))
    assert gist(times) == "down on 1 day, 1 day unknown, 1 day without results"
    assert day_sentence(times[3]) == "4 Nov: 99.930% available, down 1 min"
    assert day_sentence(times[2]) == "3 Nov: unknown all day"


def test_no_downtime_is_claimed_only_where_something_is_known() -> None:
    assert gist(days(NONE, NONE)) == "nothing known, 2 days without results"
    assert gist(days(NONE, UP)) == "no downtime, 1 day without results"


def test_titles_are_given_only_where_there_is_room_for_them() -> None:
    assert "<title>1 Nov: 100% available</title>" in drawn(UP, UP)
    assert "<title>" not in row(UP, UP)


def test_maintenance_lies_at_the_bottom_in_its_share_of_the_day_and_takes_no_dot() -> None:
    assert 'class=m stroke-width="3" d="M1 10.5h1"' in drawn(UP, StateTime(up=16 * HOUR, maintenance=8 * HOUR))
    whole = drawn(StateTime(maintenance=DAY))
    assert 'class=m stroke-width="9" d="M0 7.5h1"' in whole
    assert "class=e" not in whole
    assert "class=r" not in whole


def test_windows_that_recur_are_one_line() -> None:
    weekly = [UP, UP, UP, UP, UP, UP, StateTime(up=22 * HOUR, maintenance=2 * HOUR)]
    assert row(*weekly, *weekly).count('<path class=m stroke-width="2" d="M6 11h1M13 11h1"/>') == 1


def test_what_is_unknown_lies_above_maintenance_and_downtime_does_not_cover_it() -> None:
    unknown = drawn(StateTime(up=8 * HOUR, unknown=8 * HOUR, maintenance=8 * HOUR))
    assert 'class=x d="M0 9v-3"' in unknown
    assert 'class=d d="M0 0v9"' in drawn(StateTime(down=16 * HOUR, maintenance=8 * HOUR))


def test_maintenance_is_told_in_words() -> None:
    times = days(StateTime(up=20 * HOUR, down=2 * HOUR, maintenance=2 * HOUR), StateTime(maintenance=DAY), UP)
    assert gist(times) == "down on 1 day, maintenance on 2 days"
    assert day_sentence(times[0]) == "1 Nov: 90.909% available, down 2 h, maintenance 2 h"
    assert day_sentence(times[1]) == "2 Nov: maintenance all day"
    assert (
        day_sentence(days(StateTime(unknown=22 * HOUR, maintenance=2 * HOUR))[0])
        == "1 Nov: unknown 22 h, maintenance 2 h"
    )
