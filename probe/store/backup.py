"""A copy of the whole store, consistent while others write, and looked through before it takes its name."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeAlias

from probe.model.errors import ConfigurationError, StoreUnreachable
from probe.model.sensitive import Sensitive
from probe.store import backup_postgresql, backup_sqlite
from probe.store.address import Address, parse_address
from probe.store.faults import translated
from probe.store.opening import revision_of

Progress: TypeAlias = Callable[[int, int], None]
"""Told how much is done, and of how much."""

_LEFT_BY_SQLITE: Final = ("-wal", "-journal")


def back_up_store(url: Sensitive, target: Path, *, replace: bool, progress: Progress) -> None:
    """Copies the store into a file that only its owner may read; the file is there whole, or not at all.

    1. It is copied under another name in the target's folder.
    2. The copy is looked through.
    3. It is on the disk, and takes the target's name.

    Args:
        url: of the store; an older one is copied as well.
        target: the file to make: an SQLite store, or an archive for `pg_restore`.
        replace: whether a file that is there already gives way.
        progress: told while it goes on; of PostgreSQL nothing is known.

    Raises:
        ConfigurationError: the target can't be written, or the programs for it are missing.
        StoreError: there is no store, or it can't be read, or the copy is damaged.
    """
    address = parse_address(url)
    if revision_of(url) is None:
        raise StoreUnreachable(f"no store at {address.name}: there is nothing to back up")
    _refuse_wrong_targets(address, target, replace=replace)
    with _written_aside(target) as copy:
        with translated(address):
            back_up = backup_sqlite.back_up if address.file else backup_postgresql.back_up
            back_up(address, copy, progress)
        _sync(copy)
        _name(copy, target, replace=replace)
    _sync(target.parent)


def _refuse_wrong_targets(address: Address, target: Path, *, replace: bool) -> None:
    if target.is_dir():
        raise ConfigurationError(f"{target} is a directory; name a file in it")
    if not target.parent.is_dir():
        raise ConfigurationError(f"{target}: its directory does not exist; create that first")
    if not target.exists():
        return
    if address.file and target.samefile(address.file):
        raise ConfigurationError(f"{target} is the store itself; name another file")
    if not replace:
        raise ConfigurationError(f"{target} exists; name another file, or replace it with --force")
    for suffix in _LEFT_BY_SQLITE:
        if Path(f"{target}{suffix}").exists():
            raise ConfigurationError(f"{target} is in use, for {target}{suffix} exists; name another file")


@contextmanager
def _written_aside(target: Path) -> Iterator[Path]:
    """A new file beside the target, of its owner alone; gone at the end, whatever happens."""
    try:
        number, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".partial", dir=target.parent)
        os.close(number)
        try:
            yield Path(name)
        finally:
            for suffix in ("", "-wal", "-shm", "-journal"):
                Path(f"{name}{suffix}").unlink(missing_ok=True)
    except OSError as error:
        raise ConfigurationError(f"{target} can't be written: {error.strerror or error}") from None


def _name(copy: Path, target: Path, *, replace: bool) -> None:
    """A file that came there meanwhile is not replaced either, where the file system can tell."""
    if replace:
        copy.replace(target)
        return
    try:
        target.hardlink_to(copy)
    except FileExistsError:
        raise ConfigurationError(f"{target} exists; name another file, or replace it with --force") from None
    except OSError:  # a file system without hard links
        copy.rename(target)


def _sync(path: Path) -> None:
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
