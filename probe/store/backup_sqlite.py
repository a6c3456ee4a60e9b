"""An SQLite store into another file, by SQLite's own backup."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final

from probe.model.errors import ConfigurationError, StoreError
from probe.store.address import Address
from probe.store.engine import make_engine

PAGES: Final = 1_000
"""Copied at once: some 4 MB."""


def back_up(address: Address, copy: Path, progress: Callable[[int, int], None]) -> None:
    """Copies the store as of one moment, page by page, and looks the copy through.

    Raises:
        ConfigurationError: the copy can't be written.
        StoreError: it is damaged, and so the store is.
    """
    engine = make_engine(address)
    try:
        with engine.connect() as source, closing(sqlite3.connect(copy, isolation_level=None)) as target:
            # A transaction that reads: the daemon writes on meanwhile, and nothing of that has the backup begin anew.
            source.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar()
            _copy(source.connection.dbapi_connection, target, copy, progress)
    finally:
        engine.dispose()


def _copy(source: object, target: sqlite3.Connection, copy: Path, progress: Callable[[int, int], None]) -> None:
    if not isinstance(source, sqlite3.Connection):
        raise TypeError(source)
    try:
        source.backup(target, pages=PAGES, progress=lambda _, left, total: progress(total - left, total), sleep=0)
        # In one file, that can be read where nothing can be written; the daemon sets it back when it opens it.
        target.execute("PRAGMA journal_mode = DELETE")
        found = [text for (text,) in target.execute("PRAGMA integrity_check(1)")]
    except sqlite3.DatabaseError as error:
        if "disk" in str(error) or "full" in str(error) or "readonly" in str(error):
            raise ConfigurationError(f"{copy.parent} can't be written: {error}; free some disk space") from None
        raise StoreError(f"the copy can't be made: {error}; look at the store with `probe db check`") from None
    if found != ["ok"]:
        raise StoreError(f"the copy is damaged: {found[0]}; look at the store with `probe db check`")
