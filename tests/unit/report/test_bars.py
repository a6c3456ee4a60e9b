from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from probe.model.units import DAY, HOUR, MINUTE
from probe.report.bars import day_bars, day_sentence, gist, row_bars
from probe.slo.availability import StateTime
from probe.slo.history import DAYS

UP = StateTime(up=DAY)
NONE = StateTime()


def days(*times: StateTime) -> list[tuple[date, StateTime]]:
    return [(date(2026, 11, 1) + timedelta(index), time) for index, time in enumerate(times)]


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
    assert day_sentence(*times[3]) == "4 Nov: 99.930% available, down 1 min"
    assert day_sentence(*times[2]) == "3 Nov: unknown all day"


def test_no_downtime_is_claimed_only_where_something_is_known() -> None:
    assert gist(days(NONE, NONE)) == "nothing known, 2 days without results"
    assert gist(days(NONE, UP)) == "no downtime, 1 day without results"


def test_titles_are_given_only_where_there_is_room_for_them() -> None:
    assert "<title>1 Nov: 100% available</title>" in drawn(UP, UP)
    assert "<title>" not in row(UP, UP)
