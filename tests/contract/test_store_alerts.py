"""What every store promises about turns and alerts: nothing of them is lost, doubled, or half there."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest

from probe.alerting.book import Book, Loaded, Reason
from probe.model.alert import Certificate, Facts, Outcome, Stage
from probe.model.errors import LeaseLost, StoreError
from probe.model.rule import Subject, SubjectKind
from probe.model.units import HOUR, MINUTE, SECOND
from probe.store import Recorded, Store
from probe.store.alert_tables import alert_threads
from tests.contract.alerting import (
    DOWN,
    FACTS,
    LIST,
    ME,
    SLOW,
    alert,
    decision,
    delivery,
    entered,
    message,
    plan,
    resolved,
    thread,
    turn,
)
from tests.contract.test_store import T0, a_check, down, rows, stored, up

NOW = T0 + HOUR


def holding(store: Store, holder: str = ME) -> Store:
    assert store.alerts.lease(holder, now=NOW, until=NOW + MINUTE)
    return store


def test_turns_are_stored_with_their_results_and_read_on_from_the_last_one(store: Store) -> None:
    turns = [turn(1), turn(3, began=False), turn(4, check="orders/pay", location="there", watch=SLOW)]
    assert store.record([down(1)], turns[:2]) == Recorded(stored=1, duplicates=0)
    assert store.record([], turns[2:]) == Recorded(stored=0, duplicates=0)
    found = store.alerts.turns(after=0)
    assert [replace(each, id=0) for each in found] == turns
    assert [each.id for each in found] == sorted({each.id for each in found})
    assert store.alerts.turns(after=found[0].id) == found[1:]
    assert store.alerts.turns(after=0, limit=1) == found[:1]


def test_a_batch_that_is_recorded_again_adds_no_turn(store: Store, opened: Callable[[], Store]) -> None:
    batch, turns = [down(1), up(2)], [turn(1), turn(1), turn(2, began=False)]
    store.record(batch, turns)
    before = store.alerts.turns(after=0)
    assert len(before) == 2
    assert opened().record(batch, [replace(each, known_at=NOW) for each in turns]).duplicates == 2
    assert store.alerts.turns(after=0) == before


def test_neither_results_nor_turns_are_stored_without_the_other(store: Store) -> None:
    with pytest.raises(StoreError, match="refused"):
        store.record([up(1)], [turn(1), turn(2, known_at=1 << 63)])
    assert (stored(store), store.alerts.turns(after=0)) == ([], ())
    store.record([up(1)], [turn(1)])
    assert (len(stored(store)), len(store.alerts.turns(after=0))) == (1, 1)


def test_the_last_turn_of_each_watch_is_what_a_start_goes_by(store: Store) -> None:
    store.record([], [turn(1), turn(2, began=False), turn(1, watch=SLOW), turn(1, location="there")])
    store.record([], [turn(5)])
    assert [(each.location, each.watch, each.slot) for each in store.alerts.last_turns()] == [
        ("default", SLOW, T0 + MINUTE),
        ("there", DOWN, T0 + MINUTE),
        ("default", DOWN, T0 + 5 * MINUTE),
    ]
    assert [each.location for each in store.alerts.last_turns("there")] == ["there"]
    assert store.alerts.last_turns("nowhere") == ()


def test_no_reader_who_goes_on_by_id_misses_a_turn_that_was_committed_late(
    store: Store, opened: Callable[[], Store]
) -> None:
    """One writer has added a turn, and has not committed when another adds one."""
    other = opened()
    seen: list[int] = []
    with store._writing() as connection:
        from probe.store.identities import Identities
        from probe.store.turns import add_turns

        add_turns(connection, [turn(1)], Identities())
        second = threading.Thread(target=other.record, args=([], [turn(1, location="there")]))
        second.start()
        second.join(0.3)
        seen += [each.id for each in opened().alerts.turns(after=0)]
    second.join()
    seen += [each.id for each in store.alerts.turns(after=max(seen, default=0))]
    assert len(seen) == 2


def test_what_a_target_has_sent_is_stored_whatever_it_is(store: Store) -> None:
    hostile = "a\0b\ud800\\u0000 'quoted' \N{SNOWMAN} <b>"
    kept = "a\N{REPLACEMENT CHARACTER}b?\\u0000 'quoted' \N{SNOWMAN} <b>"
    store.record([], [turn(1, facts=replace(FACTS, detail=hostile))])
    assert store.alerts.turns(after=0)[0].facts.detail == kept
    told = alert(reading=hostile, expected=hostile, facts=Facts(host=hostile))
    fired = decision(told, reason=hostile)
    store = holding(store)
    store.alerts.enter(entered(told, plan=plan(told, decisions=(fired,))), holder=ME, now=NOW)
    assert store.alerts.alert(told.id) == replace(told, reading=kept, expected=kept, facts=Facts(host=kept))
    assert store.alerts.decisions(limit=9) == (replace(fired, reason=kept),)


def test_all_that_was_entered_is_loaded_at_the_next_start(store: Store, opened: Callable[[], Store]) -> None:
    assert store.alerts.load() == Loaded(book=Book())
    one, two = alert(1), alert(2, subject=Subject(SubjectKind.API, "orders"), facts=None, locations=())
    its_thread, other = thread(1), thread(2, channel="mail", group=(), due_at=None, last_at=T0, told={})
    waiting = decision(one, stage=Stage.GROUPING, outcome=Outcome.WAITING, channel="ops", until=NOW, reason="waits")
    first = plan(one, two)
    reasons = {**first.book.reasons, (one.id, "ops"): Reason(Stage.GROUPING, Outcome.WAITING, "waits")}
    book = replace(first.book, threads={each.key: each for each in (its_thread, other)}, reasons=reasons)
    whole = replace(first, book=book, threads=(its_thread, other), decisions=(*first.decisions, waiting))
    post = delivery()
    holding(store).alerts.enter(
        entered(plan=whole, deliveries=(post,), turns_until=17, memory={"slow": "{}", "gone": None}), holder=ME, now=NOW
    )
    again = opened()
    assert again.alerts.load() == Loaded(book=book, turns_until=17, memory={"slow": "{}"})
    assert again.alerts.decisions(limit=9) == (waiting, *reversed(first.decisions))
    assert again.outbox.waiting("t1") == (post,)


def test_what_is_over_and_told_is_forgotten_by_the_book_and_kept_in_the_list(store: Store) -> None:
    one, two = alert(1), alert(2)
    its_thread = thread()
    opening = plan(one, two, threads=(its_thread,))
    holding(store).alerts.enter(entered(plan=opening, memory={"x": "1"}), holder=ME, now=NOW)
    over = resolved(one)
    closing = plan(over, book=Book(alerts={two.id: two}), closed=(its_thread,), forgotten=(one.id,))
    store.alerts.enter(entered(plan=closing, memory={"x": None}), holder=ME, now=NOW)
    loaded = store.alerts.load()
    assert loaded.book.alerts == {two.id: two}
    assert set(loaded.book.reasons) == {(two.id, "")}
    assert (loaded.book.threads, loaded.memory) == ({}, {})
    assert store.alerts.alerts() == (two, over)
    assert store.alerts.alerts(open_only=True) == (two,)
    assert len(store.alerts.decisions(alert=one.id, limit=9)) == 2


def test_what_was_over_at_once_is_never_in_the_book(store: Store) -> None:
    over = resolved(alert())
    holding(store).alerts.enter(entered(plan=plan(over, book=Book())), holder=ME, now=NOW)
    assert (store.alerts.load().book, store.alerts.alerts()) == (Book(), (over,))


def test_a_thread_that_takes_the_place_of_another_is_the_only_one(store: Store) -> None:
    first, second = thread(1), thread(2)
    for each in (first, second):
        opening = plan(alert(), threads=(each,), decisions=())
        holding(store).alerts.enter(entered(plan=opening), holder=ME, now=NOW)
    assert [row["id"] for row in rows(store, alert_threads)] == [second.id]


def test_nothing_of_an_entry_that_fails_is_stored(store: Store) -> None:
    holding(store).alerts.enter(entered(alert(1), turns_until=3), holder=ME, now=NOW)
    before = store.alerts.load()
    of_none = replace(plan(alert(2)), decisions=(decision(alert(3)),))
    with pytest.raises(StoreError):
        store.alerts.enter(
            entered(plan=of_none, deliveries=(delivery(),), turns_until=9, memory={"x": "1"}), holder=ME, now=NOW
        )
    assert (store.alerts.load(), store.outbox.list(limit=9)) == (before, ())


def test_one_decides_at_a_time(store: Store, opened: Callable[[], Store]) -> None:
    other = opened()
    with pytest.raises(LeaseLost):
        store.alerts.enter(entered(alert()), holder=ME, now=NOW)
    assert store.alerts.lease(ME, now=NOW, until=NOW + MINUTE)
    assert not other.alerts.lease("there-2", now=NOW + SECOND, until=NOW + HOUR)
    assert store.alerts.lease(ME, now=NOW + SECOND, until=NOW + 2 * MINUTE)
    assert not other.alerts.lease("there-2", now=NOW + MINUTE, until=NOW + HOUR)
    assert other.alerts.lease("there-2", now=NOW + 2 * MINUTE, until=NOW + HOUR)
    assert not store.alerts.lease(ME, now=NOW + 3 * MINUTE, until=NOW + HOUR)
    with pytest.raises(LeaseLost):
        store.alerts.enter(entered(alert(), turns_until=5), holder=ME, now=NOW)
    assert store.alerts.load() == Loaded(book=Book())
    other.alerts.enter(entered(alert()), holder="there-2", now=NOW)
    assert set(store.alerts.load().book.alerts) == {alert().id}


def test_of_many_that_want_the_lease_one_gets_it(store: Store, opened: Callable[[], Store]) -> None:
    books = [opened().alerts for _ in range(4)]
    got: list[bool] = []
    start = threading.Barrier(len(books))

    def take(number: int) -> None:
        start.wait()
        got.append(books[number].lease(f"holder-{number}", now=NOW, until=NOW + MINUTE))

    threads = [threading.Thread(target=take, args=(number,)) for number in range(len(books))]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(got) == [False, False, False, True]


def test_an_entry_of_which_nobody_knows_what_became_is_entered_again(store: Store) -> None:
    whole = entered(alert(), plan=plan(alert(), threads=(thread(),)), deliveries=(delivery(),), turns_until=5)
    for _ in range(2):
        holding(store).alerts.enter(whole, holder=ME, now=NOW)
    assert store.alerts.alerts() == (alert(),)
    assert store.outbox.list(limit=9) == (delivery(),)


def test_how_far_turns_were_looked_at_never_goes_back(store: Store) -> None:
    for until in (7, 3):
        holding(store).alerts.enter(entered(turns_until=until), holder=ME, now=NOW)
    assert store.alerts.load().turns_until == 7


def test_whoever_acknowledges_first_has_it_in_hand_whatever_the_planner_knows(store: Store) -> None:
    one = alert()
    holding(store).alerts.enter(entered(one), holder=ME, now=NOW)
    assert store.alerts.acknowledgements() == {}
    taken = replace(one, acknowledged_at=NOW, acknowledged_by="alice")
    assert store.alerts.acknowledge(one.id, "alice", NOW) == taken
    assert store.alerts.acknowledge(one.id, "bob", NOW + 1) == taken
    assert store.alerts.acknowledgements() == {one.id: (NOW, "alice")}
    store.alerts.enter(entered(replace(one, reading="still down")), holder=ME, now=NOW)
    assert store.alerts.alert(one.id) == replace(taken, reading="still down")
    assert store.alerts.acknowledge("a0", "alice", NOW) is None
    assert store.alerts.alert("a0") is None


def test_alerts_of_a_period_are_those_that_went_on_in_it(store: Store) -> None:
    early, late, on = resolved(alert(1)), resolved(alert(30)), alert(10)
    told = resolved(alert(20, subject=Subject(SubjectKind.CHECK, "orders/pay")))
    holding(store).alerts.enter(entered(early, late, on, told), holder=ME, now=NOW)
    forgetting = plan(early, late, book=Book(), forgotten=(early.id, late.id), decisions=())
    store.alerts.enter(entered(plan=forgetting), holder=ME, now=NOW)

    def listed(**which: object) -> list[str]:
        return [each.id for each in store.alerts.alerts(**which)]  # type: ignore[arg-type]

    assert listed() == [late.id, told.id, on.id, early.id]
    assert listed(start=T0 + 5 * MINUTE) == [late.id, told.id, on.id]
    assert listed(start=T0 + 25 * MINUTE) == [late.id, on.id]
    assert listed(end=T0 + 10 * MINUTE) == [early.id]
    assert listed(start=T0 + 5 * MINUTE, end=T0 + 15 * MINUTE) == [on.id]
    assert listed(subject=told.subject) == [told.id]
    assert listed(subject=on.subject, open_only=True) == [on.id]
    assert listed(limit=2) == [late.id, told.id]


def test_decisions_are_found_by_subject_alert_and_time(store: Store) -> None:
    one, two = alert(1), alert(2, subject=Subject(SubjectKind.PROBER, "default"))
    muted = decision(one, at=NOW, stage=Stage.SILENCE, outcome=Outcome.SUPPRESSED, until=NOW + HOUR, reason="s1")
    told = decision(
        one, at=NOW + 1, stage=Stage.DELIVERY, outcome=Outcome.TOLD, channel="ops", notification=message().id
    )
    first = plan(one, two)
    holding(store).alerts.enter(
        entered(plan=replace(first, decisions=(*first.decisions, muted, told))), holder=ME, now=NOW
    )
    read = store.alerts.decisions
    assert read(subject=LIST, limit=9) == (told, muted, decision(one))
    assert read(subject=two.subject, limit=9) == read(alert=two.id, limit=9) == (decision(two),)
    assert read(since=NOW, limit=9) == (told, muted)
    assert read(limit=2) == (told, muted)


def test_the_certificate_that_was_seen_last_is_known(store: Store) -> None:
    store.register([a_check()])
    first = Certificate("orders/list", "default", not_after=NOW + HOUR, seen_at=NOW)
    renewed = first._replace(not_after=NOW + 9 * HOUR, seen_at=NOW + 1)
    other = first._replace(check="orders/pay", location="there")
    store.alerts.note_certificates([first, other])
    store.alerts.note_certificates([renewed])
    store.alerts.note_certificates([first])
    store.alerts.note_certificates([])
    assert store.alerts.certificates() == (renewed, other)


def test_when_a_daemon_was_seen_last_is_known(store: Store) -> None:
    for location, now in (("default", NOW), ("there", NOW), ("default", NOW + 2), ("default", NOW + 1)):
        store.alerts.seen(location, now)
    assert store.alerts.last_seen() == {"default": NOW + 2, "there": NOW}


@pytest.mark.parametrize("spoilt", ["no JSON", "[1, 2]", '{"failure": "of a later version"}'])
def test_what_cannot_be_read_hides_neither_a_turn_nor_an_alert(store: Store, spoilt: str) -> None:
    from sqlalchemy import update

    from probe.store.alert_tables import alert_threads, alerts, turns

    store.record([], [turn(1)])
    opening = plan(alert(), threads=(thread(1), thread(2, channel="mail")))
    holding(store).alerts.enter(entered(plan=opening), holder=ME, now=NOW)
    with store._writing() as connection:
        connection.execute(update(turns).values(facts=spoilt))
        connection.execute(update(alerts).values(facts=spoilt, locations=spoilt))
        connection.execute(update(alert_threads).values(told=spoilt, escalated=spoilt))
        connection.execute(update(alert_threads).where(alert_threads.c.id == thread(2).id).values(shared=spoilt))
    assert store.alerts.turns(after=0)[0].facts == Facts()
    loaded = store.alerts.load()
    assert list(loaded.book.alerts) == [alert().id]
    assert [each.id for each in loaded.book.threads.values()] == [thread(1).id]


def test_thousands_at_once_are_one_entry(store: Store) -> None:
    names = [f"orders/check-{number}" for number in range(3_000)]
    many = [alert(number, subject=Subject(SubjectKind.CHECK, name)) for number, name in enumerate(names)]
    store.record([], [turn(1, check=name) for name in names])
    assert len(store.alerts.turns(after=0)) == len(many)
    whole = plan(*many)
    holding(store).alerts.enter(entered(plan=whole), holder=ME, now=NOW)
    assert store.alerts.load().book == whole.book
    over = replace(whole, decisions=(), book=Book(), forgotten=tuple(each.id for each in many))
    store.alerts.enter(entered(plan=over), holder=ME, now=NOW)
    assert store.alerts.load().book == Book()
