"""What every store promises about messages: each is sent by one at a time, in its turn, until it is known what became of it."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import update

from probe.model.notification import Delivery, DeliveryState, Occasion
from probe.model.sensitive import Sensitive
from probe.model.units import DAY, HOUR, MINUTE, SECOND
from probe.store import Store
from probe.store.alert_tables import messages, tries
from tests.contract.alerting import ME, attempt, delivery, entered, message, plan
from tests.contract.test_store import T0, rows

NOW = T0 + HOUR
LEASE = MINUTE
WAITING, SENDING, DELIVERED, FAILED, EXPIRED, SUPERSEDED = DeliveryState

CLAIMER = """
import sys
from probe.model.sensitive import Sensitive
from probe.store import open_store

store, holder, now = open_store(Sensitive.plain(sys.argv[1]), create=False), sys.argv[2], int(sys.argv[3])
print("ready", flush=True)
sys.stdin.readline()
while claimed := store.outbox.claim(now=now, holder=holder, lease=60_000_000, limit=3):
    for each in claimed:
        print(each.message.id, flush=True)
"""


def claim(store: Store, *, now: int = NOW, holder: str = ME, limit: int = 100) -> list[str]:
    return [each.message.id for each in store.outbox.claim(now=now, holder=holder, lease=LEASE, limit=limit)]


def settle(store: Store, of: Delivery, state: DeliveryState, *, holder: str = ME, due_at: int | None = None) -> bool:
    tried = attempt(of, delivered=state is DELIVERED)
    return store.outbox.settle(of.message.id, tried, holder=holder, state=state, due_at=due_at)


def send(store: Store, of: Delivery, state: DeliveryState, *, now: int = NOW) -> None:
    assert claim(store, now=now, limit=1) == [of.message.id]
    assert settle(store, of, state, due_at=now + MINUTE if state is WAITING else None)


def alone(number: int, **changes: object) -> Delivery:
    """A message of a thread of its own."""
    return delivery(message(number, thread=f"t{number}"), **changes)


def found(store: Store, of: Delivery) -> Delivery:
    (only,) = store.outbox.find([of.message.id])
    return only


def supersede(store: Store, *ids: str, by: Delivery | None = None, now: int = NOW) -> None:
    store.alerts.lease(ME, now=now, until=now + MINUTE)
    whole = entered(plan=plan(), superseded=ids, deliveries=() if by is None else (by,))
    store.alerts.enter(whole, holder=ME, now=now)


def test_a_message_is_claimed_once_when_it_is_due(store: Store, opened: Callable[[], Store]) -> None:
    one, later = alone(1), alone(2, due_at=NOW + SECOND)
    store.outbox.add([one, later])
    store.outbox.add([replace(one, why="added again")])
    (claimed,) = store.outbox.claim(now=NOW, holder=ME, lease=LEASE, limit=9)
    assert claimed == replace(one, state=SENDING)
    assert claim(opened(), holder="there") == []
    assert claim(opened(), holder="there", now=NOW + SECOND) == [later.message.id]


def test_the_ledger_has_every_try(store: Store) -> None:
    one = alone(1)
    store.outbox.add([one])
    send(store, one, WAITING)
    assert found(store, one) == replace(one, due_at=NOW + MINUTE, tries=1, why="451 try later")
    assert claim(store) == []
    send(store, one, DELIVERED, now=NOW + MINUTE)
    ended = one.message.at + SECOND + MINUTE
    assert found(store, one) == replace(one, state=DELIVERED, due_at=NOW + MINUTE, tries=2, settled_at=ended)
    assert store.outbox.tries(one.message.id) == (attempt(one, delivered=False), attempt(one))
    assert claim(store, now=NOW + DAY) == []


def test_who_dies_between_claiming_and_settling_leaves_the_message_to_others(
    store: Store, opened: Callable[[], Store]
) -> None:
    one = alone(1)
    store.outbox.add([one])
    assert claim(store) == [one.message.id]
    other = opened()
    assert claim(other, holder="there", now=NOW + LEASE - 1) == []
    assert claim(other, holder="there", now=NOW + LEASE) == [one.message.id]
    assert not settle(store, one, FAILED)
    assert (found(store, one).state, store.outbox.tries(one.message.id)) == (SENDING, ())
    assert settle(other, one, DELIVERED, holder="there")
    assert not settle(other, one, FAILED, holder="there")
    assert (found(store, one).state, len(store.outbox.tries(one.message.id))) == (DELIVERED, 1)


def test_who_is_slow_may_settle_while_nobody_else_has_claimed_it(store: Store) -> None:
    one = alone(1)
    store.outbox.add([one])
    assert claim(store) == [one.message.id]
    assert store.outbox.oldest_due(NOW + LEASE) == NOW + LEASE
    assert settle(store, one, DELIVERED)


def test_nobody_settles_what_nobody_has_claimed(store: Store) -> None:
    one = alone(1)
    store.outbox.add([one])
    assert not settle(store, one, DELIVERED)
    assert not settle(store, alone(2), DELIVERED)
    assert found(store, one) == one


@pytest.mark.parametrize("many", [60])
def test_two_dispatchers_never_get_the_same_message(url: Sensitive, store: Store, many: int) -> None:
    """Three processes, and two threads of this one, claim a few at a time until none is left."""
    store.outbox.add([alone(number) for number in range(many)])
    command = [sys.executable, "-c", CLAIMER, url.reveal()]
    claimers = [
        subprocess.Popen([*command, f"process-{n}", str(NOW)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for n in range(3)
    ]
    for each in claimers:
        assert each.stdout
        assert each.stdout.readline() == "ready\n"
    got: list[str] = []

    def work(holder: str) -> None:
        while ids := claim(store, holder=holder, limit=3):
            got.extend(ids)

    threads = [threading.Thread(target=work, args=(f"thread-{n}",)) for n in range(2)]
    for each in claimers:
        assert each.stdin
        each.stdin.write("go\n")
        each.stdin.flush()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for each in claimers:
        got += each.communicate()[0].split()
        assert each.returncode == 0
    assert Counter(got) == dict.fromkeys((message(number).id for number in range(many)), 1)


def test_a_claim_and_a_plan_that_supersedes_at_once_never_both_win(store: Store, opened: Callable[[], Store]) -> None:
    other = opened()
    for number in range(20):
        one = alone(number)
        store.outbox.add([one])
        start = threading.Barrier(2)
        got: list[str] = []

        def work(start: threading.Barrier = start, got: list[str] = got) -> None:
            start.wait()
            got += claim(other, holder="there")

        thread = threading.Thread(target=work)
        thread.start()
        start.wait()
        supersede(store, one.message.id)
        thread.join()
        assert found(store, one).state == (SENDING if got else SUPERSEDED)


def test_messages_of_a_thread_go_one_after_the_other(store: Store) -> None:
    first, second, third = (delivery(message(number)) for number in (1, 2, 10))
    store.outbox.add([third, second, first, alone(7)])
    assert claim(store) == [first.message.id, message(7).id]
    assert claim(store) == []
    assert settle(store, first, WAITING, due_at=NOW + SECOND)
    assert claim(store) == []
    send(store, first, FAILED, now=NOW + SECOND)
    assert claim(store, now=NOW + SECOND) == [second.message.id]


def test_an_older_message_that_is_sent_again_waits_for_the_one_that_is_being_sent(store: Store) -> None:
    first, second = delivery(message(1)), delivery(message(2))
    store.outbox.add([first])
    send(store, first, FAILED)
    store.outbox.add([second])
    assert claim(store) == [second.message.id]
    assert store.outbox.retry([first.message.id], NOW) == 1
    assert claim(store) == []
    assert settle(store, second, DELIVERED)
    assert claim(store) == [first.message.id]


def test_the_same_thread_on_another_channel_does_not_wait(store: Store) -> None:
    one = delivery(message(1))
    copy = delivery(replace(message(2, channel="mail"), number=1), stands_for=one.message.id)
    store.outbox.add([one, copy])
    assert claim(store) == [one.message.id, copy.message.id]


def test_channels_may_be_left_out_and_those_that_waited_longest_come_first(store: Store) -> None:
    ops = [alone(number, due_at=T0 + 9 - number) for number in range(3)]
    mail = delivery(message(9, channel="mail", thread="t9"))
    store.outbox.add([*ops, mail])
    left = store.outbox.claim(now=NOW, holder=ME, lease=LEASE, limit=9, but_channels=["mail", "nobody"])
    assert [each.message.id for each in left] == [each.message.id for each in reversed(ops)]
    assert claim(store) == [mail.message.id]


def test_what_is_superseded_is_not_sent_and_what_is_being_sent_is_not_sent_again(store: Store) -> None:
    waits, sent, retried, lost, later = (delivery(message(n, thread=f"t{n}")) for n in range(5))
    store.outbox.add([sent, retried, lost])
    assert len(claim(store)) == 3
    store.outbox.add([waits])
    supersede(store, *(each.message.id for each in (waits, sent, retried, lost)), by=later)
    assert found(store, waits) == replace(waits, state=SUPERSEDED, settled_at=NOW)
    assert settle(store, sent, DELIVERED)
    assert settle(store, retried, WAITING, due_at=NOW + MINUTE)
    assert (found(store, sent).state, found(store, retried).state) == (DELIVERED, SUPERSEDED)
    assert found(store, retried).settled_at
    assert claim(store, now=NOW + LEASE) == [later.message.id]
    assert found(store, lost).state is SUPERSEDED
    assert store.outbox.undelivered(9) == ()


def test_what_was_settled_is_not_superseded_any_more(store: Store) -> None:
    one, other = alone(1), alone(2)
    store.outbox.add([one])
    send(store, one, DELIVERED)
    store.outbox.add([other])
    send(store, other, FAILED)
    supersede(store, one.message.id, other.message.id)
    assert (found(store, one).state, found(store, other).state) == (DELIVERED, FAILED)


def test_what_reached_nobody_is_named_until_somebody_was_told_of_it(store: Store) -> None:
    one, test = alone(1), delivery(message(9, thread="t9", occasion=Occasion.TEST))
    for each, state in ((one, EXPIRED), (test, FAILED)):
        store.outbox.add([each])
        send(store, each, state)
    assert [each.message.id for each in store.outbox.undelivered(9)] == [one.message.id]
    naming = alone(2)
    store.alerts.lease(ME, now=NOW, until=NOW + MINUTE)
    store.alerts.enter(
        entered(plan=plan(), deliveries=(naming,), named={one.message.id: naming.message.id}), holder=ME, now=NOW
    )
    assert found(store, one).named_in == naming.message.id
    assert store.outbox.undelivered(9) == ()
    send(store, naming, FAILED)
    assert [each.message.id for each in store.outbox.undelivered(9)] == [one.message.id, naming.message.id]
    assert (store.outbox.count_undelivered(9), store.outbox.count_undelivered(1)) == (2, 1)
    copy = delivery(message(3, channel="mail", thread="t2"), stands_for=naming.message.id)
    store.outbox.add([copy])
    assert [each.message.id for each in store.outbox.undelivered(9)] == [one.message.id]
    send(store, copy, DELIVERED)
    assert store.outbox.undelivered(9) == ()


def test_what_a_fallback_channel_has_delivered_is_not_undelivered(store: Store) -> None:
    one = alone(1)
    store.outbox.add([one])
    send(store, one, FAILED)
    copy = delivery(message(2, channel="mail", thread="t1"), stands_for=one.message.id)
    store.outbox.add([copy])
    assert store.outbox.undelivered(9) == ()
    send(store, copy, FAILED)
    assert [each.message.id for each in store.outbox.undelivered(9)] == [one.message.id]
    assert store.outbox.retry([copy.message.id], NOW) == 1
    send(store, copy, DELIVERED)
    assert store.outbox.undelivered(9) == ()


def test_retry_begins_anew_with_what_failed_or_waits(store: Store) -> None:
    failed, waits, done = alone(1), alone(2), alone(3)
    for each, state in ((failed, EXPIRED), (waits, WAITING), (done, DELIVERED)):
        store.outbox.add([each])
        send(store, each, state)
    later = NOW + 2 * DAY
    everybody = [each.message.id for each in (failed, waits, done)]
    assert store.outbox.retry([done.message.id, "msg_unknown"], later) == 0
    assert store.outbox.retry([failed.message.id], later) == 1
    assert found(store, failed) == replace(failed, due_at=later, expires_at=later + DAY, tries=1, why="451 try later")
    assert store.outbox.retry(None, later) == 2
    assert sorted(claim(store, now=later)) == sorted(everybody[:2])
    assert store.outbox.retry(None, later) == 0


def test_messages_are_listed_by_time_state_and_channel(store: Store) -> None:
    one, two, mail = alone(1), alone(2), delivery(message(3, thread="t3", channel="mail"))
    store.outbox.add([one])
    send(store, one, DELIVERED)
    store.outbox.add([two, mail])

    def listed(**which: object) -> list[int]:
        return [each.message.number for each in store.outbox.list(**{"limit": 9, **which})]  # type: ignore[arg-type]

    assert listed() == [3, 2, 1]
    assert listed(limit=2) == [3, 2]
    assert listed(start=two.message.at) == [3, 2]
    assert listed(end=two.message.at) == [1]
    assert listed(states=[WAITING]) == [3, 2]
    assert listed(states=[DELIVERED, FAILED]) == [1]
    assert listed(channel="mail") == [3]
    assert store.outbox.waiting("t2") == (two,)
    assert store.outbox.waiting("t1") == ()
    assert store.outbox.find([mail.message.id, one.message.id, "msg_unknown"])[1] == mail


def test_what_waits_is_counted_and_so_is_how_long(store: Store) -> None:
    assert store.outbox.counts() == {}
    assert store.outbox.oldest_due(NOW) is None
    one, two, mail = alone(1), alone(2), delivery(message(3, thread="t3", channel="mail"), due_at=NOW + 1)
    store.outbox.add([one, two, mail])
    assert store.outbox.counts() == {("ops", WAITING): 2, ("mail", WAITING): 1}
    assert store.outbox.oldest_due(NOW) == one.due_at
    send(store, one, FAILED)
    assert store.outbox.counts() == {("ops", FAILED): 1, ("ops", WAITING): 1, ("mail", WAITING): 1}
    assert claim(store) == [two.message.id]
    assert store.outbox.oldest_due(NOW) is None
    assert store.outbox.oldest_due(NOW + 1) == NOW + 1


def test_what_a_receiver_answers_is_stored_whatever_it_is(store: Store) -> None:
    one = alone(1)
    store.outbox.add([one])
    assert claim(store) == [one.message.id]
    tried = replace(attempt(one, delivered=False), answer="no\0\ud800")
    assert store.outbox.settle(one.message.id, tried, holder=ME, state=FAILED)
    assert found(store, one).why == "no\N{REPLACEMENT CHARACTER}?"


def test_a_message_that_cannot_be_read_is_told_as_far_as_its_columns_go(store: Store) -> None:
    one = delivery(replace(message(1), occasion=Occasion.RESOLVED))
    store.outbox.add([one])
    with store._writing() as connection:
        connection.execute(update(messages).values(content='{"of": "another version"}', alerts="[1]"))
    (claimed,) = store.outbox.claim(now=NOW, holder=ME, lease=LEASE, limit=9)
    bare = replace(one.message, status="CRITICAL", group=(), zone="UTC")
    assert claimed == replace(one, message=bare, alerts=(), state=SENDING)
    assert settle(store, one, DELIVERED)
    assert len(rows(store, tries)) == 1


@pytest.mark.parametrize("state", [DELIVERED, FAILED])
def test_what_was_sent_past_the_outbox_is_in_the_ledger_and_not_sent_again(store: Store, state: DeliveryState) -> None:
    sent = replace(alone(1, state=state), tries=1, settled_at=NOW)
    tried = attempt(sent, delivered=state is DELIVERED)
    store.outbox.note(sent, tried)
    assert (found(store, sent).state, found(store, sent).tries) == (state, 1)
    assert store.outbox.tries(sent.message.id) == (tried,)
    assert claim(store, now=NOW + DAY) == []
