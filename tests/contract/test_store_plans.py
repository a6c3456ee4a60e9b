"""What the store asks is looked up where docs/store.md says: no table that grows is read through for it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, event, text

from probe.model.result import Transcript
from probe.model.sensitive import Sensitive
from probe.model.settings import Retention
from probe.model.units import DAY, HOUR, MINUTE
from probe.store import Store, open_store
from probe.store.packing import pack as pack_timeline
from probe.store.partitions import cover
from probe.store.purging import purge
from probe.store.transcripts import pack as pack_transcript
from tests.contract.test_store import T0, a_check, up
from tests.contract.test_store_replacing import unmeasured

CHECKS: Final = 60
DAYS: Final = 3
MIDNIGHT: Final = T0 - T0 % DAY
END: Final = MIDNIGHT + DAYS * DAY
CHECK: Final = "orders/check-7"
PAGE: Final = Path(__file__).parents[2] / "docs" / "store.md"

_NUMBERS: Final = "WITH RECURSIVE n(i) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < {last})"
_PHASES: Final = ("dns", "connect", "tls", "send", "wait", "transfer")


def fill(connection: Connection) -> None:
    """Three days of results each minute, evidence of every tenth, a month of hours and a year of days."""
    cover(connection, frozenset(), range(MIDNIGHT, END, DAY))
    slots = _NUMBERS.format(last=DAYS * 1440 - 1)
    slot = f"checks.id, 1, {MIDNIGHT} + {MINUTE} * i"
    sums = ", ".join(f"{phase}_us, {phase}_runs" for phase in _PHASES)
    statements = [
        (
            "INSERT INTO results (check_id, location_id, scheduled_at, state, http_status, latency_us, bytes_sent,"
            f" bytes_received, lateness_us, attempts) {slots} SELECT {slot}, 1, 200, 1000, 1, 1, 1, 1 FROM checks, n"
        ),
        (
            "INSERT INTO evidence (check_id, location_id, scheduled_at, state, attempts, detail)"
            f" {slots} SELECT {slot}, 3, 1, 'expected status == 200, found 500' FROM checks, n WHERE i % 10 = 0"
        ),
        (
            "INSERT INTO transcripts (check_id, location_id, scheduled_at, content)"
            f" {slots} SELECT {slot}, :transcript FROM checks, n WHERE i % 20 = 0"
        ),
        (
            "INSERT INTO causes (check_id, location_id, scheduled_at, state, attempts, detail)"
            f" {slots} SELECT checks.id, 1, {MIDNIGHT} - {HOUR} * i, 3, 1, 'expected status == 200, found 500' FROM checks, n"
        ),
        *(
            f"INSERT INTO {table} (check_id, location_id, starts_at, ends_at, up, degraded, down, unknown, statuses, failures,"
            f" bytes_sent, bytes_received, latency_runs, latency_down_runs, {sums}, timeline)"
            f" {_NUMBERS.format(last=count - 1)} SELECT checks.id, 1, {END} - (i + 3) * {width}, {END} - (i + 2) * {width},"
            f" 0, 0, 0, 0, '{{}}', '{{}}', 0, 0, 0, 0, {'0, ' * 12} :timeline FROM checks, n"
            for table, width, count in (("hours", HOUR, 720), ("days", DAY, 365))
        ),
        (
            "INSERT INTO rolled (location_id, until, raw_from, hours_from, zone)"
            f" VALUES (1, {END - 2 * HOUR}, {MIDNIGHT}, {END - 30 * DAY}, 'UTC')"
        ),
    ]
    for statement in statements:
        values = {":transcript": pack_transcript(Transcript(body="no")), ":timeline": pack_timeline((), 0)}
        given = {name.removeprefix(":"): value for name, value in values.items() if name in statement}
        connection.execute(text(statement), given)
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("ANALYZE")


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def filled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    if request.param == "sqlite":
        url = Sensitive.plain(f"sqlite:///{tmp_path_factory.mktemp('plans') / 'probe.db'}")
    else:
        from tests.conftest import administer

        server = request.getfixturevalue("postgres")
        administer(server, "CREATE DATABASE plans")
        url = Sensitive.plain(server.get_uri(database="plans"))
    with open_store(url) as store:
        store.register([a_check(f"orders/check-{number}") for number in range(CHECKS)])
        store.record([up(check=CHECK, scheduled_at=MIDNIGHT - DAY)])
        with store._writing() as connection:
            fill(connection)
        yield store


def lookups(store: Store, ask: Callable[[Store], object]) -> dict[str, list[str]]:
    """How rows of the tables that grow are found for each statement that this takes."""
    asked: dict[str, object] = {}

    def note(_: Connection, __: object, statement: str, parameters: object, *___: object) -> None:
        # A day that is to be dropped is counted before, and gone when its plan is asked for.
        if re.match(r"SELECT|INSERT|UPDATE|DELETE", statement) and not re.search(r"FROM results_\d", statement):
            several = isinstance(parameters, list)
            asked.setdefault(statement, parameters[0] if several and parameters else parameters)  # type: ignore[index]

    event.listen(store._engine, "before_cursor_execute", note)
    try:
        ask(store)
    finally:
        event.remove(store._engine, "before_cursor_execute", note)
    with store._engine.connect() as connection:
        explain = explained_by_sqlite if connection.dialect.name == "sqlite" else explained_by_postgresql
        return {statement: explain(connection, statement, values) for statement, values in asked.items()}


def explained_by_sqlite(connection: Connection, statement: str, values: object) -> list[str]:
    found = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values or ())  # type: ignore[arg-type]
    return [lookup(*line.groups()) for row in found if (line := _SQLITE.match(row[3]))]


def explained_by_postgresql(connection: Connection, statement: str, values: object) -> list[str]:
    found = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON, COSTS OFF) {statement}", values or ())  # type: ignore[arg-type]
    (root,) = found.scalar_one()
    return list(steps(root["Plan"]))


def steps(node: Mapping[str, object]) -> Iterator[str]:
    if node["Node Type"] == "Seq Scan" and (table := _TABLE.fullmatch(str(node["Relation Name"]))):
        yield lookup("SCAN", table[1], "")
    if index := _INDEX.fullmatch(str(node.get("Index Name"))):
        yield lookup("SEARCH", index[1] or index[2], str(node["Index Cond"]))
    for child in node.get("Plans", []):  # type: ignore[attr-defined]
        yield from steps(child)


_SQLITE: Final = re.compile(r"(SEARCH|SCAN) (results|evidence|transcripts|causes|hours|days)\b.*?(?:\((.*)\))?$")
_TABLE: Final = re.compile(r"(results|evidence|transcripts|causes|hours|days)(?:_\d+)?")
_INDEX: Final = re.compile(r"pk_(evidence|transcripts|causes|hours|days)|(results)_\d+_pkey")


def lookup(way: str, table: str, condition: str | None) -> str:
    """The primary key's columns that are looked for, with … where that is a range; or all of the table."""
    columns: dict[str, str] = {}
    for column, operator in re.findall(r"\b(\w+) ?(<=|>=|<|>|=)", condition or ""):
        columns[column] = column if operator == "=" else f"{column} …"
    return f"{table} ({', '.join(columns.values())})" if way == "SEARCH" else f"all of {table}"


def tiles(store: Store) -> None:
    with store.ranges("default") as ranges:
        ranges.tiles(CHECK, [END - 9 * DAY + MINUTE, END])


def began(store: Store) -> None:
    with store.ranges("default") as ranges:
        ranges.began(CHECK)


def levels(store: Store) -> None:
    with store.ranges("default") as ranges:
        ranges.levels(END - 20 * DAY + MINUTE, END)


def singles(store: Store) -> None:
    with store.ranges("default") as ranges:
        ranges.singles(END - 5 * MINUTE, END, ["latency"])


def sums(store: Store) -> None:
    with store.ranges("default") as ranges:
        ranges.sums(END - 20 * DAY + MINUTE, END)


def late(store: Store) -> None:
    store.record([unmeasured(check=CHECK, scheduled_at=MIDNIGHT + 1), up(check=CHECK, scheduled_at=MIDNIGHT + 2)])
    store.record([up(check=CHECK, scheduled_at=MIDNIGHT + 1)])


ASKED: Final[dict[str, Callable[[Store], object]]] = {
    "the results of a check in a range": lambda store: list(store.records(CHECK, start=MIDNIGHT, end=MIDNIGHT + DAY)),
    "the same, with evidence and transcripts": lambda store: list(
        store.results(CHECK, start=MIDNIGHT, end=MIDNIGHT + HOUR)
    ),
    "the last failures of a check": lambda store: store.failures(CHECK, limit=5, transcripts=7),
    "the evidence of some slots": lambda store: store.evidence_at(
        CHECK, range(MIDNIGHT, MIDNIGHT + HOUR, MINUTE), location="default"
    ),
    "the newest result of each check": lambda store: store.covered_until("default"),
    "the past of a check, rolled up": tiles,
    "when a check began": began,
    "service levels of all checks": levels,
    "the newest results of all checks": singles,
    "sums over the results of all checks": sums,
    "a late result in the place of an unknown": late,
    "rolling up": lambda store: store.roll_up("default", now=END + HOUR, zone=ZoneInfo("UTC"), limit=5),
    "purging": lambda store: list(
        purge(store._engine, Retention(raw=DAY, hour=2 * DAY, day=3 * DAY, evidence=DAY), now=END)
    ),
}


def told() -> dict[str, tuple[set[str], set[str]]]:
    """The rows of the page's table of plans: what is asked, and the lookups on SQLite and on PostgreSQL."""
    rows = re.findall(r"^\| ([a-z][^|]+?) \| (`[^|]+) \| (`[^|]+) \|$", PAGE.read_text(), re.MULTILINE)
    return {
        name: (set(re.findall(r"`(.+?)`", ours)), set(re.findall(r"`(.+?)`", theirs))) for name, ours, theirs in rows
    }


def test_the_page_tells_of_each_question() -> None:
    assert told().keys() == ASKED.keys()


@pytest.mark.parametrize("question", ASKED)
def test_a_question_is_answered_as_the_page_says(filled: Store, question: str) -> None:
    is_sqlite = filled._engine.dialect.name == "sqlite"
    expected = told().get(question, (set(), set()))[0 if is_sqlite else 1]
    found = {line for lines in lookups(filled, ASKED[question]).values() for line in lines}
    assert found, "nothing was asked"
    assert found <= expected
