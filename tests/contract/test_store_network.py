"""A PostgreSQL server that stands still, or goes away, is not waited for without end."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import URL, text
from sqlalchemy.exc import OperationalError

from probe.model.errors import StoreUnreachable
from probe.model.sensitive import Sensitive
from probe.store import Recorded, Store, open_store
from probe.store.address import parse_address
from probe.store.deadline import deadline
from probe.store.engine import make_engine, writing
from tests.contract.test_store import up

if TYPE_CHECKING:
    from psycopg import Connection

pytestmark = pytest.mark.postgres


@pytest.fixture
def url(database: Sensitive) -> Sensitive:
    return database


def resting(store: Store) -> Connection:
    """The connection that rests in the pool."""
    with store._engine.connect() as connection:
        line: Connection | None = connection.connection.driver_connection
    assert line
    return line


@contextmanager
def frozen(line: Connection) -> Iterator[None]:
    """The server's process at the other end stands still; its kernel goes on to acknowledge what is sent."""
    process = line.info.backend_pid
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)


def test_an_answer_that_does_not_come_ends_with_its_deadline(store: Store) -> None:
    with store._engine.connect() as connection:
        line = connection.connection.driver_connection
        assert line
        with frozen(line), deadline(line, 0.2), pytest.raises(OperationalError):
            connection.execute(text("SELECT 1"))
        connection.invalidate()
    assert store.record([up()]) == Recorded(stored=1, duplicates=0)


def test_a_deadline_that_is_met_leaves_the_connection_alone(store: Store) -> None:
    with store._engine.connect() as connection:
        line = connection.connection.driver_connection
        assert line
        with deadline(line, 60):
            connection.execute(text("SELECT 1"))
        assert connection.execute(text("SELECT 2")).scalar() == 2


def test_a_transaction_ends_when_it_takes_too_long(store: Store) -> None:
    with (
        pytest.raises(StoreUnreachable, match="canceling statement due to statement timeout"),
        store._writing(1) as connection,
    ):
        connection.execute(text("SELECT pg_sleep(60)"))
    assert store.record([up()]) == Recorded(stored=1, duplicates=0)


def test_a_resting_connection_whose_server_stands_still_is_replaced(store: Store) -> None:
    store.record([up(0)])
    line = resting(store)
    with frozen(line):
        assert store.record([up(0), up(1)]) == Recorded(stored=1, duplicates=1)
    assert line.closed


def test_a_resting_connection_that_was_ended_is_replaced_at_once(store: Store, database: Sensitive) -> None:
    line = resting(store)
    with open_store(database) as other, other._engine.begin() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": line.info.backend_pid})
    assert store.record([up()]) == Recorded(stored=1, duplicates=0)


@pytest.mark.parametrize(
    ("chosen", "used"), [("on", "on"), ("off", "on"), ("local", "local"), ("remote_apply", "remote_apply")]
)
def test_a_writer_sets_its_terms(store: Store, database: Sensitive, chosen: str, used: str) -> None:
    name = parse_address(database).url.database
    with store._engine.begin() as connection:
        connection.execute(text(f"ALTER DATABASE {name} SET synchronous_commit = {chosen}"))
    with open_store(database) as again, writing(again._engine, within=30) as connection:
        terms = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout", "synchronous_commit")
        found = [connection.exec_driver_sql(f"SHOW {name}").scalar() for name in terms]
    assert found == ["5s", "30s", "1min", used]


def parameters(url: URL) -> dict[str, str]:
    engine = make_engine(parse_address(Sensitive.plain(url.render_as_string(hide_password=False))))
    with engine.connect() as connection:
        line: Connection | None = connection.connection.driver_connection
        assert line
        found = line.info.get_parameters()
    engine.dispose()
    return found


def test_a_dead_network_is_noticed_and_options_of_the_url_go_before(database: Sensitive) -> None:
    url = parse_address(database).url
    ours = {"application_name", "tcp_user_timeout", "keepalives_idle", "keepalives_interval", "keepalives_count"}
    assert ours <= parameters(url).keys()
    chosen = {"keepalives_idle": "99", "sslmode": "allow", "application_name": "mine"}
    assert parameters(url.update_query_dict(chosen)).items() >= chosen.items()


def test_of_several_hosts_the_one_that_answers_is_used(database: Sensitive) -> None:
    url = parse_address(database).url
    host = url.query["host"]
    assert isinstance(host, str)
    both = url.update_query_dict({"host": f"/nonexistent,{host}", "connect_timeout": "2"})
    assert parameters(both)["host"] == host
