from __future__ import annotations

from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probe.model.units import DAY, HOUR, MINUTE, SECOND, from_iso, to_iso
from probe.slo.periods import (
    MOST_PARTS,
    CalendarStep,
    Period,
    cuts,
    parse_moment,
    parse_month,
    parse_quarter,
    parse_step,
)

BERLIN = ZoneInfo("Europe/Berlin")
KOLKATA = ZoneInfo("Asia/Kolkata")
UTC = ZoneInfo("UTC")


def isos(borders: tuple[int, ...]) -> list[str]:
    return [to_iso(border) for border in borders]


@pytest.mark.parametrize(
    ("text", "zone", "moment"),
    [
        ("2026-11-01", UTC, "2026-11-01T00:00:00Z"),
        ("2026-11-01", BERLIN, "2026-10-31T23:00:00Z"),
        ("2026-07-01", BERLIN, "2026-06-30T22:00:00Z"),
        ("2026-11-01T06:30:00+05:30", BERLIN, "2026-11-01T01:00:00Z"),
    ],
)
def test_a_date_begins_at_midnight_of_the_zone(text: str, zone: ZoneInfo, moment: str) -> None:
    assert to_iso(parse_moment(text, zone=zone)) == moment


@pytest.mark.parametrize("text", ["0001-01-01", "0001-01-01T00:00:00-14:00", "1899-12-31T23:59:59Z"])
def test_what_lies_before_all_calendars_of_objectives_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="lies before 1900, when nothing was measured"):
        parse_moment(text, zone=UTC)
    assert to_iso(parse_moment("1900-01-01", zone=UTC)) == "1900-01-01T00:00:00Z"


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01", "2026-02-30", "2026-11-01T00:00:00", "x" * 5_000])
def test_what_is_no_moment_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="is neither a date, such as 2026-11-01, nor a moment") as told:
        parse_moment(text, zone=UTC)
    assert len(str(told.value)) < 200


def test_months_and_quarters_are_those_of_the_zone() -> None:
    assert isos(parse_month("2026-10", BERLIN)) == ["2026-09-30T22:00:00Z", "2026-10-31T23:00:00Z"]
    assert isos(parse_month("2026-12", UTC)) == ["2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"]
    assert isos(parse_quarter("2026-Q4", UTC)) == ["2026-10-01T00:00:00Z", "2027-01-01T00:00:00Z"]
    assert parse_quarter("2026q1", UTC) == parse_quarter("2026-Q1", UTC)


@pytest.mark.parametrize("text", ["2026", "2026-00", "2026-13", "2026-1", "0000-01", "9999-12"])
def test_what_is_no_month_is_told(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a month|the calendar ends"):
        parse_month(text, UTC)


@pytest.mark.parametrize("text", ["2026", "2026-Q5", "Q1", "0000-Q1", "9999-Q4"])
def test_what_is_no_quarter_is_told(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a quarter|the calendar ends"):
        parse_quarter(text, UTC)


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("1m", MINUTE),
        ("1h", HOUR),
        ("12h", 12 * HOUR),
        ("1d", CalendarStep.DAY),
        ("24h", CalendarStep.DAY),
        ("7d", CalendarStep.WEEK),
        ("1w", CalendarStep.WEEK),
        ("month", CalendarStep.MONTH),
        ("whole", CalendarStep.WHOLE),
    ],
)
def test_steps(text: str, step: int | CalendarStep) -> None:
    assert parse_step(text) == step


@pytest.mark.parametrize("text", ["", "7m", "5h", "2d", "30s", "0s", "day", "1.5h "])
def test_what_is_no_step_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="is none of 1d, 1w, month, quarter, whole, nor minutes or hours"):
        parse_step(text)


def test_days_are_as_long_as_the_clocks_make_them() -> None:
    period = Period(parse_moment("2026-10-24", zone=BERLIN), parse_moment("2026-10-27", zone=BERLIN))
    borders = cuts(period, CalendarStep.DAY, zone=BERLIN)
    assert [(end - start) // HOUR for start, end in pairwise(borders)] == [24, 25, 24]
    assert len(cuts(period, HOUR, zone=BERLIN)) == 73 + 1


def test_a_period_begins_and_ends_where_it_does() -> None:
    period = Period(from_iso("2026-10-30T10:20:00Z"), from_iso("2026-11-02T00:00:01Z"))
    assert isos(cuts(period, CalendarStep.DAY, zone=UTC)) == [
        "2026-10-30T10:20:00Z",
        "2026-10-31T00:00:00Z",
        "2026-11-01T00:00:00Z",
        "2026-11-02T00:00:00Z",
        "2026-11-02T00:00:01Z",
    ]
    assert isos(cuts(period, CalendarStep.MONTH, zone=KOLKATA))[1:-1] == ["2026-10-31T18:30:00Z"]
    assert isos(cuts(period, CalendarStep.WEEK, zone=UTC))[1:-1] == ["2026-11-02T00:00:00Z"]
    assert cuts(period, CalendarStep.QUARTER, zone=UTC) == cuts(period, CalendarStep.WHOLE, zone=UTC) == period


def test_months_and_quarters_are_cut_at_their_first_days() -> None:
    period = Period(from_iso("2026-08-31T00:00:00Z"), from_iso("2027-02-01T00:00:00Z"))
    months = isos(cuts(period, CalendarStep.MONTH, zone=UTC))[1:-1]
    assert [month[:10] for month in months] == ["2026-09-01", "2026-10-01", "2026-11-01", "2026-12-01", "2027-01-01"]
    quarters = isos(cuts(period, CalendarStep.QUARTER, zone=UTC))[1:-1]
    assert [quarter[:10] for quarter in quarters] == ["2026-10-01", "2027-01-01"]


def test_more_parts_than_can_be_meant() -> None:
    with pytest.raises(ValueError, match="more than 100,000 parts"):
        cuts(Period(0, (MOST_PARTS + 2) * MINUTE), MINUTE, zone=UTC)
    with pytest.raises(ValueError, match="more than 100,000 parts"):
        cuts(Period(-(MOST_PARTS + 2) * DAY, 0), CalendarStep.DAY, zone=UTC)
    assert len(cuts(Period(0, MOST_PARTS * MINUTE), MINUTE, zone=UTC)) == MOST_PARTS + 1


@given(
    st.integers(0, 10**15),
    st.integers(1, 400 * DAY),
    st.sampled_from([MINUTE * 30, HOUR, *CalendarStep]),
    st.sampled_from([UTC, BERLIN, KOLKATA, ZoneInfo("Pacific/Apia"), ZoneInfo("America/Santiago")]),
)
def test_parts_fill_the_period(start: int, length: int, step: int | CalendarStep, zone: ZoneInfo) -> None:
    borders = cuts(Period(start, start + length), step, zone=zone)
    assert (borders[0], borders[-1]) == (start, start + length)
    assert all(before < after for before, after in pairwise(borders))
    assert start % SECOND or isinstance(step, CalendarStep) or all(border % step == 0 for border in borders[1:-1])
