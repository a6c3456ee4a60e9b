from __future__ import annotations

from collections.abc import Callable

import pytest

from probe.slo.schedules import parse_days_of_month, parse_months, parse_times, parse_weekdays, parse_years

MONDAY, TUESDAY, FRIDAY, SATURDAY, SUNDAY = 0, 1, 4, 5, 6


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("02:00-04:00", (120, 240)),
        ("23:30-24:00", (1410, 1440)),
        ("00:00-24:00", (0, 1440)),
        ("23:00-02:00", (1380, 120)),
        ("22:00-00:00", (1320, 0)),
    ],
)
def test_times_are_minutes_of_the_day(text: str, minutes: tuple[int, int]) -> None:
    assert parse_times(text) == minutes


@pytest.mark.parametrize(
    "text", ["", "02:00", "2:00-4:00", "24:00-02:00", "02:00-24:30", "02:60-03:00", "02:00 - 04:00"]
)
def test_what_is_no_time_is_told(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a time of the day from and to, such as 02:00-04:00"):
        parse_times(text)


@pytest.mark.parametrize("text", ["02:00-02:00", "00:00-00:00"])
def test_times_that_end_when_they_begin_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="ends when it begins; for the whole day write 00:00-24:00"):
        parse_times(text)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("sun", {SUNDAY}),
        ("Sunday", {SUNDAY}),
        ("monday:friday", set(range(5))),
        ("sat:mon", {SATURDAY, SUNDAY, MONDAY}),
        ("sunday:saturday", set(range(7))),
        ("tue:tue", {TUESDAY}),
    ],
)
def test_ranges_of_weekdays_go_on_over_sunday(text: str, days: set[int]) -> None:
    assert parse_weekdays(text) == days


@pytest.mark.parametrize("text", ["", "su", "sundey", "mon-fri", "mon:", ":fri", "mon:tue:wed", "1"])
def test_what_is_no_weekday_is_told(text: str) -> None:
    with pytest.raises(
        ValueError, match="is not a day of the week, such as sun or sunday, nor a range, such as mon:fri"
    ):
        parse_weekdays(text)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("1", (1, 1)),
        ("-1", (-1, -1)),
        ("1:5", (1, 5)),
        ("-3:-1", (-3, -1)),
        ("28:-1", (28, -1)),
        ("31:-1", (31, -1)),
        ("-31:-31", (-31, -31)),
    ],
)
def test_days_of_the_month_count_from_either_end(text: str, days: tuple[int, int]) -> None:
    assert parse_days_of_month(text) == days


@pytest.mark.parametrize("text", ["", "0", "32", "-32", "1:32", "0:5", "first", "1-5", "1:2:3", "+1", "1.5"])
def test_what_is_no_day_of_the_month_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="is not a day of the month: 1 to 31, -1 to -31 from its end, or a range"):
        parse_days_of_month(text)


@pytest.mark.parametrize("text", ["5:1", "-1:-3", "20:-20"])
def test_days_that_end_before_they_begin_in_every_month_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="ends before it begins; write the earlier day first"):
        parse_days_of_month(text)


def test_days_from_the_end_to_one_from_the_start_are_refused() -> None:
    with pytest.raises(ValueError, match="a range that begins from the month's end must end so too, such as -3:-1"):
        parse_days_of_month("-5:5")


@pytest.mark.parametrize(
    ("text", "months"),
    [("mar", {3}), ("March", {3}), ("3", {3}), ("03", {3}), ("june:august", {6, 7, 8}), ("11:feb", {11, 12, 1, 2})],
)
def test_months_have_names_and_numbers(text: str, months: set[int]) -> None:
    assert parse_months(text) == months


@pytest.mark.parametrize("text", ["", "0", "13", "ma", "march-may", "1:13", "-1"])
def test_what_is_no_month_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="is not a month, such as mar, march or 3, nor a range, such as june:august"):
        parse_months(text)


@pytest.mark.parametrize(("text", "years"), [("2026", (2026, 2026)), ("2026:2028", (2026, 2028))])
def test_years_are_one_or_a_range(text: str, years: tuple[int, int]) -> None:
    assert parse_years(text) == years


@pytest.mark.parametrize("text", ["", "26", "0000", "20260", "2026-2028", "2028:2026"])
def test_what_is_no_year_is_told(text: str) -> None:
    with pytest.raises(
        ValueError, match=r"is not a year, such as 2026|write the earlier year first, such as 2026:2028"
    ):
        parse_years(text)


@pytest.mark.parametrize("parse", [parse_times, parse_weekdays, parse_days_of_month, parse_months, parse_years])
def test_what_is_long_is_not_told_whole(parse: Callable[[str], object]) -> None:
    with pytest.raises(ValueError, match=r"x{40}") as told:
        parse("x" * 5_000)
    assert len(str(told.value)) < 200
