from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probe.model.result import Record, State
from probe.model.sample import FailureKind
from probe.model.units import DAY, HOUR, MINUTE, SECOND, Micros, from_datetime
from probe.slo.history import DAYS, NO_RESPONSE, RESOLUTIONS, Resolution, history_cuts, recent_start, resolution
from tests.fakes.history import past

NOW = from_datetime(datetime(2026, 11, 20, 12, 7, tzinfo=UTC))
NO_PHASES = (None,) * 6


def record(at: int, state: State = State.UP, *, status: int | None = 200, latency: int | None = 1000) -> Record:
    return Record(
        at,
        state,
        None if state is State.UP else FailureKind.ASSERTION,
        status,
        latency,
        (None, 10, None, 1, 900, 89),
        100,
        1000,
        MINUTE,
    )


def test_nothing_measured_is_an_empty_history() -> None:
    empty = past([], interval=MINUTE, now=NOW, zone=UTC)
    assert empty.last is None
    assert len(empty.days) == DAYS
    assert all(day.level.time.total == 0 and day.results.runs == 0 for day in empty.days)


def test_it_counts_each_result_in_its_day_and_its_bucket() -> None:
    records = [record(NOW - back * MINUTE) for back in reversed(range(1, 61))]
    found = past(records, interval=MINUTE, now=NOW, zone=UTC)
    assert found.days[-1].results.runs == 60
    assert sum(bucket.runs for bucket in found.recent) == 60
    assert found.days[-1].level.time.up == HOUR
    assert found.last == records[-1]
    assert found.resolution == Resolution(2 * HOUR, MINUTE)
    assert len(found.recent) == len(found.recent_times) == 120
    assert sum(time.up for time in found.recent_times) == HOUR


@pytest.mark.parametrize(("at", "wait"), [(NOW - MINUTE, 900), (NOW - 2 * MINUTE, 5)])
def test_phases_are_of_responses_or_else_of_what_went_before_the_failures(at: Micros, wait: int) -> None:
    failed = record(NOW - MINUTE, State.DOWN, status=None)._replace(phases=(3, 10, None, 1, 5, None))
    found = past([record(at), failed], interval=MINUTE, now=NOW, zone=UTC)
    assert next(item for item in reversed(found.recent) if item.runs).phases["wait"] == wait


def test_yesterday_ends_at_midnight_of_the_zone() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    before, after = (
        from_datetime(datetime(2026, 11, 19, 22, 59, tzinfo=UTC)),
        from_datetime(datetime(2026, 11, 19, 23, 0, tzinfo=UTC)),
    )
    found = past([record(before), record(after)], interval=MINUTE, now=NOW, zone=berlin)
    assert [day.results.runs for day in found.days[-2:]] == [1, 1]


def test_an_unmeasured_slot_has_no_status_and_no_latency() -> None:
    missed = Record(NOW - MINUTE, State.UNKNOWN, FailureKind.MISSED, None, None, NO_PHASES, 0, 0, MINUTE)
    last = past([missed], interval=MINUTE, now=NOW, zone=UTC).days[-1].results
    assert last.states == {State.UNKNOWN: 1}
    assert last.classes == {}
    assert last.latency is None


def test_a_failure_without_a_response_does_not_make_a_service_look_fast() -> None:
    refused = record(NOW - MINUTE, State.DOWN, status=None, latency=50)
    slow = record(NOW - 2 * MINUTE, latency=9000)
    last = past([slow, refused], interval=MINUTE, now=NOW, zone=UTC).days[-1].results
    assert last.classes == {"2xx": 1, NO_RESPONSE: 1}
    assert last.latency is not None
    assert last.latency.minimum == last.latency.p99 == 9000
    assert last.phases == {"connect": 10, "send": 1, "wait": 900, "transfer": 89}


def test_it_wants_the_first_day_and_ninety_times_24_hours() -> None:
    cuts = history_cuts(NOW, zone=UTC)
    assert cuts[0] == NOW - DAYS * DAY
    assert cuts[1] == past([], interval=MINUTE, now=NOW, zone=UTC).days[0].results.start
    assert cuts[-1] == NOW
    assert len(cuts) == DAYS + 2


def test_a_check_that_runs_seldom_still_has_a_last_result() -> None:
    week = 7 * DAY
    weekly = record(NOW - 10 * DAY)
    assert recent_start(NOW, interval=week) <= weekly.scheduled_at
    assert past([weekly], interval=week, now=NOW, zone=UTC).last == weekly


@pytest.mark.parametrize(
    ("age", "interval", "expected"),
    [
        (0, 2 * SECOND, Resolution(5 * MINUTE, 5 * SECOND)),
        (40 * SECOND, 5 * SECOND, Resolution(5 * MINUTE, 5 * SECOND)),
        (3 * MINUTE, 30 * SECOND, Resolution(5 * MINUTE, 30 * SECOND)),
        (3 * MINUTE, MINUTE, Resolution(30 * MINUTE, MINUTE)),
        (5 * MINUTE, 5 * SECOND, Resolution(30 * MINUTE, 20 * SECOND)),
        (HOUR, MINUTE, Resolution(2 * HOUR, MINUTE)),
        (5 * HOUR, MINUTE, Resolution(6 * HOUR, 4 * MINUTE)),
        (6 * HOUR, MINUTE, Resolution(DAY, 15 * MINUTE)),
        (90 * DAY, MINUTE, Resolution(DAY, 15 * MINUTE)),
        (90 * DAY, HOUR, Resolution(DAY, HOUR)),
        (90 * DAY, 3 * DAY, Resolution(DAY, 6 * HOUR)),
    ],
)
def test_a_young_check_is_looked_at_more_closely(age: Micros, interval: Micros, expected: Resolution) -> None:
    assert resolution(age=age, interval=interval) == expected


def test_every_width_divides_its_length() -> None:
    assert all(item.length % item.width == 0 for item in RESOLUTIONS)
    assert list(RESOLUTIONS) == sorted(RESOLUTIONS)


@given(age=st.integers(1, 2 * DAY), interval=st.sampled_from([SECOND, 30 * SECOND, 5 * MINUTE, HOUR]))
def test_the_oldest_result_of_the_last_day_has_its_bucket_and_borders_stay(age: Micros, interval: Micros) -> None:
    found = past([record(NOW - age)], interval=interval, now=NOW, zone=UTC)
    assert found.recent[0].start % found.resolution.width == 0
    assert found.recent[-1].end >= NOW
    assert found.resolution.width >= interval
    assert sum(bucket.runs for bucket in found.recent) == 1 or age > DAY - found.resolution.width
