from __future__ import annotations

from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from probe.model.units import from_iso
from probe.slo.calendar import LONGEST_DAY, day_of, days_until

NOON = from_iso("2026-11-20T12:00:00Z")


@pytest.mark.parametrize(
    "name", ["Antarctica/Casey", "Antarctica/Troll", "Europe/Berlin", "Australia/Lord_Howe", "UTC"]
)
def test_no_day_is_longer_than_the_longest(name: str) -> None:
    days = days_until(NOON, zone=ZoneInfo(name), count=26 * 365)
    assert max(day.end - day.start for day in days) <= LONGEST_DAY
    assert all(day.end == after.start for day, after in pairwise(days))


def test_the_longest_day_is_one() -> None:
    day = day_of(from_iso("2010-03-05T00:00:00Z"), zone=ZoneInfo("Antarctica/Casey"))
    assert day.end - day.start == LONGEST_DAY
