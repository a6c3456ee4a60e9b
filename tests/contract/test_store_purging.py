"""Retention: what is old goes, tier by tier, and no figure changes that may still be asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Final
from zoneinfo import ZoneInfo

import pytest

from probe.model.result import Result, State, Transcript
from probe.model.sensitive import Sensitive
from probe.model.settings import Retention
from probe.model.units import DAY, HOUR, MINUTE, SECOND, Micros
from probe.slo.rollup import Figures, merged
from probe.store import Store, Tier, open_store
from probe.store.purging import MOST_AT_ONCE
from probe.store.tables import days, evidence, hours, results, rolled, transcripts
from tests.contract.test_store import down, rows, up

UTC: Final = ZoneInfo("UTC")
START: Final = 1_793_491_200 * SECOND  # a midnight
LENGTH: Final = 16
NOW: Final = START + LENGTH * DAY + 10 * MINUTE
KEPT: Final = Retention(raw=2 * DAY, hour=5 * DAY, day=10 * DAY, evidence=3 * DAY)
EVERY: Final = 6 * HOUR


def history(check: str, location: str) -> Iterator[Result]:
    """A result every six hours; the one at noon is down."""
    for number, slot in enumerate(range(START, START + LENGTH * DAY, EVERY)):
        made = (down if number % 4 == 2 else up)(check=check, location=location)
        yield replaced(made, slot)


def replaced(result: Result, slot: Micros) -> Result:

    return replace(result, scheduled_at=slot)


@pytest.fixture
def store(store: Store) -> Store:
    """Sixteen days of two checks from two places."""
    for location in ("east", "west"):
        store.record([*history("orders/list", location), *history("orders/pay", location)])
    return store


def roll_up(store: Store, *locations: str, now: Micros = NOW) -> None:
    for location in locations:
        while not store.roll_up(location, now=now, zone=UTC, limit=500):
            pass


def purge(store: Store, retention: Retention = KEPT, *, now: Micros = NOW) -> Counter[Tier]:
    gone: Counter[Tier] = Counter()
    for tier, count in store.purge(retention, now=now):
        assert count <= MOST_AT_ONCE
        gone[tier] += count
    return gone


def moments(store: Store) -> dict[str, tuple[int, Micros]]:
    """Of each table how many rows are left, and the oldest."""
    found = {}
    for table, name in (
        (results, "scheduled_at"),
        (evidence, "scheduled_at"),
        (hours, "starts_at"),
        (days, "starts_at"),
    ):
        values = [int(str(row[name])) for row in rows(store, table)]
        found[table.name] = (len(values), min(values, default=0))
    return found


def figures(store: Store, location: str, start: Micros, end: Micros) -> Figures:
    with store.ranges(location) as ranges:
        return merged(ranges.tiles("orders/list", [start, end])).figures


def test_each_tier_is_kept_for_its_time(store: Store) -> None:
    roll_up(store, "east", "west")
    places = 4  # two checks from two locations
    counted = Counter(dict.fromkeys(Tier, 0))
    for tier, count in store.count_due(KEPT, now=NOW):
        counted[tier] += count
    assert purge(store) == counted
    assert counted == {
        Tier.RAW: places * (LENGTH - 2) * 4, Tier.HOUR: places * (LENGTH - 5) * 4,
        Tier.DAY: places * (LENGTH - 10), Tier.EVIDENCE: places * (LENGTH - 3),
    }  # fmt: skip
    end = START + LENGTH * DAY
    assert moments(store) == {
        "results": (places * 2 * 4, end - 2 * DAY), "evidence": (places * 3, end - 3 * DAY + 12 * HOUR),
        "hours": (places * 5 * 4, end - 5 * DAY), "days": (places * 10, end - 10 * DAY),
    }  # fmt: skip
    assert sum(purge(store).values()) == 0


@pytest.mark.postgres
def test_postgresql_drops_days_whole_once_every_location_is_in_its_hours(database: Sensitive) -> None:
    with open_store(database) as store:
        store.record([*history("orders/list", "east"), *history("orders/list", "west")])
        roll_up(store, "east")
        assert purge(store)[Tier.RAW] == (LENGTH - 2) * 4
        assert partitions(store) == LENGTH
        roll_up(store, "west")
        assert purge(store)[Tier.RAW] == (LENGTH - 2) * 4
        assert partitions(store) == 2


def partitions(store: Store) -> int:
    with store._engine.connect() as connection:
        query = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'results'::regclass"
        return int(connection.exec_driver_sql(query).scalar_one())


@pytest.mark.postgres
def test_a_day_that_is_being_read_stays_until_the_next_time(database: Sensitive) -> None:
    with open_store(database) as store:
        store.record([*history("orders/list", "east")])
        roll_up(store, "east")
        reader = store.records("orders/list", start=0, end=NOW)
        next(reader)
        assert purge(store)[Tier.RAW] == 0
        assert sum(1 for _ in reader) == LENGTH * 4 - 1
        assert purge(store)[Tier.RAW] == (LENGTH - 2) * 4


def test_no_figure_changes_that_is_still_kept(store: Store) -> None:
    roll_up(store, "east")
    end = START + LENGTH * DAY
    periods = [(end - back * DAY, end) for back in (1, 2, 4, 5, 10)]
    before = [figures(store, "east", *period) for period in periods]
    purge(store)
    assert [figures(store, "east", *period) for period in periods] == before


def test_results_that_are_in_no_hour_yet_stay(store: Store) -> None:
    roll_up(store, "east")
    purge(store)
    left = Counter(row["location_id"] for row in rows(store, results))
    assert sorted(left.values()) == [2 * 2 * 4, 2 * LENGTH * 4]
    roll_up(store, "west", now=START + 5 * DAY + 10 * MINUTE)
    assert purge(store)[Tier.RAW] == 2 * 5 * 4


def test_for_ever_is_for_ever(store: Store) -> None:
    roll_up(store, "east", "west")
    before = moments(store)
    assert sum(purge(store, Retention(raw=None, hour=None, day=None, evidence=None), now=NOW + 900 * DAY).values()) == 0
    assert moments(store) == before


def test_it_may_be_broken_off_and_gone_on_with_while_others_write(store: Store) -> None:
    slots = range(START, START + 2 * DAY, MINUTE)
    store.record([replaced(up(check="orders/often", location="north"), slot) for slot in slots])
    roll_up(store, "north")
    first = list(islice(store.purge(KEPT, now=NOW), 1))
    assert first[0].rows == MOST_AT_ONCE
    assert {row["raw_from"] for row in rows(store, rolled)} == {NOW // HOUR * HOUR - 2 * DAY}
    store.record([replaced(up(check="orders/often", location="north"), NOW)])
    assert first[0].rows + purge(store)[Tier.RAW] == len(slots)


def test_a_result_that_comes_late_stays_until_it_is_in_its_day(store: Store) -> None:
    roll_up(store, "east")
    purge(store)
    store.record([replaced(up(check="orders/list", location="east"), START + 8 * DAY + HOUR)])
    assert purge(store)[Tier.RAW] == 0
    roll_up(store, "east")
    counted = figures(store, "east", START + 8 * DAY, START + 9 * DAY)
    assert counted.states == {State.UP: 4, State.DOWN: 1}
    assert purge(store)[Tier.RAW] == 1
    assert figures(store, "east", START + 8 * DAY, START + 9 * DAY) == counted


def test_transcripts_go_with_their_evidence(store: Store) -> None:

    told = Transcript(body="no")
    slots = [NOW - age * DAY for age in (1, 2, 4, 5)]
    store.record([replaced(down(check="orders/pay", location="east", transcript=told), slot) for slot in slots])
    purge(store)
    assert len(rows(store, transcripts)) == 2
