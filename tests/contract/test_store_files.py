"""An SQLite store whose file is deleted or replaced while it is open: nothing goes where nobody will find it."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import event

from probe.model.errors import StoreUnreachable
from probe.model.sensitive import Sensitive
from probe.store import Recorded, Store, open_store, schema
from probe.store.address import parse_address
from probe.store.engine import make_engine, writing
from probe.store.tables import results
from tests.contract.test_store import a_check, down, rows, stored, up


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "a store #.db"


@pytest.fixture
def store(file: Path) -> Iterator[Store]:
    with open_store(at(file)) as store:
        store.register([a_check()])
        store.record([up(0)])
        yield store


def at(file: Path) -> Sensitive:
    return Sensitive.plain(f"sqlite:///{file}")


def remove(file: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        Path(f"{file}{suffix}").unlink()


def copy(file: Path, to: Path) -> None:
    """As a backup has it: whole, and without a write-ahead log."""
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(to)) as target:
        source.backup(target)
        target.execute("PRAGMA journal_mode = DELETE")


def refusal(store: Store) -> str:
    with pytest.raises(StoreUnreachable) as refused:
        store.record([up(1)])
    return str(refused.value)


def test_a_file_that_was_deleted_takes_no_more_results_and_is_not_made_again(store: Store, file: Path) -> None:
    remove(file)
    assert "was deleted while it was in use" in refusal(store)
    for _ in range(2):
        assert "its file was deleted; put it back, or restart probe to begin a new one" in refusal(store)
        with pytest.raises(StoreUnreachable):
            store.simulated_until()
        assert not file.exists()


def test_a_file_that_is_put_back_is_gone_on_with(store: Store, file: Path, tmp_path: Path) -> None:
    copy(file, tmp_path / "backup")
    remove(file)
    refusal(store)
    (tmp_path / "backup").rename(file)
    assert store.record([up(0), up(1)]) == Recorded(stored=1, duplicates=1)
    assert len(stored(store)) == 2
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_file_that_is_put_back_is_gone_on_with_by_all_who_had_it_open(
    store: Store, file: Path, tmp_path: Path
) -> None:
    with open_store(at(file)) as other:
        other.record([up(1)])
        for suffix in ("", "-wal", "-shm"):
            Path(f"{file}{suffix}").rename(tmp_path / f"away{suffix}")
        assert "was deleted while it was in use" in refusal(store)
        assert "was deleted while it was in use" in refusal(other)
        for suffix in ("", "-wal", "-shm"):
            Path(f"{tmp_path / 'away'}{suffix}").rename(f"{file}{suffix}")
        assert store.record([up(2)]) == Recorded(stored=1, duplicates=0)
        assert other.record([up(3)]) == Recorded(stored=1, duplicates=0)  # its companions are in use: they stay
        assert len(stored(store)) == len(stored(other)) == 4


def test_who_only_reads_goes_on_with_the_file_that_took_its_place_too(store: Store, file: Path, tmp_path: Path) -> None:
    with open_store(at(tmp_path / "other")) as other:
        other.record([up(0), up(1), up(2)])
    with open_store(at(file)) as reader:
        assert len(stored(reader)) == 1
        remove(file)
        (tmp_path / "other").rename(file)
        with pytest.raises(StoreUnreachable):
            reader.look_after_files()
        reader.look_after_files()
        assert len(stored(reader)) == 3


def test_another_store_in_its_place_is_filled_by_keys_of_its_own(store: Store, file: Path, tmp_path: Path) -> None:
    with open_store(at(tmp_path / "other")) as other:
        other.record([up(check="any/other"), up(check="still/another", location="elsewhere")])
    remove(file)
    (tmp_path / "other").rename(file)
    assert "was replaced while it was in use" in refusal(store)
    assert store.record([up(1), down(2)]) == Recorded(stored=2, duplicates=0)
    assert [len(stored(store, check)) for check in ("orders/list", "any/other", "still/another")] == [2, 1, 1]
    assert {row["definition_id"] for row in rows(store, results)} == {None, 1}


def test_a_file_that_was_moved_away_has_all_that_was_committed(store: Store, file: Path, tmp_path: Path) -> None:
    with open_store(at(tmp_path / "other")) as other:
        other.record([up(check="any/other")])
    file.rename(tmp_path / "away")
    (tmp_path / "other").rename(file)  # beside it lies the write-ahead log of the one before
    refusal(store)
    assert store.record([up(1)]) == Recorded(stored=1, duplicates=0)
    with open_store(at(tmp_path / "away"), create=False) as away:
        assert len(stored(away)) == 1
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("SELECT key FROM checks").fetchall() == [("any/other",), ("orders/list",)]


def test_a_log_that_is_still_needed_is_not_taken_for_the_next_files(store: Store, file: Path, tmp_path: Path) -> None:
    copy(file, tmp_path / "backup")
    reader = store.records("orders/list", start=0, end=1 << 60)
    assert isinstance(reader, Generator)
    next(reader)  # as long as somebody reads what was there before, its log can't be emptied
    readers = store._engine.pool
    store.record([up(1)])
    with store._engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 50")
    (tmp_path / "backup").replace(file)
    refusal(store)
    assert "-wal belongs to the file that was there before; remove it" in refusal(store)
    reader.close()
    readers.dispose()
    Path(f"{file}-wal").unlink()
    assert store.record([up(1)]) == Recorded(stored=1, duplicates=0)


def test_a_commit_into_a_file_that_vanished_meanwhile_does_not_count(store: Store, file: Path, tmp_path: Path) -> None:
    copy(file, tmp_path / "backup")

    @event.listens_for(store._engine, "commit", once=True)
    def vanish(_: object) -> None:
        (tmp_path / "backup").replace(file)

    assert "was replaced" in refusal(store)
    assert store.record([up(1)]) == Recorded(stored=1, duplicates=0)


@pytest.mark.parametrize("suffix", ["-wal", "-shm"])
def test_a_companion_that_was_deleted_costs_a_try_and_no_result(store: Store, file: Path, suffix: str) -> None:
    Path(f"{file}{suffix}").unlink()
    assert f"{suffix} was deleted" in refusal(store)
    assert store.record([up(0), up(1)]) == Recorded(stored=1, duplicates=1)
    with open_store(at(file)) as again:
        assert len(stored(again)) == 2


@pytest.mark.parametrize("what", ["an older store", "somebody else's", "no database", "a directory"])
def test_what_can_not_take_its_place_is_left_alone_until_something_can(
    store: Store, file: Path, tmp_path: Path, what: str
) -> None:
    copy(file, tmp_path / "backup")
    remove(file)
    make(what, file)
    for _ in range(2):
        refusal(store)
    shutil.rmtree(file) if file.is_dir() else file.unlink()
    (tmp_path / "backup").rename(file)
    assert store.record([up(1)]) == Recorded(stored=1, duplicates=0)


def make(what: str, file: Path) -> None:
    if what == "a directory":
        file.mkdir()
    elif what == "no database":
        file.write_text("shopping list\n" * 1_000)
    elif what == "somebody else's":
        with closing(sqlite3.connect(file)) as connection, connection:
            connection.execute("CREATE TABLE customers (id INTEGER)")
    else:
        file.touch()
        engine = make_engine(parse_address(at(file)))
        with writing(engine) as older:
            schema.upgrade_to(older, "0001")
        engine.dispose()


def test_others_that_open_and_close_it_change_nothing(store: Store, file: Path) -> None:
    with open_store(at(file)) as other:
        other.record([up(1)])
    assert store.record([up(2)]) == Recorded(stored=1, duplicates=0)
    with closing(sqlite3.connect(file)) as other_connection:
        other_connection.execute("VACUUM")
    assert store.record([up(3)]) == Recorded(stored=1, duplicates=0)
