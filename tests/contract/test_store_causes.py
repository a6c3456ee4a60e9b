"""Why an outage began can be told for as long as it can be told that there was one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from zoneinfo import ZoneInfo

import pytest

from probe.model.result import Result, State, Transcript
from probe.model.sensitive import Sensitive
from probe.model.settings import Retention
from probe.model.units import DAY, HOUR, MINUTE, Micros
from probe.store import Store, Tier, check_store, open_store
from probe.store.tables import causes, evidence, transcripts
from tests.contract.test_store import T0, down, rows, up

UTC: Final = ZoneInfo("UTC")
KEPT: Final = Retention(raw=2 * DAY, hour=5 * DAY, day=10 * DAY, evidence=3 * DAY)
TOLD: Final = Transcript(response="HTTP/1.1 500 Internal Server Error", body="no")


def minutes(line: str, start: Micros = T0) -> Iterable[Result]:
    """A letter a minute: `u` up, `g` degraded, `d` down."""
    for number, letter in enumerate(line):
        slot = start + number * MINUTE
        if letter == "d":
            yield down(scheduled_at=slot, transcript=TOLD, detail=f"{number}")
        else:
            yield up(scheduled_at=slot, state=State.DEGRADED if letter == "g" else State.UP)


def keep_house(store: Store, now: Micros, retention: Retention = KEPT) -> None:
    while not store.roll_up("default", now=now, zone=UTC, limit=500):
        pass
    for _ in store.purge(retention, now=now):
        pass


def kept(store: Store) -> list[int]:
    return [(int(str(row["scheduled_at"])) - T0) // MINUTE for row in rows(store, causes)]


def test_the_evidence_of_the_first_slot_of_an_outage_outlasts_the_rest(store: Store) -> None:
    store.record([*minutes("uuddddguuddgu")])
    before = store.evidence_at("orders/list", [T0 + 2 * MINUTE], location="default")
    assert before[T0 + 2 * MINUTE].transcript == TOLD
    keep_house(store, T0 + 4 * DAY)
    assert (rows(store, evidence), rows(store, transcripts)) == ([], [])
    assert kept(store) == [2, 9]
    after = store.evidence_at("orders/list", [T0 + number * MINUTE for number in range(13)], location="default")
    assert after.keys() == {T0 + 2 * MINUTE, T0 + 9 * MINUTE}
    assert after[T0 + 2 * MINUTE] == before[T0 + 2 * MINUTE]


def test_of_a_check_that_flaps_only_that_of_the_first_slot_is_kept_and_of_longer_failures(store: Store) -> None:
    store.record([*minutes("udududduduuuuuudu")])
    keep_house(store, T0 + 4 * DAY)
    assert kept(store) == [1, 5, 15]


def test_a_long_outage_has_one_cause_however_often_it_is_purged(store: Store) -> None:
    store.record([*minutes("u"), *(down(scheduled_at=T0 + HOUR * number) for number in range(1, 4 * 24))])
    for hours in range(4 * 24, 8 * 24, 6):
        keep_house(store, T0 + hours * HOUR)
    assert kept(store) == [60]


def test_an_outage_that_began_before_the_store_did_is_told_as_well(store: Store) -> None:
    store.record([*minutes("ddu")])
    keep_house(store, T0 + 4 * DAY)
    assert kept(store) == [0]


def test_what_comes_late_is_gone_over_as_well(store: Store) -> None:
    store.record([*minutes("uuuu")])
    keep_house(store, T0 + 4 * DAY)
    store.record([*minutes("ddu", T0 + 4 * MINUTE)])
    assert store.evidence_at("orders/list", [T0 + 4 * MINUTE], location="default")
    keep_house(store, T0 + 4 * DAY + HOUR)
    assert kept(store) == [4]


def test_a_cause_goes_with_its_day(store: Store) -> None:
    store.record([*minutes("udu")])
    keep_house(store, T0 + 4 * DAY)
    keep_house(store, T0 + 9 * DAY)
    assert kept(store) == [1]
    keep_house(store, T0 + 12 * DAY)
    assert kept(store) == []


def test_what_a_purge_would_delete_is_what_it_deletes(store: Store) -> None:
    store.record([*minutes("uuddddu")])
    while not store.roll_up("default", now=T0 + 4 * DAY, zone=UTC, limit=500):
        pass
    would = sum(count for tier, count in store.count_due(KEPT, now=T0 + 4 * DAY) if tier is Tier.EVIDENCE)
    gone = sum(count for tier, count in store.purge(KEPT, now=T0 + 4 * DAY) if tier is Tier.EVIDENCE)
    assert would == gone == 8  # with its transcript each


@pytest.mark.parametrize("check", ["orders/list", "orders/none"])
def test_where_there_is_none_nothing_is_found(store: Store, check: str) -> None:
    store.record([up()])
    assert store.evidence_at(check, [T0], location="default") == {}
    assert store.evidence_at(check, [T0], location="elsewhere") == {}


def test_a_store_with_causes_is_sound(url: Sensitive) -> None:
    with open_store(url) as store:
        store.record([*minutes("udduuddu")])
        keep_house(store, T0 + 4 * DAY)
        assert kept(store) == [1, 5]
    assert check_store(url, now=T0 + 4 * DAY, progress=lambda *_: None) == []
