"""What may be purged: each tier to a border of the one above it, and never what is not in that one yet."""

from __future__ import annotations

from dataclasses import replace
from typing import Final
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from probe.model.settings import Retention
from probe.model.units import DAY, HOUR, MINUTE, Micros, from_datetime, to_datetime, to_iso
from probe.slo.calendar import day_of
from probe.store.retention import Borders, Place, borders

NOW: Final = 1_793_491_200_000_000 + 13 * HOUR + 20 * MINUTE  # 2026-11-01T13:20Z
PLACE: Final = Place(location="default", until=NOW // HOUR * HOUR)
FOR_EVER: Final = Retention(raw=None, hour=None, day=None, evidence=None)


def told(found: Borders) -> tuple[str, ...]:
    return tuple(to_iso(moment)[:16] for moment in (found.raw, found.hour, found.day, found.evidence))


def test_a_tier_ends_where_one_of_the_tier_above_begins() -> None:
    kept = Retention(raw=2 * DAY, hour=10 * DAY, day=20 * DAY, evidence=3 * DAY)
    assert told(borders(PLACE, kept, now=NOW)) == (
        "2026-10-30T13:00", "2026-10-22T00:00", "2026-10-12T00:00", "2026-10-29T13:20",
    )  # fmt: skip


def test_days_are_those_of_the_locations_zone() -> None:
    kept = Retention(raw=2 * DAY, hour=10 * DAY, day=20 * DAY)
    found = told(borders(replace(PLACE, zone="Europe/Berlin"), kept, now=NOW))
    assert found[1:3] == ("2026-10-21T22:00", "2026-10-11T22:00")
    # Midnight in Calcutta is half past in UTC: the hour that holds it stays.
    found = told(borders(replace(PLACE, zone="Asia/Kolkata"), kept, now=NOW))
    assert found[1:3] == ("2026-10-21T18:00", "2026-10-11T18:30")


def test_what_is_kept_for_ever_stays() -> None:
    assert borders(PLACE, FOR_EVER, now=NOW) == Borders(raw=0, hour=0, day=0, evidence=0)


def test_nothing_goes_of_a_location_that_was_never_rolled_up_but_its_evidence() -> None:
    found = borders(Place(location="new"), Retention(), now=NOW)
    assert found == Borders(raw=0, hour=0, day=0, evidence=NOW - 30 * DAY)


def test_results_wait_until_they_are_rolled_up() -> None:
    behind = replace(PLACE, until=NOW // HOUR * HOUR - 20 * DAY)
    assert borders(behind, Retention(), now=NOW).raw == behind.until
    marked = replace(PLACE, stale_hour=NOW // HOUR * HOUR - 20 * DAY)
    assert borders(marked, Retention(), now=NOW).raw == marked.stale_hour


def test_hours_wait_until_their_days_are_rolled_up() -> None:
    kept = Retention(raw=2 * DAY, hour=2 * DAY)
    marked = replace(PLACE, stale_day=from_datetime(to_datetime(NOW)) // DAY * DAY - 5 * DAY)
    assert borders(marked, kept, now=NOW).hour == marked.stale_day
    marked = replace(PLACE, stale_hour=NOW // DAY * DAY - 5 * DAY + 7 * HOUR)
    assert borders(marked, kept, now=NOW).hour == NOW // DAY * DAY - 5 * DAY


def test_what_was_purged_under_another_retention_is_not_taken_for_whole_again() -> None:
    purged = replace(PLACE, raw_from=NOW // HOUR * HOUR - 5 * DAY, hours_from=NOW // DAY * DAY - 20 * DAY)
    found = borders(purged, Retention(raw=14 * DAY), now=NOW)
    assert (found.raw, found.hour) == (purged.raw_from, purged.hours_from)
    late = replace(purged, stale_hour=purged.raw_from - 9 * DAY)  # a result came late for an hour that was purged
    assert borders(late, Retention(raw=14 * DAY), now=NOW).raw == purged.raw_from


_AGES = st.none() | st.integers(2 * DAY, 500 * DAY)
_MOMENTS = st.integers(NOW - 600 * DAY, NOW).map(lambda moment: moment // HOUR * HOUR)
_PLACES = st.builds(
    Place,
    location=st.just("default"),
    until=_MOMENTS,
    zone=st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kolkata", "America/St_Johns"]),
    stale_hour=st.none() | _MOMENTS,
    stale_day=st.none() | _MOMENTS,
)


@given(place=_PLACES, raw=_AGES, hour=_AGES, day=_AGES, now=st.integers(NOW, NOW + DAY))
def test_nothing_goes_that_is_young_or_is_not_in_the_tier_above(
    place: Place, raw: Micros | None, hour: Micros | None, day: Micros | None, now: Micros
) -> None:
    found = borders(place, Retention(raw=raw, hour=hour, day=day), now=now)
    for border, age in ((found.raw, raw), (found.hour, hour), (found.day, day)):
        assert border <= (0 if age is None else now - age)
    marks = [moment for moment in (place.until, place.stale_hour) if moment is not None]
    assert found.raw <= min(marks)
    assert found.raw % HOUR == found.hour % HOUR == 0
    assert found.hour <= found.raw
    assert found.day <= found.hour + HOUR
    todo = min(moment for moment in (*marks, place.stale_day) if moment is not None)
    assert found.hour <= day_of(todo, zone=ZoneInfo(place.zone)).start
