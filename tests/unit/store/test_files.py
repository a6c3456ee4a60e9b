from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from probe.store.files import Files


def test_companions_that_go_with_another_process_that_closes_last_are_no_loss(tmp_path: Path) -> None:
    file = tmp_path / "probe.db"
    with closing(sqlite3.connect(file)) as other:
        other.execute("PRAGMA journal_mode = WAL")
        other.execute("CREATE TABLE results (id)")
        assert (tmp_path / "probe.db-wal").exists()
        files = Files.of(file)
    assert not (tmp_path / "probe.db-wal").exists()
    assert files.change() is None


def test_from_the_first_transaction_on_they_are_missed(tmp_path: Path) -> None:
    file = tmp_path / "probe.db"
    with closing(sqlite3.connect(file)) as ours:
        ours.execute("PRAGMA journal_mode = WAL")
        files = Files.of(file)
        ours.execute("CREATE TABLE results (id)")
        files.note()
        assert files.change() is None
        (tmp_path / "probe.db-wal").unlink()
        assert files.change() == f"{tmp_path}/probe.db-wal was deleted while it was in use"
