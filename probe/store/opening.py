"""When a store may be opened: an empty place becomes one, an older one waits for `probe db upgrade`, a newer one is refused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Engine

from probe.model.errors import StoreError, StoreTooOld, StoreUnreachable
from probe.model.sensitive import Sensitive
from probe.store import schema
from probe.store.address import Address, parse_address
from probe.store.engine import BUSY_SECONDS, make_engine, use_write_ahead_log
from probe.store.faults import translated, unreachable

MIGRATION_PATIENCE: Final = 600
"""Seconds to wait for another process that upgrades a large store."""


def open_engine(address: Address, *, create: bool) -> Engine:
    """An engine on a store whose schema is ours; with `create`, an empty database or a missing file becomes one.

    Raises:
        StoreUnreachable: it isn't there, may not be used, or belongs to something else.
        StoreTooOld, StoreTooNew: another version of probe wrote it.
    """
    with translated(address):
        _find_file(address, create=create)
        engine = _engine(address)
        try:
            _prepare(engine, address, create=create)
        except BaseException:
            engine.dispose()
            raise
    return engine


def reopened_engine(address: Address) -> Engine:
    """The same for a file that took the place of the one before, while the daemon runs.

    Raises:
        StoreUnreachable: it is none that can be used now; another one may be there at the next try.
    """
    try:
        engine = open_engine(address, create=False)
    except StoreError as error:
        raise StoreUnreachable(str(error)) from None
    use_write_ahead_log(engine)  # a backup has another journal
    return engine


def revision_of(url: Sensitive) -> str | None:
    """The revision of a store's schema, `None` where there is no store yet.

    Raises:
        StoreUnreachable: it may not be used, or belongs to something else.
        StoreTooNew: a later version of probe wrote it.
        ConfigurationError: the URL names no store.
    """
    address = parse_address(url)
    with translated(address):
        if not _is_there(address):
            return None
        with engine_for(address) as engine:
            return _revision(engine, address)


def upgrade_store(url: Sensitive) -> str | None:
    """Brings a store's schema to `HEAD` in one transaction, all of it or nothing; the revision that it had before.

    Where there is no store yet, one is made. Raises what `revision_of` raises.
    """
    address = parse_address(url)
    with translated(address):
        _find_file(address, create=True)
        with engine_for(address) as engine:
            before = _revision(engine, address)
        return before if before == schema.HEAD else _migrate(address)


@contextmanager
def engine_for(address: Address, *, patience: int = BUSY_SECONDS) -> Iterator[Engine]:
    """An engine for one errand, whatever the schema is."""
    engine = _engine(address, patience)
    try:
        yield engine
    finally:
        engine.dispose()


def _prepare(engine: Engine, address: Address, *, create: bool) -> None:
    revision = _revision(engine, address)
    if revision is None and not create:
        raise _absent(address)
    if revision is None:
        _migrate(address)
        engine.dispose()  # a connection of before goes on to believe in the file's old journal
    elif revision != schema.HEAD:
        raise StoreTooOld(
            f"store {address.name} was made by an earlier version of probe (schema {revision}, this version needs "
            f"{schema.HEAD}); bring it up to date with `probe db upgrade -c FILE`"
        )
    elif create:
        with engine.connect() as connection:
            schema.demand_rights(connection, address)


def _revision(engine: Engine, address: Address) -> str | None:
    with engine.connect() as connection:
        return schema.recognise(connection, address)


def _migrate(address: Address) -> str | None:
    with engine_for(address, patience=MIGRATION_PATIENCE) as engine:
        return schema.migrate(engine, address)


def _engine(address: Address, patience: int = BUSY_SECONDS) -> Engine:
    try:
        return make_engine(address, patience=patience)
    except ImportError:
        raise StoreUnreachable(
            f"store {address.name} needs a driver that isn't installed: pip install 'psycopg[binary]'"
        ) from None


def _find_file(address: Address, *, create: bool) -> None:
    """An SQLite store's file, made for its owner alone: SQLite itself would let others read it."""
    if _is_there(address):
        return
    if not create:
        raise _absent(address)
    if address.file:
        with _as_unreachable(address):
            address.file.touch(mode=0o600)


def _is_there(address: Address) -> bool:
    """Whether a file is where it should be; of a server, that is seen when it is asked."""
    file = address.file
    if file is None:
        return True
    with _as_unreachable(address):
        if file.is_dir():
            raise unreachable(address, "it is a directory", "name a file in it")
        if not file.parent.is_dir():
            raise unreachable(address, "its directory does not exist", "create that first")
        return file.exists()


@contextmanager
def _as_unreachable(address: Address) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise unreachable(address, why, "name another file, or grant the rights") from None


def _absent(address: Address) -> StoreUnreachable:
    return StoreUnreachable(f"no store at {address.name}: run `probe run` first")
