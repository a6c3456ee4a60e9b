"""Connections: how each dialect is set up, and how a transaction that writes begins."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator
from contextlib import contextmanager, nullcontext, suppress
from functools import partial
from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from typing import Final, cast

from sqlalchemy import Connection, Dialect, Engine, Insert, Table, create_engine, event, func
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DisconnectionError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from probe.store.address import Address
from probe.store.deadline import Line, deadline
from probe.store.files import Identity, identity

BUSY_SECONDS: Final = 5
"""How long to wait for another process's lock, or for a server to answer at first."""

_IDLE_SECONDS: Final = 60
"""After which a server ends a transaction that its client has left open."""

_CACHE_KIBIBYTES: Final = 32 << 10
_WAL_PAGES: Final = 8_000
"""Of 4 KiB, so 32 MB."""

_BEGIN: Final = "probe_begin"
_FILE: Final = "probe_file"
_PATIENCE: Final = "probe_patience"
_SERVER_DEFAULTS: Final[dict[str, str | int]] = {
    "application_name": "probe",
    "connect_timeout": BUSY_SECONDS,
    # A host that is gone is noticed within some 25 s also while nothing is sent.
    "tcp_user_timeout": 2 * BUSY_SECONDS * 1000,
    "keepalives_idle": 2 * BUSY_SECONDS,
    "keepalives_interval": BUSY_SECONDS,
    "keepalives_count": 3,
}


def make_engine(address: Address, *, patience: int = BUSY_SECONDS) -> Engine:
    """An engine that has connected to nothing yet.

    Args:
        address: of the store.
        patience: seconds that its transactions wait for another process's lock.

    Raises:
        ImportError: the driver isn't installed.
    """
    engine = _sqlite_engine(address, patience) if address.file else _postgresql_engine(address)
    return engine.execution_options(**{_PATIENCE: patience})


def is_sqlite(source: Engine | Connection) -> bool:
    """Which of the two dialects it is."""
    return source.dialect.name == "sqlite"


@contextmanager
def writing(engine: Engine, *, within: int | None = None) -> Iterator[Connection]:
    """A transaction that means to write: committed at the end, rolled back whole by any exception.

    Args:
        engine: of the store.
        within: seconds that a server may take for all of it; after that it fails.
    """
    # A writer takes SQLite's lock at once: one that is promoted later can fail without having waited.
    with _connect(engine, "BEGIN IMMEDIATE") as connection:
        if is_sqlite(engine):
            with connection.begin():
                yield connection
        else:
            patience = connection.get_execution_options()[_PATIENCE]
            with _deadline(connection, within), connection.begin():
                connection.exec_driver_sql(_terms(patience, within))
                yield connection


def _terms(patience: int, within: int | None) -> str:
    """How the server is to treat a transaction that writes: it doesn't outlive its client, and a commit is on the disk."""
    terms = {
        "lock_timeout": f"'{patience}s'",
        "statement_timeout": f"'{within or 0}s'",
        "idle_in_transaction_session_timeout": f"'{_IDLE_SECONDS}s'",
        "synchronous_commit": "replace(current_setting('synchronous_commit'), 'off', 'on')",
    }
    return "SELECT " + ", ".join(f"set_config('{name}', {value}, true)" for name, value in terms.items())


@contextmanager
def _deadline(connection: Connection, within: int | None) -> Iterator[None]:
    """A little later than the server's own, which leaves the connection whole."""
    line = connection.connection.driver_connection
    with deadline(cast(Line, line), within + BUSY_SECONDS) if within else nullcontext():
        yield


def as_of_one_moment(connection: Connection) -> Connection:
    """Has all that is read on it agree. A transaction of SQLite does anyway."""
    return connection if is_sqlite(connection) else connection.execution_options(isolation_level="REPEATABLE READ")


def use_write_ahead_log(engine: Engine) -> None:
    """Lets others read an SQLite store while it is written; the file remembers it."""
    with _connect(engine, begin="") as connection:
        connection.exec_driver_sql("PRAGMA journal_mode = WAL")


def let_go(engine: Engine, file: Identity | None) -> None:
    """Closes every connection to an SQLite file that was moved away or deleted, with all that was committed inside it."""
    with suppress(SQLAlchemyError), _connect(engine, begin="") as connection:
        if connection.info.get(_FILE) == file:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()


def insert_new(source: Engine | Connection, table: Table) -> Insert:
    """An INSERT that leaves alone what is there already."""
    if is_sqlite(source):
        return sqlite.insert(table).on_conflict_do_nothing()
    return postgresql.insert(table).on_conflict_do_nothing()


def put(source: Engine | Connection, table: Table, *, kept: Collection[str] = (), newer: str | None = None) -> Insert:
    """An INSERT that replaces what is there by the same primary key.

    Args:
        source: whose dialect it is.
        table: into which.
        kept: columns that keep a value that they have.
        newer: a column of which what is there must not have a greater value.
    """
    statement = sqlite.insert(table) if is_sqlite(source) else postgresql.insert(table)
    given = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=list(table.primary_key.columns),
        set_={
            column.name: func.coalesce(column, given[column.name]) if column.name in kept else given[column.name]
            for column in table.columns
            if not column.primary_key
        },
        where=None if newer is None else given[newer] >= table.c[newer],
    )


def _postgresql_engine(address: Address) -> Engine:
    chosen = address.url.query
    defaults = {key: value for key, value in _SERVER_DEFAULTS.items() if key not in chosen}
    engine = create_engine(address.url, connect_args=defaults, hide_parameters=True)
    event.listen(engine, "checkout", partial(_ping, engine.dialect))
    return engine


def _ping(dialect: Dialect, connection: DBAPIConnection, _entry: ConnectionPoolEntry, _: PoolProxiedConnection) -> None:
    """Before it is used, has a connection that is dead replaced. The pool's own ping would wait for ever."""
    try:
        with deadline(cast(Line, connection), BUSY_SECONDS):
            dialect.do_ping(connection)
    except dialect.loaded_dbapi.Error as error:
        raise DisconnectionError from error


def _sqlite_engine(address: Address, patience: int) -> Engine:
    engine = create_engine(address.url, creator=lambda: _open_file(address, patience), hide_parameters=True)
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "connect", lambda _, entry: entry.info.update({_FILE: identity(str(address.file))}))
    event.listen(engine, "begin", _begin)
    return engine


def _open_file(address: Address, patience: int) -> SqliteConnection:
    """A connection to the file if it is there: SQLite itself would make an empty one, and a store isn't made in passing."""
    return sqlite3.connect(
        f"{Path(address.url.database or '').absolute().as_uri()}?mode=rw",
        uri=True,
        timeout=patience,
        isolation_level=None,  # the driver's own transactions begin too late to read and write in one: `_begin` opens ours
        check_same_thread=False,  # the pool sees to it
    )


def _set_up(connection: SqliteConnection, _entry: ConnectionPoolEntry) -> None:
    # Not journal_mode: it is written into the file, which may turn out to be somebody else's.
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    # Each check writes to a page of its own. They stay in memory, and go into the file once instead of with each commit.
    connection.execute(f"PRAGMA cache_size = {-_CACHE_KIBIBYTES}")
    connection.execute(f"PRAGMA wal_autocheckpoint = {_WAL_PAGES}")


def _connect(engine: Engine, begin: str) -> Connection:
    return engine.connect().execution_options(**{_BEGIN: begin})


def _begin(connection: Connection) -> None:
    if statement := connection.get_execution_options().get(_BEGIN, "BEGIN"):
        connection.exec_driver_sql(statement)
