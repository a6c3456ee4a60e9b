from __future__ import annotations

from datetime import UTC
from zoneinfo import ZoneInfo

import pytest

from probe.model.units import DAY, HOUR, MINUTE, SECOND
from probe.report.words import (
    clock_text,
    duration_text,
    exact_moment,
    latency_text,
    length_text,
    moment,
    percent_text,
    runs_out_text,
    visible,
)
from tests.unit.report.material import NOW, ZONE


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "n/a"),
        (0, "0 µs"),
        (850, "850 µs"),
        (4_240, "4.2 ms"),
        (9_960, "10 ms"),
        (123_400, "123 ms"),
        (999_600, "1.00 s"),
        (1_240_000, "1.24 s"),
        (12_400_000, "12.4 s"),
    ],
)
def test_a_latency_has_three_digits_at_most(value: int | None, text: str) -> None:
    assert latency_text(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0 s"),
        (SECOND - 1, "less than 1 s"),
        (45 * SECOND, "45 s"),
        (3 * HOUR + 12 * MINUTE + 59 * SECOND, "3 h 12 min"),
        (2 * DAY, "2 d"),
        (2 * DAY + 59 * MINUTE, "2 d"),
    ],
)
def test_a_duration_shows_its_two_largest_units_cut_off(value: int, text: str) -> None:
    assert duration_text(value) == text


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [(999_999, 1_000_000, "99.999%"), (9_999_999, 10_000_000, "99.999%"), (5, 5, "100%"), (0, 0, "n/a"), (0, 9, "0.000%")],
)  # fmt: skip
def test_a_percentage_is_cut_off_and_reads_100_only_when_it_is(part: int, whole: int, text: str) -> None:
    assert percent_text(part, whole) == text


def test_a_moment_is_local_for_people_and_utc_for_machines() -> None:
    said = moment(NOW, ZONE)
    assert (said.iso, said.text) == ("2026-11-20T12:00:00Z", "20 Nov 2026, 13:00 CET")
    assert exact_moment(NOW + 5 * SECOND, UTC).text == "20 Nov 2026, 12:00:05 UTC"


def test_a_zone_without_a_name_is_called_by_its_offset() -> None:
    assert moment(NOW, ZoneInfo("America/Sao_Paulo")).text == "20 Nov 2026, 09:00 UTC-03"


def test_characters_that_hide_or_reorder_are_named() -> None:
    assert visible("a\u202eb\x00c\rd\ud800\u2066") == "a[U+202E]b␀c␍d[U+D800][U+2066]"
    assert visible("line\n\tline “ünï” 漢字 🎉") == "line\n\tline “ünï” 漢字 🎉"


@pytest.mark.parametrize(
    ("value", "text"),
    [(DAY, "24 hours"), (HOUR, "1 hour"), (30 * MINUTE, "30 minutes"), (20 * SECOND, "20 seconds")],
)
def test_a_round_length_is_told_in_one_unit(value: int, text: str) -> None:
    assert length_text(value) == text


def test_a_time_of_day_has_seconds_only_where_they_matter() -> None:
    assert clock_text(NOW, ZONE) == "13:00"
    assert clock_text(NOW + 20 * SECOND, ZONE) == "13:00:20"


def test_a_budget_that_is_spent_runs_out_no_more() -> None:
    assert runs_out_text(is_spent=True, at=NOW, zone=UTC) == "spent"
    assert runs_out_text(is_spent=False, at=None, zone=UTC) == "–"
    assert runs_out_text(is_spent=False, at=0, zone=UTC) == "1 Jan 1970, 00:00:00 UTC"
