"""On PostgreSQL results lie in partitions of a day: made ahead or when they are needed, dropped whole."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from probe.model.errors import StoreError, StoreUnreachable
from probe.model.sensitive import Sensitive
from probe.model.units import DAY, MINUTE
from probe.store import HEAD, Recorded, Store, open_store, schema, upgrade_store
from probe.store.address import parse_address
from probe.store.engine import make_engine, writing
from probe.store.into_postgresql import COPIED_FROM
from probe.store.partitions import DAYS_AHEAD, drop, over
from probe.store.tables import checks, results
from tests.contract.test_store import T0, down, rows, stored, up

pytestmark = pytest.mark.postgres
MIDNIGHT = T0 - T0 % DAY


@pytest.fixture
def url(database: Sensitive) -> Sensitive:
    """Only PostgreSQL has partitions."""
    return database


def partitions(store: Store) -> list[str]:
    with store._engine.connect() as connection:
        query = "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'results'::regclass ORDER BY 1"
        return list(connection.exec_driver_sql(query).scalars())


def names(first: int, days: int) -> list[str]:
    return [
        f"results_{datetime.fromtimestamp((first + number * DAY) // 1_000_000, UTC):%Y%m%d}" for number in range(days)
    ]


def drop_before(store: Store, moment: int) -> list[bool]:
    """Of each day that was over by then whether it could be dropped."""
    with store._engine.connect() as connection:
        days = over(connection, moment)
    return [drop(store._engine, day, ready=lambda _: True) for day in days]


def test_today_and_the_days_to_come_are_made_ahead(store: Store) -> None:
    for _ in range(2):
        store.prepare_days(T0 + 5 * MINUTE)
        assert partitions(store) == names(MIDNIGHT, DAYS_AHEAD + 1)
    store.prepare_days(T0 + DAY)
    assert partitions(store) == names(MIDNIGHT, DAYS_AHEAD + 2)


def test_a_day_that_was_not_made_is_made_for_its_first_result(store: Store) -> None:
    last, first = up(scheduled_at=MIDNIGHT + DAY - 1), up(scheduled_at=MIDNIGHT + DAY)
    old = up(scheduled_at=MIDNIGHT - 400 * DAY)
    assert store.record([last, first, old]) == Recorded(stored=3, duplicates=0)
    assert partitions(store) == [*names(MIDNIGHT - 400 * DAY, 1), *names(MIDNIGHT, 2)]
    assert [record.scheduled_at for record in stored(store)] == sorted(
        result.scheduled_at for result in (last, first, old)
    )


def test_days_are_dropped_once_they_are_over(store: Store) -> None:
    store.record([up(scheduled_at=MIDNIGHT + day * DAY) for day in range(4)])
    assert drop_before(store, MIDNIGHT + 2 * DAY - 1) == [True]
    assert drop_before(store, MIDNIGHT + 2 * DAY) == [True]
    assert drop_before(store, MIDNIGHT + 2 * DAY) == []
    assert partitions(store) == names(MIDNIGHT + 2 * DAY, 2)
    assert len(stored(store)) == 2


def test_a_day_that_another_process_dropped_is_made_again(opened: Callable[[], Store]) -> None:
    one, other = opened(), opened()
    one.record([up(0)])
    assert drop_before(other, MIDNIGHT + DAY) == [True]
    assert one.record([up(0), down(1), up(1, scheduled_at=T0 + DAY)]) == Recorded(stored=3, duplicates=0)
    assert len(stored(other)) == 3


def test_a_reader_that_takes_long_holds_up_a_drop_and_nobody_else(store: Store) -> None:
    store.record([up(slot) for slot in range(3_000)])
    reader = store.records("orders/list", start=0, end=T0 + DAY)
    next(reader)
    assert drop_before(store, MIDNIGHT + DAY) == [False]
    assert store.record([up(3_000)]) == Recorded(stored=1, duplicates=0)
    store.prepare_days(T0)
    assert sum(1 for _ in reader) == len([r for r in stored(store) if r.scheduled_at < T0 + DAY]) - 1
    assert drop_before(store, MIDNIGHT + DAY) == [True]


def test_processes_that_make_the_same_day_at_once_all_succeed(opened: Callable[[], Store]) -> None:
    stores = [opened() for _ in range(4)]
    stores[0].record([up(0, location=f"place-{number}") for number in range(4)])
    barrier = threading.Barrier(4)
    counted: list[int] = []

    def work(number: int) -> None:
        barrier.wait()
        batch = [up(location=f"place-{number}", scheduled_at=T0 + day * DAY) for day in range(1, 6)]
        counted.append(stores[number].record(batch).stored)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counted == [5] * 4
    assert partitions(stores[0]) == names(MIDNIGHT, 6)


@pytest.mark.parametrize("status", [1_000, 100_000])
def test_a_large_batch_with_a_row_that_is_refused_is_taken_back_whole(store: Store, status: int) -> None:
    """By the table's rules, or by COPY itself for which the number is too large."""
    batch = [up(slot) for slot in range(2 * COPIED_FROM)]
    with pytest.raises(StoreError, match="refused a row") as refused:
        store.record([*batch, up(9_999, http_status=status)])
    assert not isinstance(refused.value, StoreUnreachable)
    assert stored(store) == []
    assert store.record(batch) == Recorded(stored=2 * COPIED_FROM, duplicates=0)


def test_a_user_without_temporary_tables_stores_large_batches_too(database: Sensitive) -> None:
    url = parse_address(database).url
    engine = make_engine(parse_address(database))
    with engine.begin() as connection:
        for statement in (
            f"CREATE ROLE {url.database}_user LOGIN",
            f"REVOKE TEMPORARY ON DATABASE {url.database} FROM PUBLIC",
            f"GRANT CREATE ON SCHEMA public TO {url.database}_user",
        ):
            connection.exec_driver_sql(statement)
    engine.dispose()
    theirs = url.set(drivername="postgresql", username=f"{url.database}_user").render_as_string(hide_password=False)
    with open_store(Sensitive.plain(theirs)) as store:
        assert store.record([up(slot) for slot in range(COPIED_FROM)]).stored == COPIED_FROM


def test_an_older_store_moves_into_partitions_with_all_that_it_holds(database: Sensitive) -> None:
    engine = make_engine(parse_address(database))
    with writing(engine) as connection:
        schema.upgrade_to(connection, schema.REVISIONS[schema.REVISIONS.index("0004") - 1])
        connection.execute(text("INSERT INTO locations (name) VALUES ('default')"))
        connection.execute(text("INSERT INTO checks (key) VALUES ('orders/list')"))
        connection.execute(
            text(
                "INSERT INTO results (check_id, location_id, scheduled_at, state, http_status, bytes_sent, bytes_received,"
                " lateness_us, attempts) SELECT 1, 1, :start + 1000000 * n, 1, 200, n, 0, 0, 1 FROM generate_series(1, 9) n"
            ),
            {"start": MIDNIGHT - 5_000_000},
        )
    engine.dispose()
    upgrade_store(database)
    with open_store(database) as store:
        assert partitions(store) == names(MIDNIGHT - DAY, 2)
        assert [row["bytes_sent"] for row in rows(store, results)] == list(range(1, 10))
        assert store.record([up(5, check="orders/other")]).stored == 1
        assert [row["id"] for row in rows(store, checks)] == [1, 2]
    assert schema.HEAD == HEAD
