from __future__ import annotations

from datetime import date, timedelta

from probe.model.units import DAY, HOUR, MINUTE
from probe.report.bars import day_bars, day_sentence, gist
from probe.slo.availability import StateTime

UP = StateTime(up=DAY)
NONE = StateTime()


def days(*times: StateTime) -> list[tuple[date, StateTime]]:
    return [(date(2026, 11, 1) + timedelta(index), time) for index, time in enumerate(times)]


def drawn(*times: StateTime) -> str:
    return day_bars(days(*times)).markup


def test_good_days_in_a_row_are_one_stroke() -> None:
    assert drawn(UP, UP, UP).count("<path") == 1
    assert 'class="r" d="M0 15h15"' in drawn(UP, UP, UP)


def test_a_minute_of_downtime_is_still_seen_and_sticks_out() -> None:
    bad = StateTime(up=DAY - MINUTE, down=MINUTE)
    assert 'class="d" d="M7 ' in drawn(UP, bad)
    assert 'V0"' in drawn(UP, bad)


def test_an_unknown_day_is_striped_and_neither_up_nor_down() -> None:
    only = drawn(StateTime(unknown=DAY))
    assert 'class="n"' in only
    assert not any(f'class="{kind}"' in only for kind in "rugdx")


def test_a_day_half_unknown_shows_both_halves() -> None:
    half = drawn(StateTime(up=12 * HOUR, unknown=12 * HOUR))
    assert 'class="x" d="M2 24V16"' in half
    assert 'class="u"' in half


def test_a_few_unknown_seconds_leave_no_mark() -> None:
    assert 'class="x"' not in drawn(StateTime(up=DAY - MINUTE, unknown=MINUTE))


def test_days_before_the_first_result_are_empty() -> None:
    assert 'class="e" d="M0 23h10"' in drawn(NONE, NONE, UP)


def test_degraded_time_has_a_part_of_its_own() -> None:
    assert 'class="g"' in drawn(StateTime(up=20 * HOUR, degraded=4 * HOUR))


def test_no_part_leaves_the_bar_on_a_day_of_everything() -> None:
    mixed = StateTime(up=1, degraded=6 * HOUR, down=6 * HOUR, unknown=12 * HOUR)
    heights = [int(float(part)) for part in drawn(mixed).replace('"', " ").split() if part.isdigit()]  # fmt: skip
    assert all(0 <= height <= 24 for height in heights)


def test_the_bars_are_told_in_words() -> None:
    times = days(UP, NONE, StateTime(unknown=DAY), StateTime(up=DAY - MINUTE, down=MINUTE))
    assert gist(times) == "downtime on 1 day, 1 day unknown, 1 day without results"
    assert day_sentence(*times[3]) == "4 Nov: 99.930% available, down 1 min"
    assert day_sentence(*times[2]) == "3 Nov: unknown all day"


def test_titles_are_given_only_where_there_is_room_for_them() -> None:
    times = days(UP, UP)
    assert "<title>1 Nov: 100% available</title>" in day_bars(times, titled=True).markup
    assert "<title>" not in day_bars(times).markup
