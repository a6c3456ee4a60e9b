"""What of alerts is old goes, what goes on stays, and what somebody has spoilt is found."""

from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy import text

from probe.alerting.book import Book
from probe.model.notification import DeliveryState
from probe.model.sensitive import Sensitive
from probe.model.settings import Retention
from probe.model.units import DAY, MINUTE
from probe.store import Store, Tier, check_store
from probe.store.alert_tables import alert_reasons, alerts, decisions, messages, tries, turns
from tests.contract.alerting import (
    ME,
    SLOW,
    alert,
    attempt,
    decision,
    delivery,
    entered,
    message,
    plan,
    resolved,
    thread,
    turn,
)
from tests.contract.test_store import T0, rows
from tests.contract.test_store_opening import engine_of

LATE = T0 + 40 * DAY
KEPT = Retention(evidence=30 * DAY, day=90 * DAY)


def enter(store: Store, *of: object, **changes: object) -> None:
    store.alerts.lease(ME, now=T0, until=T0 + MINUTE)
    store.alerts.enter(entered(*of, **changes), holder=ME, now=T0)  # type: ignore[arg-type]


@pytest.fixture
def store(store: Store) -> Store:
    """An alert that goes on and one that is over, each with decisions old and new; messages and turns of both ages."""
    on, over = alert(1), resolved(alert(2, rule="slow"))
    old = [decision(each, at=T0 + number) for number in range(3) for each in (on, over)]
    new = [decision(each, at=LATE) for each in (on, over)]
    enter(store, plan=plan(on, over, decisions=(*old, *new), threads=(thread(),)))
    enter(store, plan=plan(book=Book(alerts={on.id: on}), forgotten=(over.id,)))
    store.record([], [turn(slot, began=slot % 2 == 0) for slot in range(6)])
    store.record([], [turn(0, watch=SLOW), turn(40 * 1440, location="there")])
    for number, at in enumerate((T0, T0, LATE)):
        post = delivery(message(number, thread=f"t{number}", at=at))
        store.outbox.add([post])
        (claimed,) = store.outbox.claim(now=LATE, holder=ME, lease=MINUTE, limit=1)
        state = DeliveryState.FAILED if number else DeliveryState.DELIVERED
        assert store.outbox.settle(claimed.message.id, attempt(claimed, delivered=not number), holder=ME, state=state)
    store.outbox.add([delivery(message(9, thread="t9"))])
    return store


def purge(store: Store, *, now: int, retention: Retention = KEPT) -> Counter[Tier]:
    due: Counter[Tier] = Counter()
    for tier, count in store.count_due(retention, now=now):
        due[tier] += count
    gone: Counter[Tier] = Counter()
    for tier, count in store.purge(retention, now=now):
        gone[tier] += count
    assert gone == due
    return +gone


def test_what_is_old_goes_and_what_goes_on_stays(store: Store) -> None:
    assert purge(store, now=T0 + 30 * DAY) == {}
    assert purge(store, now=LATE) == {Tier.EVIDENCE: 3 + 5 + 2 + 2}
    assert [row["alert_id"] for row in rows(store, decisions)] == [alert(1).id] * 3 + [alert(1).id, alert(2).id]
    assert [turn.slot for turn in store.alerts.last_turns()] == [T0 + 5 * MINUTE, T0, LATE]
    assert len(rows(store, turns)) == 3
    assert [each.message.number for each in store.outbox.list(limit=9)] == [2, 9]
    assert len(rows(store, tries)) == 1
    assert len(store.alerts.alerts()) == 2
    assert purge(store, now=LATE) == {}


def test_alerts_are_kept_as_long_as_days_and_those_that_go_on_for_ever(store: Store) -> None:
    purge(store, now=T0 + 300 * DAY)
    assert [each.id for each in store.alerts.alerts()] == [alert(1).id]
    assert len(rows(store, decisions)) == 4
    assert len(rows(store, alert_reasons)) == 1
    assert len(rows(store, messages)) == 1
    assert store.alerts.load().book.alerts == {alert(1).id: alert(1)}


def test_what_is_kept_for_ever_stays(store: Store) -> None:
    assert purge(store, now=T0 + 999 * DAY, retention=Retention(evidence=None, day=None)) == {}
    assert len(rows(store, alerts)) == 2


def test_no_id_of_a_turn_is_given_again(store: Store) -> None:
    before = store.alerts.turns(after=0)
    purge(store, now=T0 + 300 * DAY)
    store.record([], [turn(90 * 1440)])
    assert store.alerts.turns(after=0)[-1].id > before[-1].id


def test_more_than_goes_at_once_goes_batch_by_batch(store: Store) -> None:
    store.record([], [turn(slot, began=slot % 2 == 0, watch=SLOW) for slot in range(1, 2_500)])
    batches = [count for tier, count in store.purge(KEPT, now=LATE) if tier is Tier.EVIDENCE]
    assert sum(batches) == 3 + 5 + 4 + 2_499
    assert max(batches) <= 1_000
    assert len(rows(store, turns)) == 3


def test_what_was_sent_again_meanwhile_is_not_purged(store: Store) -> None:
    assert store.outbox.retry(None, LATE) == 3
    purge(store, now=LATE)
    assert sorted(each.message.number for each in store.outbox.list(limit=9)) == [1, 2, 9]
    assert len(rows(store, tries)) == 2


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        ("UPDATE turns SET facts = '[]'", "turns: rows that can't be read: 8"),
        ("UPDATE alerts SET facts = 'no', locations = 'no'", "alerts: rows that can't be read: 2"),
        ("UPDATE alert_threads SET told = '[]'", "alert_threads: rows that can't be read: 1"),
        ("UPDATE messages SET content = '{}'", "messages: rows that can't be read: 4"),
        ("UPDATE silences SET content = '{}'", "silences: rows that can't be read: 1"),
        (
            "UPDATE alerts SET resolved_at = NULL, in_book = true, rule = 'down'",
            "alerts: subjects with several alerts of one rule that go on: 1",
        ),
        ("UPDATE alerts SET in_book = false", "alerts: alerts that go on, and nobody looks after: 1"),
        ("DELETE FROM tries", "messages: messages whose tries are not all in the ledger: 3"),
        (
            "INSERT INTO alert_threads SELECT 't2', channel, shared, 1, 1, 1, 1, title, told, escalated FROM alert_threads",
            "alert_threads: groups of which a channel is told several times: 1",
        ),
    ],
)
def test_rows_that_break_what_must_hold_are_counted(url: Sensitive, store: Store, damage: str, found: str) -> None:
    from tests.contract.test_store_silences import SILENCE

    store.silences.declare(SILENCE)
    assert check_store(url, now=LATE, progress=lambda *_: None) == []
    with engine_of(url).begin() as connection:
        connection.execute(text(damage))
    faults = check_store(url, now=LATE, progress=lambda *_: None)
    assert [f"{fault.where}: {fault.what}" for fault in faults][:1] == [found]
