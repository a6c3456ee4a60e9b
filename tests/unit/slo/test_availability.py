from __future__ import annotations

import itertools
from datetime import UTC
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probe.model.units import DAY, HOUR, from_datetime, to_datetime
from probe.slo.availability import StateTime, truncated_percent
from probe.slo.calendar import days_until
from probe.slo.percentiles import Latency, nearest_rank


def test_fifteen_minutes_of_six_hours_are_95_8333_percent() -> None:
    assert truncated_percent(345, 360, 4) == "95.8333%"


def test_what_is_unknown_is_not_covered() -> None:
    assert StateTime(up=7, degraded=1, down=1, unknown=1, maintenance=90).coverage == Fraction(9, 10)
    assert StateTime(unknown=DAY).coverage == 0
    assert StateTime(maintenance=DAY).coverage is None


def test_a_second_of_downtime_in_a_quarter_never_prints_as_100_percent() -> None:
    assert truncated_percent(90 * DAY - 1_000_000, 90 * DAY, 3) == "99.999%"
    assert truncated_percent(90 * DAY, 90 * DAY, 3) == "100.000%"
    assert truncated_percent(0, 0, 3) == "n/a"


@given(st.integers(0, 10**15), st.integers(1, 10**15), st.integers(0, 6))
def test_a_printed_percentage_is_cut_off_never_rounded_up(part: int, rest: int, digits: int) -> None:
    whole = part + rest
    shown = truncated_percent(part, whole, digits).rstrip("%").replace(".", "")
    assert int(shown) * whole <= part * 100 * 10**digits < (int(shown) + 1) * whole


@pytest.mark.parametrize(
    ("zone", "moment", "hours"),
    [
        ("Europe/Berlin", "2026-03-29T12:00:00", 23),
        ("Europe/Berlin", "2026-10-25T12:00:00", 25),
        ("Australia/Lord_Howe", "2026-04-05T12:00:00", 24.5),
        ("UTC", "2026-03-29T12:00:00", 24),
    ],
)
def test_a_day_is_as_long_as_its_clocks_make_it(zone: str, moment: str, hours: float) -> None:
    local = to_datetime(0).fromisoformat(moment).replace(tzinfo=ZoneInfo(zone))
    today = days_until(from_datetime(local), zone=ZoneInfo(zone), count=1)[-1]
    assert today.date == local.date()
    assert today.end - today.start == hours * HOUR


def test_days_follow_one_another_without_a_gap() -> None:
    days = days_until(
        from_datetime(to_datetime(0).replace(year=2026, tzinfo=UTC)),
        zone=ZoneInfo("America/New_York"),
        count=90,
    )
    assert len(days) == 90
    assert all(one.end == other.start for one, other in itertools.pairwise(days))


def test_percentiles_are_by_nearest_rank() -> None:
    hundred = list(range(1, 101))
    assert [nearest_rank(hundred, percent) for percent in (50, 90, 99, 100)] == [50, 90, 99, 100]
    assert nearest_rank(list(range(1, 11)), 90) == 9
    assert nearest_rank([7], 1) == 7


def test_a_percentile_of_two_days_is_not_the_mean_of_theirs() -> None:
    both = Latency.of([100] * 100 + [100] * 89 + [1000] * 11)  # daily P90 100 and 1000
    assert both is not None
    assert both.p90 == 100


def test_no_values_have_no_distribution() -> None:
    assert Latency.of([]) is None
