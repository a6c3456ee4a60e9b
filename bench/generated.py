"""A store with a past: 1,000 checks, a slot a minute, 90 days."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Table, delete, func, insert, literal, select, update

from probe.model.result import Result, State
from probe.model.sample import FailureKind, Phases
from probe.model.sensitive import Sensitive
from probe.model.units import DAY, HOUR, MINUTE, Micros
from probe.store import open_store
from probe.store.address import parse_address
from probe.store.engine import make_engine
from probe.store.tables import checks, days, hours, results, rolled

CHECKS: Final = 1_000
PATTERNS: Final = 8
"""Pasts that are recorded and rolled up for real; those of all other checks are copies of them."""

DAYS: Final = 90
RAW_DAYS: Final = 3
"""How much of the past is there in results; the rest is rolled up only."""

ZONE: Final = ZoneInfo("Europe/Berlin")
NOW: Final[Micros] = 20_777 * DAY + 17 * HOUR + 23 * MINUTE
"""In the middle of an afternoon, so that a range has whole days, hours and single results."""

_DOWN: Final = 0.0001
"""Of the slots of a healthy hour: one a week, in spite of fast retries. In a bad hour half of them."""

_BAD_HOURS: Final = 0.0014  # one a month


def generate(url: Sensitive) -> None:
    """Fills a new store."""
    with open_store(url) as store:
        for number in range(PATTERNS):
            for day in range(DAYS):
                store.record(list(_day(number, NOW - (DAYS - day) * DAY)))
        while not store.roll_up("default", now=NOW, zone=ZONE, limit=2_000):
            pass
    engine = make_engine(parse_address(url))
    with engine.begin() as connection:
        _copy(connection)
    engine.dispose()


def check_name(number: int) -> str:
    """The id of a check of the store."""
    return f"bench/check-{number}"


def _day(number: int, start: Micros) -> Iterator[Result]:
    chance = random.Random(number * 1_000 + start // DAY)
    for hour in range(24):
        share = 0.5 if chance.random() < _BAD_HOURS else _DOWN
        for minute in range(60):
            slot = start + hour * HOUR + minute * MINUTE + number * 997_003
            yield _result(number, slot - slot % 1_000, chance, is_down=chance.random() < share)


def _result(number: int, slot: Micros, chance: random.Random, *, is_down: bool) -> Result:
    wait = round(chance.lognormvariate(11.5, 0.35))
    return Result(
        check=check_name(number),
        location="default",
        scheduled_at=slot,
        state=State.DOWN if is_down else State.UP,
        failure=FailureKind.ASSERTION if is_down else None,
        http_status=503 if is_down else 200,
        latency_us=wait + 16_000,
        phases=Phases(dns=1_000, connect=4_000, tls=9_000, send=60, wait=wait, transfer=1_940),
        bytes_sent=512,
        bytes_received=4_200 + chance.randrange(100),
        attempts=1,
    )


def _copy(connection: Connection) -> None:
    """The patterns' rows for all other checks; results only of the last days."""
    raw_from = NOW - RAW_DAYS * DAY
    raw_from -= raw_from % HOUR
    connection.execute(delete(results).where(results.c.scheduled_at < raw_from))
    connection.execute(update(rolled).values(raw_from=raw_from))
    first = connection.execute(select(func.max(checks.c.id))).scalar_one() + 1
    names = range(PATTERNS, CHECKS)
    connection.execute(
        insert(checks), [{"id": first + number - PATTERNS, "key": check_name(number)} for number in names]
    )
    for table in (results, hours, days):
        _multiply(connection, table, first)


def _multiply(connection: Connection, table: Table, first: int) -> None:
    copied = [column for column in table.columns if column.name != "check_id"]
    keys = {row.key: row.id for row in connection.execute(select(checks.c.key, checks.c.id))}
    for number in range(PATTERNS, CHECKS):
        pattern = keys[check_name(number % PATTERNS)]
        rows = select(literal(first + number - PATTERNS), *copied).where(table.c.check_id == pattern)
        connection.execute(insert(table).from_select(["check_id", *(column.name for column in copied)], rows))
