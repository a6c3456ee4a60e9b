from __future__ import annotations

from pathlib import Path

import pytest

from probe.config.load import load, loads
from probe.model.maintenance import MaintenanceWindow, Once, Recurring, Schedule, Scope
from probe.model.settings import Settings
from probe.model.units import from_iso
from probe.slo.maintenance import periods
from probe.slo.periods import Period

FILE = Path(__file__).parents[2] / "configs" / "good" / "service-levels.yaml"
WINDOWS = {window.name: window for window in load(FILE, environment={}).maintenance}


def read(window: str, *, timezone: str = "UTC", checks: int = 1) -> Settings:
    lines = "".join(f"      c{number}: {{get: /}}\n" for number in range(checks))
    text = (
        f"version: 1\ntimezone: {timezone}\nmaintenance: [{window}]\n"
        f"apis:\n  shop:\n    base_url: https://shop.example.com\n    labels: {{team: a}}\n    checks:\n{lines}"
    )
    return loads(text.encode(), file="checks.yaml", environment={}, folder=FILE.parent)


@pytest.mark.parametrize(
    ("name", "scope"),
    [
        ("everything", Scope()),
        ("deploy", Scope(apis=("orders",))),
        ("nights", Scope(checks=("orders/list", "catalog/stock"))),
        ("accounts", Scope(labels=(("team", "commerce"), ("tier", "gold")))),
        ("move", Scope(apis=("orders", "catalog"))),
        ("from-alertmanager", Scope(apis=("orders",), labels=(("tier", "gold"),))),
    ],
)
def test_on_says_which_checks_are_meant(name: str, scope: Scope) -> None:
    assert WINDOWS[name].scope == scope


@pytest.mark.parametrize(
    ("name", "schedule"),
    [
        ("everything", Once(start=from_iso("2026-03-28T23:00:00Z"), end=from_iso("2026-03-29T22:00:00Z"))),
        ("move", Once(start=from_iso("2026-12-01T19:00:00Z"), end=from_iso("2026-12-01T23:00:00Z"))),
        ("deploy", (Recurring(zone="Europe/Berlin", times=((120, 240),), weekdays=frozenset({2, 3, 6})),)),
        ("nights", (Recurring(zone="Europe/Berlin", times=((1380, 120), (720, 750))),)),
        ("accounts", (Recurring(zone="America/New_York", days_of_month=((1, 1), (-1, -1))),)),
        (
            "from-alertmanager",
            (
                Recurring(
                    zone="Australia/Sydney",
                    times=((540, 1020), (1320, 1440)),
                    weekdays=frozenset({0, 1, 2, 3, 4, 6}),
                    days_of_month=((1, 5), (-3, -1)),
                    months=frozenset({1, 2, 3, 4, 12}),
                    years=((2026, 2027), (2030, 2030)),
                ),
                Recurring(zone="UTC", days_of_month=((15, 15),)),
            ),
        ),
    ],
)
def test_each_way_to_say_when_is_a_schedule(name: str, schedule: Schedule) -> None:
    assert WINDOWS[name] == MaintenanceWindow(name=name, scope=WINDOWS[name].scope, schedule=schedule)


def test_what_was_read_can_be_worked_out() -> None:
    window = read("{name: a, on: all, daily: {times: '02:30-03:30'}}", timezone="Europe/Berlin").maintenance[0]
    spring = periods(window, start=from_iso("2026-03-29T00:00:00Z"), end=from_iso("2026-03-29T12:00:00Z"))
    assert spring == (Period(from_iso("2026-03-29T01:00:00Z"), from_iso("2026-03-29T01:30:00Z")),)


def test_times_and_days_may_be_one_or_several() -> None:
    one = read("{name: a, on: {api: shop}, weekly: {days: sun, times: '02:00-04:00'}}")
    several = read("{name: a, on: {api: [shop]}, weekly: {days: [sun], times: ['02:00-04:00']}}")
    assert one.maintenance == several.maintenance


def test_without_times_it_is_the_whole_day() -> None:
    found = read("{name: a, on: all, weekly: {days: sat:sun}}").maintenance[0]
    assert found.schedule == (Recurring(zone="UTC", weekdays=frozenset({5, 6})),)


def test_a_window_that_fits_a_check_is_not_warned_of() -> None:
    assert read("{name: a, on: {labels: {team: a}}, from: 2026-12-01, to: 2026-12-02}").warnings == ()


def test_a_window_that_fits_none_of_what_it_names_is_warned_of() -> None:
    (warning,) = read("{name: a, on: {api: shop, labels: {team: b}}, from: 2026-12-01, to: 2026-12-02}").warnings
    assert warning.startswith("checks.yaml:3:25: maintenance[0].on: warning: fits no check")
