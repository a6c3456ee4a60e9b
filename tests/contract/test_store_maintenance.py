"""What is said about maintenance is kept, and nothing of it is ever deleted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import update

from probe.model.errors import StoreError
from probe.model.maintenance import MaintenanceWindow, Once, Recurring, Schedule, Scope
from probe.model.sensitive import Sensitive
from probe.model.units import HOUR
from probe.store import Store, check_store
from probe.store.tables import maintenance, maintenance_log
from tests.contract.test_store import T0
from tests.contract.test_store_opening import engine_of

SCOPE = Scope(checks=("shop/list", "shop/home"), apis=("shop",), labels=(("team", "a“b"), ("tier", "1")))
ONCE = Once(start=T0, end=T0 + HOUR)
OPEN = Once(start=T0, end=None)
RULES = (
    Recurring(
        zone="Europe/Berlin",
        times=((1380, 120), (0, 1440)),
        weekdays=frozenset({6, 0}),
        days_of_month=((-3, -1), (1, 1)),
        months=frozenset({12, 1}),
        years=((2026, 2028),),
    ),
    Recurring(zone="UTC"),
)


def window(schedule: Schedule = ONCE, *, name: str = "deploy", scope: Scope = SCOPE) -> MaintenanceWindow:
    return MaintenanceWindow(name=name, scope=scope, schedule=schedule)


def declare(store: Store, of: MaintenanceWindow) -> MaintenanceWindow:
    return store.maintenance.declare(of, author="alice", now=T0)


@pytest.mark.parametrize("schedule", [ONCE, OPEN, RULES])
def test_a_window_comes_back_as_it_was_declared(store: Store, opened: Callable[[], Store], schedule: Schedule) -> None:
    declared = replace(window(schedule), since=T0, until=T0 + 9 * HOUR)
    assert declare(store, declared) == replace(declared, id="m1")
    (found,) = opened().maintenance.windows()
    scope = Scope(checks=("shop/home", "shop/list"), apis=("shop",), labels=SCOPE.labels)
    assert replace(found, schedule=schedule) == replace(declared, id="m1", scope=scope)
    assert isinstance(found.schedule, Once) or [set(rule.times) for rule in found.schedule] == [
        set(rule.times) for rule in RULES
    ]


def test_each_has_an_id_of_its_own(store: Store) -> None:
    assert [declare(store, window()).id for _ in range(3)] == ["m1", "m2", "m3"]
    assert [each.id for each in store.maintenance.windows()] == ["m1", "m2", "m3"]


def test_an_open_window_is_ended_and_stays_known(store: Store) -> None:
    declared = declare(store, window(OPEN))
    ended = store.maintenance.end(declared, at=T0 + HOUR, author="bob", now=T0 + HOUR)
    assert ended == replace(declared, until=T0 + HOUR)
    (found,) = store.maintenance.windows()
    assert (found.schedule, found.until) == (OPEN, T0 + HOUR)


def test_what_has_ended_is_not_prolonged(store: Store) -> None:
    declared = declare(store, window(OPEN))
    assert store.maintenance.end(declared, at=T0 + HOUR, author="bob", now=T0 + HOUR)
    for at in (T0 + HOUR, T0 + 2 * HOUR):
        assert store.maintenance.end(declared, at=at, author="carol", now=at) is None
    assert store.maintenance.windows()[0].until == T0 + HOUR
    assert store.maintenance.end(declared, at=T0 + 1, author="carol", now=T0 + 3 * HOUR)
    assert store.maintenance.windows()[0].until == T0 + 1


def test_the_log_has_every_change_and_whether_it_reaches_back(store: Store) -> None:
    coming, running = (
        declare(store, window(Once(start=T0 + 1, end=None))),
        declare(store, window(RULES, name="nightly")),
    )
    afterwards = declare(store, window(Once(start=T0 - HOUR, end=T0)))
    store.maintenance.end(coming, at=T0, author="bob", now=T0)
    store.maintenance.end(running, at=T0 + HOUR, author="bob", now=T0 + 2 * HOUR)
    told = [
        (each.at, each.author, each.action.value, each.window.id, each.affects, each.is_afterwards)
        for each in store.maintenance.log()
    ]
    assert told == [
        (T0, "alice", "declared", "m1", T0 + 1, False),
        (T0, "alice", "declared", "m2", None, True),
        (T0, "alice", "declared", afterwards.id, T0 - HOUR, True),
        (T0, "bob", "withdrawn", "m1", T0, False),
        (T0 + 2 * HOUR, "bob", "ended", "m2", T0 + HOUR, True),
    ]


def test_changes_of_the_file_are_logged_once(store: Store, opened: Callable[[], Store]) -> None:
    def note(of: Store, *windows: MaintenanceWindow, location: str = "here") -> list[tuple[str, str]]:
        changes = of.maintenance.note_file(windows, location=location, author="checks.yaml", now=T0)
        return [(change.action, change.window.name) for change in changes]

    nightly, move = window(RULES, name="nightly"), window(ONCE, name="move")
    longer = replace(move, schedule=Once(start=T0, end=T0 + 2 * HOUR))
    assert note(store, nightly, move) == [("added", "move"), ("added", "nightly")]
    assert note(opened(), move, nightly) == []
    assert note(store, nightly, longer) == [("changed", "move")]
    assert note(store, longer, location="there") == [("added", "move")]
    assert note(store, longer) == [("removed", "nightly")]
    log = store.maintenance.log()
    assert [(change.action.value, change.location) for change in log] == [
        ("added", "here"),
        ("added", "here"),
        ("changed", "here"),
        ("added", "there"),
        ("removed", "here"),
    ]
    assert log[2].before
    assert (log[2].before.schedule, log[2].window.schedule) == (ONCE, longer.schedule)
    assert store.maintenance.windows() == ()


@pytest.mark.parametrize("name", ["", "x" * 201])
def test_a_name_has_1_to_200_characters(store: Store, name: str) -> None:
    with pytest.raises(StoreError, match="refused a row"):
        declare(store, window(name=name))
    with pytest.raises(StoreError, match="refused a row"):
        store.maintenance.declare(window(), author=name, now=T0)
    assert (store.maintenance.windows(), store.maintenance.log()) == ((), ())


def test_a_sound_store_has_windows_that_can_be_read(store: Store, url: Sensitive) -> None:
    def faults() -> list[tuple[str, str]]:
        return [(fault.where, fault.what) for fault in check_store(url, now=T0, progress=lambda *_: None)]

    declare(store, window(RULES))
    assert faults() == []
    with engine_of(url).begin() as connection:
        connection.execute(update(maintenance).values(content="{}"))
        connection.execute(update(maintenance_log).values(content="no JSON"))
    assert faults() == [
        ("maintenance", "rows that can't be read: 1"),
        ("maintenance_log", "rows that can't be read: 1"),
    ]
