"""When a store may be opened, and what is said when not."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
import traceback
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, ForeignKeyConstraint, create_engine, inspect, text
from sqlalchemy.pool import NullPool
from sqlalchemy.schema import SchemaItem

from probe.model.errors import StoreTooNew, StoreUnreachable
from probe.model.sensitive import Sensitive
from probe.store import open_store
from probe.store.address import parse_address
from probe.store.tables import metadata

CANARY: Final = "c4nary/p@ss"


def engine_of(url: Sensitive) -> Engine:
    return create_engine(parse_address(url).url, poolclass=NullPool)


def refusal(url: Sensitive, *, create: bool = True) -> str:
    with pytest.raises(StoreUnreachable) as refused:
        open_store(url, create=create)
    message = str(refused.value)
    assert "\n" not in message
    return message


def sqlite(path: Path) -> Sensitive:
    return Sensitive.plain(f"sqlite:///{path}")


def test_an_existing_store_is_opened_with_what_it_holds(url: Sensitive) -> None:
    with open_store(url) as store:
        store.mark_simulated(5)
    with open_store(url, create=False) as store:
        assert store.simulated_until() == 5


def test_a_store_that_is_not_there_is_not_made_by_a_reader(url: Sensitive) -> None:
    assert "run `probe run` first" in refusal(url, create=False)
    if url.shown.startswith("sqlite"):
        assert not Path(url.shown.removeprefix("sqlite:///")).exists()
    else:
        assert inspect(engine_of(url)).get_table_names() == []


def test_a_store_of_a_later_version_is_refused_and_left_alone(url: Sensitive) -> None:
    open_store(url).close()
    with engine_of(url).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for create in (True, False):
        with pytest.raises(StoreTooNew, match=r"later version of probe \(schema 9999\); upgrade"):
            open_store(url, create=create)


@pytest.mark.parametrize("table", ["customers", "alembic_version"])
def test_somebody_elses_database_is_never_written_to(url: Sensitive, table: str) -> None:
    with engine_of(url).begin() as connection:
        connection.execute(text(f"CREATE TABLE {table} (version_num VARCHAR(32))"))
    assert "holds the tables of something else" in refusal(url)
    assert inspect(engine_of(url)).get_table_names() == [table]


def test_a_store_at_its_head_is_opened_without_alembic(url: Sensitive) -> None:
    open_store(url).close()
    code = (
        "import sys; from probe.store import open_store; from probe.model.sensitive import Sensitive;"
        f"open_store(Sensitive.plain({url.shown!r})).close(); sys.exit('alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_migrations_build_the_schema_that_the_code_believes_in(url: Sensitive) -> None:
    open_store(url).close()
    with engine_of(url).connect() as connection:
        # An identity column is none to SQLite; there the statements are compared, which have all in them.
        opts = {"compare_server_default": connection.dialect.name != "sqlite", "include_object": is_of_this_database}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, metadata) == []
        migrated = rules(connection)
    engine = engine_of(url)
    metadata.drop_all(engine)
    metadata.create_all(engine)
    with engine.connect() as connection:
        assert rules(connection) == migrated


def is_of_this_database(thing: SchemaItem, *_: object) -> bool:
    """Alembic takes a constraint that only SQLite has for one that PostgreSQL lacks."""
    return not isinstance(thing, ForeignKeyConstraint) or thing.table is not metadata.tables["results"]


def rules(connection: Connection) -> set[tuple[str, ...]]:
    """All that Alembic doesn't compare: names, CHECK constraints, and how a table is kept."""
    if connection.dialect.name == "sqlite":
        made = connection.execute(text("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL"))
        return {tuple(sorted(_parts(sql))) for (sql,) in made}
    made = connection.execute(
        text("SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint")
    )
    return {tuple(row) for row in made}


def _parts(sql: str) -> list[str]:
    return [line.strip().rstrip(",").strip() for line in sql.splitlines()]


def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    with open_store(sqlite(tmp_path / "probe.db")) as store:
        store.mark_simulated(1)
        modes = {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == {0o600}


def test_a_file_is_kept_safely_and_read_while_it_is_written(tmp_path: Path) -> None:
    with (
        open_store(sqlite(tmp_path / "probe.db")) as store,
        store._engine.connect() as connection,
    ):
        pragmas = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "cache_size", "wal_autocheckpoint")
        values = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in pragmas]
    assert values == ["wal", 2, 1, 5_000, -32_768, 8_000]


def test_a_foreign_file_keeps_its_journal(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "their.db")) as connection, connection:
        connection.execute("CREATE TABLE customers (id INTEGER)")
    connection.close()
    before = (tmp_path / "their.db").read_bytes()
    refusal(sqlite(tmp_path / "their.db"))
    assert (tmp_path / "their.db").read_bytes() == before


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("shopping list\n" * 1_000)
    assert "file is not a database; the file is something else" in refusal(sqlite(path))
    assert path.read_text() == "shopping list\n" * 1_000


def test_a_damaged_store_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "probe.db"
    open_store(sqlite(path)).close()
    whole = path.read_bytes()
    path.write_bytes(whole[:100] + b"\xff" * (len(whole) - 100))
    assert "restore a backup" in refusal(sqlite(path))


@pytest.mark.parametrize(
    ("place", "why"),
    [
        (".", "it is a directory; name a file in it"),
        ("missing/probe.db", "its directory does not exist; create that first"),
        ("file/probe.db", "its directory does not exist; create that first"),
    ],
)
def test_a_place_that_can_not_hold_a_file_is_refused(tmp_path: Path, place: str, why: str) -> None:
    (tmp_path / "file").touch()
    url = sqlite(tmp_path / place)
    assert refusal(url) == f"store {url.shown} can't be used: {why}"


@pytest.mark.parametrize(
    "url",
    [
        Sensitive.plain("postgresql://probe:c4nary%2Fp%40ss@127.0.0.1:1/probe"),
        Sensitive.plain("postgres://probe@127.0.0.1:1/probe?password=c4nary%2Fp%40ss"),
        Sensitive(
            "postgresql://probe:c4nary%2Fp%40ss@127.0.0.1:1/probe",
            "postgresql://probe:${env:PASSWORD}@127.0.0.1:1/probe",
        ),
    ],
)
def test_a_server_that_is_not_there_is_named_without_its_password(url: Sensitive) -> None:
    with pytest.raises(StoreUnreachable) as refused:
        open_store(url)
    assert str(refused.value).startswith("store postgres")
    assert "Connection refused" in str(refused.value)
    told = "".join(traceback.format_exception(refused.value)) + repr(refused.value)
    assert "c4nary" not in told


@pytest.mark.postgres
def test_a_database_that_is_not_there_is_refused(database: Sensitive) -> None:
    absent = Sensitive.plain(database.shown.replace("probe_", "nobodys_"))
    assert "does not exist; create it, or correct the store's URL" in refusal(absent)


@pytest.mark.postgres
def test_a_server_that_may_only_be_read_is_refused(database: Sensitive) -> None:
    name = parse_address(database).url.database
    with engine_of(database).begin() as connection:
        connection.execute(text(f"ALTER DATABASE {name} SET default_transaction_read_only = on"))
    assert "read-only transaction; name a server that may be written to" in refusal(database)


@pytest.mark.postgres
def test_a_user_who_may_only_read_is_refused_as_a_writer_and_reads(database: Sensitive) -> None:
    open_store(database).close()
    name = parse_address(database).url.database
    with engine_of(database).begin() as connection:
        connection.execute(text(f"CREATE ROLE reader_of_{name} LOGIN"))
        connection.execute(text(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader_of_{name}"))
    reader = Sensitive.plain(database.shown.replace("postgres:@", f"reader_of_{name}:@"))
    assert "this user may not write into locations, checks, " in refusal(reader)
    open_store(reader, create=False).close()


def test_a_driver_that_is_not_installed_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    message = refusal(Sensitive.plain("postgresql://probe@127.0.0.1:1/probe"))
    assert message.endswith("needs a driver that isn't installed: pip install 'psycopg[binary]'")


def test_a_store_shows_no_password(database: Sensitive) -> None:
    parts = parse_address(database).url
    secret = parts.set(drivername="postgresql", password=CANARY)
    with open_store(Sensitive.plain(secret.render_as_string(hide_password=False))) as store:
        assert "c4nary" not in repr(store)
        assert repr(store).startswith("Store('postgresql://***@")
