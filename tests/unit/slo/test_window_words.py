from __future__ import annotations

import pytest

from probe.model.maintenance import MaintenanceWindow, Once, Recurring, Schedule, Scope
from probe.model.units import HOUR, Micros, from_iso
from probe.slo.window_words import schedule_words, scope_words

NOVEMBER = from_iso("2026-11-01T00:00:00Z")


def told(schedule: Schedule, *, since: Micros | None = None, until: Micros | None = None) -> str:
    window = MaintenanceWindow(name="w", scope=Scope(), schedule=schedule, since=since, until=until)
    return schedule_words(window)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (Recurring(zone="UTC", times=((120, 240),)), "every day 02:00-04:00 UTC"),
        (Recurring(zone="Europe/Berlin", times=((1380, 120), (720, 1440))), "every day 23:00-02:00, 12:00-24:00 Europe/Berlin"),
        (Recurring(zone="UTC", weekdays=frozenset({6, 0})), "mon, sun UTC"),
        (Recurring(zone="UTC", weekdays=frozenset(range(5))), "mon:fri UTC"),
        (Recurring(zone="UTC", weekdays=frozenset({0, 2, 3, 4})), "mon, wed:fri UTC"),
        (Recurring(zone="UTC", days_of_month=((1, 1), (-3, -1))), "day 1, -3:-1 UTC"),
        (Recurring(zone="UTC", months=frozenset({12, 1, 2}), years=((2026, 2028),)), "jan, feb, dec 2026:2028 UTC"),
    ],
)  # fmt: skip
def test_days_and_times_are_told_as_they_are_written(rule: Recurring, words: str) -> None:
    assert told((rule,)) == words


def test_of_several_rules_each_is_told_and_when_they_count() -> None:
    rules = (Recurring(zone="UTC", weekdays=frozenset({5})), Recurring(zone="UTC", times=((0, 60),)))
    assert told(rules, since=NOVEMBER, until=NOVEMBER + HOUR) == (
        "sat UTC; every day 00:00-01:00 UTC, from 2026-11-01T00:00:00Z, up to 2026-11-01T01:00:00Z"
    )


def test_what_comes_once_is_told_by_its_ends() -> None:
    once = Once(start=NOVEMBER, end=NOVEMBER + HOUR)
    assert told(once) == "2026-11-01T00:00:00Z to 2026-11-01T01:00:00Z"
    assert told(once, until=NOVEMBER + 60_000_000) == f"{told(once)}, up to 2026-11-01T00:01:00Z"
    assert told(Once(start=NOVEMBER, end=None)) == "from 2026-11-01T00:00:00Z on"


def test_a_scope_says_what_a_check_must_be() -> None:
    assert scope_words(Scope()) == "all checks"
    assert scope_words(Scope(checks=("a/b",), apis=("a", "c"), labels=(("team", "x"),))) == (
        "check a/b, API a, API c, team=x"
    )
