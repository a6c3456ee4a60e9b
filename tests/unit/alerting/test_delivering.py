"""What becomes of a message after it was sent."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probe.alerting.delivering import PAUSES, Sent, inherited, is_needless, pause, settle, stand_in
from probe.model.channel import ChannelSettings
from probe.model.notification import DeliveryState, Try
from probe.model.units import DAY, HOUR, MINUTE, SECOND
from tests.fakes.outbox import NOW, make_delivery, make_message

DELIVERY = make_delivery()
FAILED = Sent(NOW, 2 * SECOND, is_delivered=False, answer="503 Service Unavailable")
HOOK = ChannelSettings(name="hook", type="webhook", fallback="mail", fallback_after=5 * MINUTE)
MAIL = ChannelSettings(name="mail", type="email")


def test_what_was_delivered_is_done() -> None:
    sent = Sent(NOW, SECOND, is_delivered=True, answer="200 OK")
    settled = settle(DELIVERY, sent, now=NOW, chance=0.5)
    assert (settled.state, settled.attempt.answer, settled.attempt.is_final) == (
        DeliveryState.DELIVERED,
        "200 OK",
        True,
    )


def test_what_was_refused_for_good_is_not_tried_again() -> None:
    settled = settle(DELIVERY, FAILED._replace(is_final=True), now=NOW, chance=0.5)
    assert settled.state is DeliveryState.FAILED
    assert settled.is_given_up


@pytest.mark.parametrize(
    ("tries", "expected"),
    [(0, 5 * SECOND), (1, 30 * SECOND), (2, 2 * MINUTE), (3, 10 * MINUTE), (5, HOUR), (7, 4 * HOUR), (99, 4 * HOUR)],
)
def test_pauses_grow(tries: int, expected: int) -> None:
    settled = settle(replace(DELIVERY, tries=tries), FAILED, now=NOW, chance=0.5)
    assert (settled.state, settled.due_at) == (DeliveryState.WAITING, NOW + expected)
    assert not settled.attempt.is_final


def test_retry_after_is_obeyed_where_it_is_longer() -> None:
    assert settle(DELIVERY, FAILED._replace(retry_after=90 * SECOND), now=NOW, chance=0.5).due_at == NOW + 90 * SECOND
    assert settle(DELIVERY, FAILED._replace(retry_after=1), now=NOW, chance=0.5).due_at == NOW + 5 * SECOND


def test_the_last_try_is_when_it_expires_and_then_it_is_given_up() -> None:
    late = replace(DELIVERY, tries=9)
    last = settle(late, FAILED, now=NOW + 23 * HOUR, chance=0.5)
    assert (last.state, last.due_at) == (DeliveryState.WAITING, NOW + DAY)
    given_up = settle(late, FAILED, now=NOW + DAY, chance=0.5)
    assert given_up.state is DeliveryState.EXPIRED
    assert given_up.attempt.answer == "given up after 1d: 503 Service Unavailable"


def test_who_wants_to_be_left_alone_for_longer_than_a_message_lives_has_it_given_up_at_once() -> None:
    settled = settle(DELIVERY, FAILED._replace(retry_after=2 * DAY), now=NOW, chance=0.5)
    assert settled.state is DeliveryState.EXPIRED


@given(st.integers(0, 50), st.floats(0, 1, exclude_max=True))
def test_a_pause_is_jittered_by_a_tenth_at_most(tries: int, chance: float) -> None:
    base = PAUSES[min(tries, len(PAUSES) - 1)]
    assert 0.9 * base <= pause(tries, chance) <= 1.1 * base


@given(st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 5 * HOUR)), min_size=60, max_size=60))
def test_a_message_that_never_arrives_is_given_up_in_its_time(answers: list[tuple[float, int]]) -> None:
    delivery, now = DELIVERY, NOW
    for chance, asked in answers:
        settled = settle(delivery, FAILED._replace(retry_after=asked), now=now, chance=chance)
        if settled.due_at is None:
            break
        assert now < settled.due_at <= delivery.expires_at
        delivery, now = replace(delivery, tries=delivery.tries + 1), settled.due_at
    assert settled.state is DeliveryState.EXPIRED


def test_the_fallback_stands_in_once_its_time_has_come() -> None:
    copy = stand_in(DELIVERY, HOOK, MAIL, at_once=False, now=NOW + SECOND)
    assert (copy.message.channel, copy.due_at, copy.stands_for) == ("mail", NOW + 5 * MINUTE, DELIVERY.message.id)
    assert copy.message.thread != DELIVERY.message.thread
    assert copy.alerts == DELIVERY.alerts


def test_the_fallback_stands_in_at_once_for_what_is_given_up() -> None:
    assert stand_in(DELIVERY, HOOK, MAIL, at_once=True, now=NOW + SECOND).due_at == NOW + SECOND


def test_a_copy_is_the_same_one_however_often_it_is_made() -> None:
    first = stand_in(DELIVERY, HOOK, MAIL, at_once=False, now=NOW)
    assert stand_in(DELIVERY, HOOK, MAIL, at_once=True, now=NOW + HOUR).message == first.message


def test_fallbacks_in_a_ring_come_to_an_end() -> None:
    """Each channel gets one copy: that of the third round is the first one again."""
    back = replace(MAIL, fallback="hook")
    copy = stand_in(DELIVERY, HOOK, MAIL, at_once=True, now=NOW)
    returned = stand_in(copy, back, HOOK, at_once=True, now=NOW)
    assert stand_in(returned, HOOK, MAIL, at_once=True, now=NOW).message.id == copy.message.id
    assert copy.stands_for == returned.stands_for == DELIVERY.message.id


def test_a_later_change_does_not_put_the_fallback_off() -> None:
    earlier = stand_in(DELIVERY, HOOK, MAIL, at_once=False, now=NOW)
    later = stand_in(
        make_delivery(make_message(2, at=NOW + 4 * MINUTE)), HOOK, MAIL, at_once=False, now=NOW + 4 * MINUTE
    )
    assert inherited(later, earlier).due_at == NOW + 5 * MINUTE
    assert is_needless(earlier, (), (earlier, later)) == "a later message says all that it says"
    assert is_needless(later, (), (earlier, later)) == ""


def test_no_fallback_is_needed_for_what_was_delivered() -> None:
    copy = stand_in(DELIVERY, HOOK, MAIL, at_once=False, now=NOW)
    delivered = Try(message=DELIVERY.message.id, at=NOW, took=1, is_delivered=True, answer="200 OK")
    assert is_needless(copy, (delivered,), ()) == "the message that it stands for was delivered"
    assert is_needless(copy, (replace(delivered, is_delivered=False),), ()) == ""
