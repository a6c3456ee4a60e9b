"""What is wrong in a store is found and named, and nothing is found in a sound one."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from probe.model.errors import StoreTooOld, StoreUnreachable
from probe.model.result import Transcript
from probe.model.sensitive import Sensitive
from probe.model.settings import Retention
from probe.model.units import DAY, HOUR, MINUTE
from probe.store import Store, check_store, open_store
from tests.contract.test_store import T0, a_check, down, up
from tests.contract.test_store_opening import engine_of
from tests.contract.test_store_upgrade import make_store

NOW: Final = T0 + 3 * DAY + 20 * MINUTE
TOLD: Final = Transcript(body="no")


@pytest.fixture
def store(store: Store) -> Store:
    """Three days of a result every ten minutes, rolled up."""
    store.register([a_check()])
    store.prepare_days(NOW)
    slots = range(T0, NOW, 10 * MINUTE)
    store.record([replace(up(), scheduled_at=slot, definition="aaaa") for slot in slots if slot % HOUR])
    store.record([replace(down(), scheduled_at=slot, transcript=TOLD) for slot in slots if slot % HOUR == 0])
    roll_up(store)
    return store


def roll_up(store: Store, now: int = NOW) -> None:
    while not store.roll_up("default", now=now, zone=ZoneInfo("Europe/Berlin"), limit=500):
        pass


def faults(url: Sensitive, now: int = NOW) -> list[str]:
    return [f"{fault.where}: {fault.what}" for fault in check_store(url, now=now, progress=lambda *_: None)]


def test_a_sound_store_has_no_faults(url: Sensitive, store: Store) -> None:
    told: list[tuple[int, int]] = []
    assert check_store(url, now=NOW, progress=lambda done, total: told.append((done, total))) == []
    assert told[-1] == (1, 1)


def test_what_is_purged_late_or_not_rolled_up_yet_is_no_fault(url: Sensitive, store: Store) -> None:
    store.record([up(-5_000, location="never-rolled-up")])
    for _ in store.purge(Retention(raw=2 * DAY, hour=2 * DAY, evidence=None), now=NOW):
        assert faults(url) == []
    store.record([replace(up(), scheduled_at=T0 + 7 * MINUTE), replace(up(), scheduled_at=NOW - HOUR - MINUTE)])
    assert faults(url) == []
    roll_up(store, NOW + HOUR)
    assert faults(url) == []


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        ("DELETE FROM results WHERE failure IS NOT NULL", [
            "orders/list: rows of evidence without their result: 72",
            "orders/list: hours that are not what their results come to: 72",
        ]),
        ("DELETE FROM evidence", ["orders/list: transcripts without their evidence: 73"]),
        ("UPDATE hours SET up = up + 1 WHERE starts_at = (SELECT min(starts_at) FROM hours)", [
            "orders/list: hours that are not what their results come to: 1",
            "orders/list: days that are not what their hours come to: 1",
        ]),
        ("UPDATE days SET bytes_sent = 0", ["orders/list: days that are not what their hours come to: 2"]),
        ("INSERT INTO checks (id, key) VALUES (99, 'any/other'); UPDATE definitions SET check_id = 99", [
            "orders/list: results that were measured by another check's definition: 434",
        ]),
        ("UPDATE results SET scheduled_at = scheduled_at + 864000000000 WHERE scheduled_at = (SELECT max(scheduled_at) FROM results)", [
            "orders/list: results of slots more than a day ahead: 1",
        ]),
    ],
)  # fmt: skip
def test_rows_that_break_what_must_hold_are_counted(
    url: Sensitive, store: Store, damage: str, found: list[str]
) -> None:
    if "scheduled_at + " in damage:
        store.prepare_days(NOW + 10 * DAY)
    with engine_of(url).begin() as connection:
        for statement in damage.split("; "):
            connection.execute(text(statement))
    assert faults(url) == found


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("ALTER TABLE results ADD COLUMN note TEXT", "results: the column note is none of probe's"),
        ("ALTER TABLE evidence DROP COLUMN address", "evidence: the column address is missing"),
        ("DROP TABLE stale", "stale: the table is missing"),
        ("CREATE INDEX mine ON evidence (state)", "evidence: the index mine is none of probe's"),
    ],
)
def test_a_schema_that_somebody_changed_is_told(url: Sensitive, store: Store, change: str, found: str) -> None:
    with engine_of(url).begin() as connection:
        connection.execute(text(change))
    assert faults(url) == [found]


def test_tables_of_others_are_left_alone(url: Sensitive, store: Store) -> None:
    with engine_of(url).begin() as connection:
        connection.execute(text("CREATE TABLE customers (id INTEGER)"))
    assert faults(url) == []


def test_rows_that_point_to_nothing_are_counted(url: Sensitive, store: Store) -> None:
    with engine_of(url).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET session_replication_role = replica"))
        connection.execute(text("UPDATE results SET location_id = 77 WHERE failure IS NOT NULL"))
    assert faults(url)[0] == "results: rows whose location_id is of no row in locations: 73"


def test_where_there_is_no_store_or_an_older_one_nothing_is_checked(url: Sensitive) -> None:
    with pytest.raises(StoreUnreachable, match="there is nothing to check"):
        faults(url)
    make_store(url, "0001")
    with pytest.raises(StoreTooOld, match="probe db upgrade"):
        faults(url)


def test_a_damaged_page_is_told(tmp_path: Path) -> None:
    file = tmp_path / "probe.db"
    url = Sensitive.plain(f"sqlite:///{file}")
    with open_store(url) as store:
        store.record([replace(up(), scheduled_at=T0 + n) for n in range(5_000)])
    with closing(sqlite3.connect(file)) as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'results'").fetchone()
    whole = bytearray(file.read_bytes())
    whole[(page + 8) * 4096 : (page + 8) * 4096 + 100] = b"\xff" * 100
    file.write_bytes(whole)
    found = faults(url)
    assert found
    assert all(fault.startswith("the file: ") for fault in found)


@pytest.mark.postgres
def test_a_constraint_that_is_gone_is_told(database: Sensitive, opened: Callable[[], Store]) -> None:
    open_store(database).close()
    for table, name in (("results", "ck_results_state"), ("evidence", "fk_evidence_check_id"), ("checks", "uq_checks")):
        with engine_of(database).begin() as connection:
            connection.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT {name}"))
    assert set(faults(database)) == {
        "results: the constraint ck_results_state is missing",
        "evidence: the constraint fk_evidence_check_id is missing",
        "checks: the constraint uq_checks is missing",
    }


@pytest.mark.postgres
def test_a_day_that_was_not_made_in_time_is_told_where_somebody_measures(database: Sensitive) -> None:
    with open_store(database) as store:
        store.record([replace(up(), scheduled_at=NOW - MINUTE)])
    assert faults(database) == ["results: tomorrow has no partition"]
    assert faults(database, NOW + 2 * HOUR) == []
