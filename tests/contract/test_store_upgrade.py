"""An older store is upgraded by hand, whole or not at all."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from probe.model.errors import StoreTooNew, StoreTooOld, StoreUnreachable
from probe.model.sensitive import Sensitive
from probe.store import HEAD, open_store, revision_of, schema, upgrade_store
from probe.store.address import parse_address
from probe.store.engine import make_engine, writing
from probe.store.tables import metadata
from tests.contract.test_store import down, stored
from tests.contract.test_store_opening import engine_of

FIRST = schema.REVISIONS[0]
UPGRADER = """
import sys
import time
from probe.model.sensitive import Sensitive
from probe.store import upgrade_store

sys.stdin.readline()
print(upgrade_store(Sensitive.plain(sys.argv[1])))
"""


def make_store(url: Sensitive, revision: str) -> None:
    """A store as an earlier version made it, with a property in it."""
    address = parse_address(url)
    if address.file:
        address.file.touch()
    engine = make_engine(address)
    with writing(engine) as connection:
        schema.upgrade_to(connection, revision)
        connection.execute(text("INSERT INTO properties (key, value) VALUES ('simulated_until', '5')"))
    engine.dispose()


def tables(url: Sensitive) -> set[str]:
    return set(inspect(engine_of(url)).get_table_names())


@pytest.mark.parametrize("revision", schema.REVISIONS[:-1])
def test_an_older_store_waits_for_the_command_that_upgrades_it(url: Sensitive, revision: str) -> None:
    make_store(url, revision)
    before = tables(url)
    for create in (True, False):
        with pytest.raises(StoreTooOld, match=rf"schema {revision}, .* needs {HEAD}\); .*`probe db upgrade -c FILE`"):
            open_store(url, create=create)
    assert tables(url) == before
    assert (revision_of(url), upgrade_store(url), revision_of(url)) == (revision, revision, HEAD)
    with open_store(url) as store:
        assert store.simulated_until() == 5
        store.record([down()])
        assert len(stored(store)) == 1
    assert tables(url) >= {*metadata.tables, "alembic_version"}


def test_a_store_at_its_head_has_nothing_to_upgrade(url: Sensitive) -> None:
    open_store(url).close()
    assert upgrade_store(url) == HEAD


def test_where_there_is_no_store_one_is_made(url: Sensitive) -> None:
    assert revision_of(url) is None
    if url.shown.startswith("sqlite"):
        assert not Path(url.shown.removeprefix("sqlite:///")).exists()
    assert upgrade_store(url) is None
    open_store(url, create=False).close()


def test_a_newer_store_or_somebody_elses_is_not_upgraded(url: Sensitive) -> None:
    with engine_of(url).begin() as connection:
        connection.execute(text("CREATE TABLE customers (id INTEGER)"))
    with pytest.raises(StoreUnreachable, match="holds the tables of something else"):
        upgrade_store(url)
    with engine_of(url).begin() as connection:
        connection.execute(text("DROP TABLE customers"))
    upgrade_store(url)
    with engine_of(url).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreTooNew, match="upgrade probe"):
        upgrade_store(url)


@pytest.mark.parametrize("revision", [None, FIRST])
def test_two_processes_that_upgrade_at_once_both_succeed(url: Sensitive, revision: str | None) -> None:
    if revision:
        make_store(url, revision)
    upgraders = [
        subprocess.Popen(
            [sys.executable, "-c", UPGRADER, url.reveal()], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    found = {process.communicate("go\n", timeout=60)[0].strip() for process in upgraders}
    assert [process.returncode for process in upgraders] == [0, 0, 0]
    assert found <= {str(revision), HEAD}
    open_store(url, create=False).close()


def test_an_upgrade_that_fails_leaves_the_store_as_it_was(url: Sensitive) -> None:
    """A table of a later revision is there already, so that it fails when the earlier ones are done."""
    make_store(url, FIRST)
    with engine_of(url).begin() as connection:
        connection.execute(text("CREATE TABLE stale (id INTEGER)"))
    before = tables(url)
    with pytest.raises(StoreUnreachable, match="already exists"):
        upgrade_store(url)
    assert (tables(url), revision_of(url)) == (before, FIRST)
    with engine_of(url).begin() as connection:
        connection.execute(text("DROP TABLE stale"))
    assert upgrade_store(url) == FIRST
    with open_store(url) as store:
        assert store.simulated_until() == 5


@pytest.mark.postgres
def test_an_upgrade_that_is_killed_half_way_leaves_the_store_as_it_was(database: Sensitive) -> None:
    """Somebody reads the table that a later revision changes, so that it waits there with the earlier ones done."""
    make_store(database, FIRST)
    with engine_of(database).connect() as reader:
        reader.execute(text("SELECT count(*) FROM results"))
        upgrader = subprocess.Popen(
            [sys.executable, "-c", UPGRADER, database.reveal()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert upgrader.stdin
        upgrader.stdin.write("go\n")
        upgrader.stdin.flush()
        wait_until(database, "wait_event_type = 'Lock'", 1)
        upgrader.kill()
        upgrader.communicate()
    wait_until(database, "application_name = 'probe'", 0)
    assert revision_of(database) == FIRST
    assert upgrade_store(database) == FIRST


def wait_until(url: Sensitive, condition: str, count: int) -> None:
    """Until so many of the server's sessions in this database are so; a test that waits for ever is ended."""
    query = text(f"SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND {condition}")
    with engine_of(url).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while connection.execute(query).scalar_one() != count:
            time.sleep(0.02)
