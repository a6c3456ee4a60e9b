from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probe.model.units import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    format_duration,
    format_percentage,
    format_size,
    from_datetime,
    parse_duration,
    parse_percentage,
    parse_size,
    to_datetime,
    to_iso,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30s", 30 * SECOND),
        ("1m", MINUTE),
        ("1h30m", 90 * MINUTE),
        ("1.5s", 1_500_000),
        ("250ms", 250_000),
        ("90d", 90 * DAY),
    ],
)
def test_it_reads_a_duration(text: str, expected: int) -> None:
    assert parse_duration(text) == expected


@pytest.mark.parametrize("text", ["", "30", "s", "1 m", "-1s", "1y", "1e3s", "٣s", "9" * 100 + "s"])
def test_it_refuses_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="not a duration"):
        parse_duration(text)


@given(st.integers(min_value=0, max_value=400 * DAY))
def test_a_printed_duration_reads_back(value: int) -> None:
    assert parse_duration(format_duration(value)) == value


@pytest.mark.parametrize(
    ("text", "expected"),
    [("64KiB", 65_536), ("1.5MB", 1_500_000), ("200B", 200), ("4mib", 4_194_304), ("1 GB", 10**9)],
)
def test_it_reads_a_size(text: str, expected: int) -> None:
    assert parse_size(text) == expected


@pytest.mark.parametrize("text", ["", "64", "KiB", "-1B", "1TB"])
def test_it_refuses_what_is_no_size(text: str) -> None:
    with pytest.raises(ValueError, match="not a size"):
        parse_size(text)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0, "0 B"), (999, "999 B"), (1_400, "1.4 kB"), (123_456, "123 kB"), (5 * 10**9, "5.0 GB")],
)
def test_it_prints_a_size_for_a_person(value: int, expected: str) -> None:
    assert format_size(value) == expected


@given(st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_a_moment_survives_the_way_through_microseconds(moment: datetime) -> None:
    assert to_datetime(from_datetime(moment)) == moment


def test_a_moment_is_printed_in_utc_whatever_its_zone_was() -> None:
    moment = datetime(2026, 11, 1, 2, 0, tzinfo=timezone(timedelta(hours=2)))
    assert to_iso(from_datetime(moment)) == "2026-11-01T00:00:00Z"
    assert from_datetime(moment) % HOUR == 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("99.9%", Fraction(999, 1000)),
        ("99.95 %", Fraction(9995, 10_000)),
        ("2%", Fraction(1, 50)),
        ("0.10%", Fraction(1, 1000)),
    ],
)
def test_it_reads_a_percentage_exactly(text: str, expected: Fraction) -> None:
    assert parse_percentage(text) == expected


@pytest.mark.parametrize("text", ["", "99.9", "%", "-1%", "99,9%", "1e2%", "٣%", ".5%", "9" * 100 + "%"])
def test_it_refuses_what_is_no_percentage(text: str) -> None:
    with pytest.raises(ValueError, match="not a percentage"):
        parse_percentage(text)


@given(st.integers(min_value=0, max_value=10**14))
def test_a_printed_percentage_reads_back(number: int) -> None:
    share = Fraction(number, 10**14)
    assert parse_percentage(format_percentage(share)) == share


@pytest.mark.parametrize(
    ("share", "text"), [(Fraction(999, 1000), "99.9%"), (Fraction(1), "100%"), (Fraction(0), "0%")]
)
def test_a_percentage_is_printed_as_short_as_it_can(share: Fraction, text: str) -> None:
    assert format_percentage(share) == text
