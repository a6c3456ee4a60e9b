from __future__ import annotations

import pytest

from probe.model.maintenance import MaintenanceWindow, Once, Recurring, Schedule, Scope
from probe.model.units import DAY, HOUR, Micros, from_iso, to_iso
from probe.slo.maintenance import Occurrence, occurrence, periods, periods_by_check

ALL = Scope()
NOVEMBER = from_iso("2026-11-01T00:00:00Z")
BERLIN = "Europe/Berlin"
LORD_HOWE = "Australia/Lord_Howe"
NIGHT = (120, 240)
LATE = (1380, 120)
SUNDAY = frozenset({6})


def window(
    schedule: Schedule, *, scope: Scope = ALL, since: Micros | None = None, until: Micros | None = None
) -> MaintenanceWindow:
    return MaintenanceWindow(name="deploy", scope=scope, schedule=schedule, since=since, until=until)


def isos(of: MaintenanceWindow, start: str, end: str) -> list[tuple[str, str]]:
    """As pairs of `2026-11-01T00:00`."""
    found = periods(of, start=from_iso(f"{start}:00Z"), end=from_iso(f"{end}:00Z"))
    return [(to_iso(period.start)[:16], to_iso(period.end)[:16]) for period in found]


def test_one_that_comes_once_is_cut_at_the_borders() -> None:
    of = window(Once(start=NOVEMBER, end=NOVEMBER + DAY))
    assert periods(of, start=0, end=2 * NOVEMBER) == ((NOVEMBER, NOVEMBER + DAY),)
    assert periods(of, start=NOVEMBER + HOUR, end=NOVEMBER + 2 * HOUR) == ((NOVEMBER + HOUR, NOVEMBER + 2 * HOUR),)
    assert periods(of, start=NOVEMBER + DAY, end=2 * NOVEMBER) == ()
    assert periods(of, start=0, end=NOVEMBER) == ()


def test_one_that_is_open_goes_on_to_the_end() -> None:
    assert periods(window(Once(start=NOVEMBER, end=None)), start=0, end=NOVEMBER + 5) == ((NOVEMBER, NOVEMBER + 5),)


@pytest.mark.parametrize(
    ("schedule", "start"),
    [(Once(start=NOVEMBER, end=None), NOVEMBER + HOUR), ((Recurring(zone="UTC"),), NOVEMBER + HOUR)],
)
def test_it_counts_from_its_since_to_its_until(schedule: Schedule, start: Micros) -> None:
    of = window(schedule, since=start, until=start + DAY)
    assert periods(of, start=0 if isinstance(schedule, Once) else NOVEMBER, end=NOVEMBER + 9 * DAY) == (
        (start, start + DAY),
    )


def test_one_that_ended_before_it_began_never_counts() -> None:
    assert periods(window(Once(start=NOVEMBER, end=None), until=NOVEMBER - DAY), start=0, end=2 * NOVEMBER) == ()


def test_days_times_and_months_must_all_fit() -> None:
    rule = Recurring(zone="UTC", times=(NIGHT,), weekdays=SUNDAY, months=frozenset({11}), years=((2026, 2026),))
    nights = [(f"2026-11-{day:02d}T02:00", f"2026-11-{day:02d}T04:00") for day in (1, 8, 15, 22, 29)]
    assert isos(window((rule,)), "2025-01-01T00:00", "2028-01-01T00:00") == nights


def test_of_several_rules_all_count_and_what_overlaps_is_one() -> None:
    rules = (
        Recurring(zone="UTC", times=((60, 180), NIGHT)),
        Recurring(zone=BERLIN, times=((300, 360),)),
    )
    assert isos(window(rules), "2026-11-01T00:00", "2026-11-02T00:00") == [("2026-11-01T01:00", "2026-11-01T05:00")]


def test_one_without_times_takes_the_whole_day_of_its_zone() -> None:
    of = window((Recurring(zone=BERLIN, weekdays=SUNDAY),))
    assert isos(of, "2026-10-25T00:00", "2026-11-10T00:00") == [
        ("2026-10-25T00:00", "2026-10-25T23:00"),  # it began before, and has 25 hours
        ("2026-10-31T23:00", "2026-11-01T23:00"),
        ("2026-11-07T23:00", "2026-11-08T23:00"),
    ]


def test_over_midnight_it_belongs_to_the_day_it_begins_on() -> None:
    of = window((Recurring(zone="UTC", times=(LATE,), weekdays=SUNDAY),))
    assert isos(of, "2026-11-01T00:00", "2026-11-09T00:00") == [
        ("2026-11-01T23:00", "2026-11-02T02:00"),
        ("2026-11-08T23:00", "2026-11-09T00:00"),
    ]
    assert isos(of, "2026-11-02T01:00", "2026-11-03T00:00") == [("2026-11-02T01:00", "2026-11-02T02:00")]


def test_the_last_day_of_a_month_may_go_over_into_the_next_month() -> None:
    of = window((Recurring(zone="UTC", times=(LATE,), days_of_month=((-1, -1),), months=frozenset({2})),))
    assert isos(of, "2026-01-01T00:00", "2029-01-01T00:00") == [
        ("2026-02-28T23:00", "2026-03-01T02:00"),
        ("2027-02-28T23:00", "2027-03-01T02:00"),
        ("2028-02-29T23:00", "2028-03-01T02:00"),
    ]


@pytest.mark.parametrize(
    ("days", "of_february", "of_april"),
    [
        ((-1, -1), [28], [30]),
        ((-31, -29), [], [1, 2]),
        ((-31, -1), list(range(1, 29)), list(range(1, 31))),
        ((29, 31), [], [29, 30]),
        ((28, -1), [28], [28, 29, 30]),
        ((30, -1), [], [30]),
    ],
)
def test_days_of_the_month_are_clamped_to_it(
    days: tuple[int, int], of_february: list[int], of_april: list[int]
) -> None:
    def days_in(month: int) -> list[int]:
        of = window((Recurring(zone="UTC", times=(NIGHT,), days_of_month=(days,), months=frozenset({month})),))
        return [int(start[8:10]) for start, _ in isos(of, "2026-01-01T00:00", "2027-01-01T00:00")]

    assert (days_in(2), days_in(4)) == (of_february, of_april)


@pytest.mark.parametrize(("zone", "month"), [("America/New_York", 3), (BERLIN, 3), (LORD_HOWE, 10), (LORD_HOWE, 4)])
def test_the_last_day_is_the_last_also_where_the_clocks_change_that_month(zone: str, month: int) -> None:
    """Alertmanager took the day before for it (#5447): such a month lasts a little less than 31 times 24 hours."""
    of = window((Recurring(zone=zone, times=((720, 721),), days_of_month=((-1, -1),), months=frozenset({month})),))
    ((start, _),) = isos(of, "2026-01-01T00:00", "2027-01-01T00:00")
    assert start[:10] == {3: "2026-03-31", 4: "2026-04-30", 10: "2026-10-31"}[month]


def test_a_night_is_shorter_or_longer_where_the_clocks_change() -> None:
    of = window((Recurring(zone=BERLIN, times=(NIGHT,)),))
    assert isos(of, "2026-03-28T00:00", "2026-03-31T00:00") == [
        ("2026-03-28T01:00", "2026-03-28T03:00"),
        ("2026-03-29T01:00", "2026-03-29T02:00"),  # 2 to 3 o'clock doesn't exist
        ("2026-03-30T00:00", "2026-03-30T02:00"),
    ]
    assert isos(of, "2026-10-24T00:00", "2026-10-27T00:00") == [
        ("2026-10-24T00:00", "2026-10-24T02:00"),
        ("2026-10-25T00:00", "2026-10-25T03:00"),  # 2 to 3 o'clock comes twice
        ("2026-10-26T01:00", "2026-10-26T03:00"),
    ]


def test_what_the_clocks_skip_does_not_come_and_what_they_show_twice_comes_twice() -> None:
    half = window((Recurring(zone=BERLIN, times=((150, 210),)),))  # 02:30 to 03:30
    assert isos(half, "2026-03-29T00:00", "2026-03-30T00:00") == [("2026-03-29T01:00", "2026-03-29T01:30")]
    assert isos(half, "2026-10-25T00:00", "2026-10-26T00:00") == [
        ("2026-10-25T00:30", "2026-10-25T01:00"),
        ("2026-10-25T01:30", "2026-10-25T02:30"),
    ]
    skipped = window((Recurring(zone=BERLIN, times=((120, 180),)),))
    assert isos(skipped, "2026-03-29T00:00", "2026-03-30T00:00") == []


def test_half_an_hour_of_daylight_saving_is_half_an_hour() -> None:
    of = window((Recurring(zone=LORD_HOWE, times=((60, 180),)),))
    (one,) = periods(of, start=from_iso("2026-04-04T12:00:00Z"), end=from_iso("2026-04-05T12:00:00Z"))
    assert one.end - one.start == 2 * HOUR + HOUR // 2


def test_a_day_that_a_zone_left_out_has_no_window() -> None:
    """Samoa crossed the date line, and had no 30th of December 2011."""
    of = window((Recurring(zone="Pacific/Apia", times=((0, 1440),), days_of_month=((29, 31),)),))
    assert isos(of, "2011-12-25T00:00", "2012-01-05T00:00") == [("2011-12-29T10:00", "2011-12-31T10:00")]


def test_each_check_has_the_windows_that_are_about_it() -> None:
    windows = [
        window(Once(start=0, end=10)),
        window(Once(start=5, end=20), scope=Scope(apis=("shop",))),
        window(Once(start=40, end=50), scope=Scope(labels=(("team", "a"),))),
    ]
    checks = [("shop/home", ()), ("shop/list", (("team", "a"),)), ("bank/home", ())]
    assert periods_by_check(checks, windows, start=0, end=100) == {
        "shop/home": ((0, 20),),
        "shop/list": ((0, 20), (40, 50)),
        "bank/home": ((0, 10),),
    }


def test_checks_share_what_is_worked_out() -> None:
    checks = [(f"shop/check-{number}", ()) for number in range(3)]
    found = periods_by_check(checks, [window((Recurring(zone=BERLIN),))], start=NOVEMBER, end=NOVEMBER + DAY)
    assert len({id(each) for each in found.values()}) == 1


def test_an_occurrence_is_the_one_that_runs_or_the_next() -> None:
    nightly = window((Recurring(zone="UTC", times=(NIGHT,)),))
    today = Occurrence(NOVEMBER + 2 * HOUR, NOVEMBER + 4 * HOUR)
    assert occurrence(nightly, now=NOVEMBER) == today
    assert occurrence(nightly, now=NOVEMBER + 3 * HOUR) == today
    assert occurrence(nightly, now=NOVEMBER + 4 * HOUR) == (NOVEMBER + 26 * HOUR, NOVEMBER + 28 * HOUR)


def test_an_occurrence_may_lie_decades_ahead_or_never_come() -> None:
    rule = Recurring(zone="UTC", weekdays=SUNDAY, days_of_month=((29, 29),), months=frozenset({2}))
    found = occurrence(window((rule,)), now=NOVEMBER)
    assert found
    assert to_iso(found.start) == "2032-02-29T00:00:00Z"
    assert occurrence(window((Recurring(zone="UTC", years=((2020, 2025),)),)), now=NOVEMBER) is None
    assert occurrence(window((Recurring(zone="UTC"),), until=NOVEMBER), now=NOVEMBER) is None


def test_an_occurrence_without_an_end_in_sight_has_none() -> None:
    assert occurrence(window((Recurring(zone="UTC"),), since=NOVEMBER), now=NOVEMBER) == (NOVEMBER, None)
    assert occurrence(window(Once(start=NOVEMBER, end=None)), now=NOVEMBER + DAY) == (NOVEMBER, None)


def test_what_comes_once_occurs_until_it_is_over_or_was_ended() -> None:
    once = Once(start=NOVEMBER, end=NOVEMBER + DAY)
    assert occurrence(window(once), now=0) == (NOVEMBER, NOVEMBER + DAY)
    assert occurrence(window(once), now=NOVEMBER + DAY) is None
    assert occurrence(window(once, until=NOVEMBER + HOUR), now=NOVEMBER) == (NOVEMBER, NOVEMBER + HOUR)
    assert occurrence(window(once, until=NOVEMBER - HOUR), now=0) is None
