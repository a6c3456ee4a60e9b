"""What is asked of alerts again and again reads through none of their tables, however much history there is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

import pytest
from sqlalchemy import Connection, event

from probe.model.notification import DeliveryState
from probe.model.rule import Subject, SubjectKind
from probe.model.sensitive import Sensitive
from probe.model.units import HOUR, MINUTE, SECOND
from probe.store import Store, open_store
from tests.contract.alerting import LIST
from tests.contract.test_store import T0

ROWS: Final = 20_000
END: Final = T0 + ROWS * SECOND
_NUMBERS: Final = (
    f"WITH RECURSIVE n(i) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < {ROWS - 1}) SELECT"
)
_FILLING: Final = (
    (
        "INSERT INTO alerts (id, rule, subject_kind, subject_id, level, since, fired_at, resolved_at, in_book, has_data,"
        f" locations, reading, expected, resolution) {_NUMBERS} 'a' || i, 'down', 0, 'orders/check-' || (i - i / 100 * 100),"
        f" 0, {T0} + i * {SECOND}, {T0} + i * {SECOND}, CASE WHEN i < {ROWS - 50} THEN {T0} + i * {SECOND} + 1 END,"
        f" i > {ROWS - 80}, true, '[]', '', '', '' FROM n"
    ),
    f"INSERT INTO decisions (at, alert_id, stage, outcome, reason) {_NUMBERS} {T0} + i * {SECOND}, 'a' || i, 0, 0, '' FROM n",
    (
        "INSERT INTO messages (id, channel, thread_id, number, occasion, level, written_at, state, due_at, expires_at,"
        f" expires_after_us, is_superseded, tries, settled_at, why, title, alerts, content) {_NUMBERS} 'm' || i, 'ops', 't' || i,"
        f" 1, 0, 0, {T0} + i * {SECOND}, CASE WHEN i > {ROWS - 30} THEN 0 WHEN i > {ROWS - 60} THEN 3 ELSE 2 END, {T0} + i,"
        f" {END}, 1, false, 1, CASE WHEN i <= {ROWS - 30} THEN {T0} + i * {SECOND} END, '', '', '[]', '' FROM n"
    ),
    (
        "INSERT INTO tries (message_id, number, at, took_us, is_delivered, is_final, answer)"
        f" {_NUMBERS} 'm' || i, 1, 1, 1, true, true, '' FROM n"
    ),
    "INSERT INTO checks (key) SELECT DISTINCT subject_id FROM alerts",
    "INSERT INTO locations (name) VALUES ('default')",
    (
        f"INSERT INTO turns (check_id, location_id, watch, slot, began, known_at) {_NUMBERS} checks.id, 1, 'down 2/3 1',"
        f" {T0} + i, true, {T0} + i * {SECOND} FROM n, checks WHERE key = 'orders/check-' || (i - i / 100 * 100)"
    ),
)
_THROUGH: Final = re.compile(
    r"^SCAN (alerts|decisions|messages|tries|turns)$|Seq Scan on (alerts|decisions|messages|tries|turns)\b"
)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def filled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    if request.param == "sqlite":
        url = Sensitive.plain(f"sqlite:///{tmp_path_factory.mktemp('plans') / 'probe.db'}")
    else:
        from tests.conftest import administer

        server = request.getfixturevalue("postgres")
        administer(server, "CREATE DATABASE alert_plans")
        url = Sensitive.plain(server.get_uri(database="alert_plans"))
    with open_store(url) as store:
        with store._writing() as connection:
            for statement in _FILLING:
                connection.exec_driver_sql(statement)
            if request.param == "postgresql":
                connection.exec_driver_sql("ANALYZE")
        yield store


def read_through(store: Store, ask: Callable[[Store], object]) -> Iterator[str]:
    """Which tables are read from end to end for it."""
    asked: list[tuple[str, object]] = []

    def note(_: Connection, __: object, statement: str, parameters: object, *___: object) -> None:
        if re.match(r"SELECT(?! set_config)|UPDATE|DELETE", statement):
            asked.append((statement, parameters))

    event.listen(store._engine, "before_cursor_execute", note)
    try:
        ask(store)
    finally:
        event.remove(store._engine, "before_cursor_execute", note)
    assert asked
    with store._engine.connect() as connection:
        explain = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
        for statement, values in asked:
            for row in connection.exec_driver_sql(f"{explain} {statement}", values or ()):  # type: ignore[arg-type]
                if found := _THROUGH.search(row[-1].strip()):
                    yield f"{found[0]}: {statement}"


ASKED: Final[dict[str, Callable[[Store], object]]] = {
    "the book": lambda store: store.alerts.load(),
    "the next turns": lambda store: store.alerts.turns(after=ROWS - 9),
    "acknowledgements": lambda store: store.alerts.acknowledgements(),
    "alerts that go on": lambda store: store.alerts.alerts(open_only=True),
    "alerts of the last minutes": lambda store: store.alerts.alerts(start=END - MINUTE),
    "alerts of a check": lambda store: store.alerts.alerts(
        subject=Subject(SubjectKind.CHECK, "orders/check-7"), limit=9
    ),
    "why about a check": lambda store: store.alerts.decisions(subject=LIST, limit=9),
    "why about an alert": lambda store: store.alerts.decisions(alert="a7", limit=9),
    "what is due, where nothing is": lambda store: store.outbox.claim(now=T0, holder="me", lease=1, limit=9),
    "what is due": lambda store: store.outbox.claim(now=END, holder="me", lease=HOUR, limit=9),
    "since when it is due": lambda store: store.outbox.oldest_due(END),
    "what reached nobody": lambda store: store.outbox.undelivered(9),
    "how many reached nobody": lambda store: store.outbox.count_undelivered(9),
    "what a thread waits for": lambda store: store.outbox.waiting("t7"),
    "the last messages": lambda store: store.outbox.list(limit=9),
    "the last messages that failed": lambda store: store.outbox.list(limit=9, states=[DeliveryState.FAILED]),
    "the tries of a message": lambda store: store.outbox.tries("m7"),
}


@pytest.mark.parametrize("question", ASKED)
def test_a_question_reads_through_no_table_that_grows(filled: Store, question: str) -> None:
    assert list(read_through(filled, ASKED[question])) == []
