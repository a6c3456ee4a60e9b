"""Messages out of the outbox, whatever the receivers and the store do. The clock is handed in: a day takes no time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import structlog

from probe.channels.channel import DeliveryFailed
from probe.model.channel import ChannelSettings
from probe.model.notification import DeliveryState, Message, Try
from probe.model.units import DAY, HOUR, MINUTE, SECOND
from probe.runtime.alerts.dispatcher import FOREIGN_AFTER, LEASE, Dispatcher
from probe.runtime.alerts.lane import MOST_AT_ONCE, Lane
from tests.fakes.clock import FakeClock
from tests.fakes.outbox import NOW, FakeOutbox, make_delivery, make_message


class FakeChannel:
    """Notes what it is given; fails while `why` says how; hangs while `answers` is not set."""

    def __init__(self, why: Callable[[], DeliveryFailed | None] = lambda: None) -> None:
        self.got: list[Message] = []
        self.why = why
        self.tries = 0
        self.answers = asyncio.Event()
        self.answers.set()
        self.most = self.now = 0

    async def deliver(self, message: Message) -> str:
        self.tries += 1
        self.now += 1
        self.most = max(self.most, self.now)
        await self.answers.wait()
        self.now -= 1
        if failure := self.why():
            raise failure
        self.got.append(message)
        return "200 OK"

    async def aclose(self) -> None:
        pass


class Stage:
    """A dispatcher with its channels, `hook` with `mail` as its fallback, and time that is let pass."""

    def __init__(self, outbox: FakeOutbox, *, hook: FakeChannel | None = None, clock: FakeClock | None = None) -> None:
        self.clock = clock or FakeClock(NOW)
        self.outbox = outbox
        self.hook, self.mail = hook or FakeChannel(), FakeChannel()
        self.lanes = {
            "hook": Lane(ChannelSettings(name="hook", type="webhook", fallback="mail"), self.hook, self.clock),
            "mail": Lane(ChannelSettings(name="mail", type="email"), self.mail, self.clock),
        }
        self.dispatcher = self.another("one")

    def another(self, holder: str) -> Dispatcher:
        return Dispatcher(self.outbox, self.lanes, self.clock, holder, chance=lambda: 0.5)

    async def look(self) -> None:
        """Send what is due, to its end."""
        await self.dispatcher.finish(within=10)

    async def let_pass(self, seconds: int, *, step: int = 1) -> None:
        for _ in range(0, seconds, step):
            self.clock.advance(step)
            await self.look()

    def states(self) -> dict[str, DeliveryState]:
        return {key: delivery.state for key, delivery in self.outbox.kept.items()}


def away() -> DeliveryFailed:
    return DeliveryFailed("connection refused")


async def test_a_message_is_sent_once() -> None:
    stage = Stage(FakeOutbox(make_delivery()))
    await stage.let_pass(10)
    assert [message.id for message in stage.hook.got] == ["msg_t1_1"]
    assert stage.states() == {"msg_t1_1": DeliveryState.DELIVERED}
    assert [attempt.answer for attempt in stage.outbox.ledger] == ["200 OK"]


async def test_a_receiver_away_for_an_hour_gets_each_alert_once_it_is_back() -> None:
    stage = Stage(FakeOutbox())
    stage.hook.why = lambda: away() if stage.clock.now() < NOW + HOUR else None
    stage.lanes["hook"].settings = replace(stage.lanes["hook"].settings, fallback=None)
    for number in range(12):
        stage.outbox.add([make_delivery(make_message(number, thread=f"t{number}", at=NOW + number * 5 * MINUTE))])
    await stage.let_pass(70 * 60, step=5)
    assert sorted(message.thread for message in stage.hook.got) == sorted(f"t{number}" for number in range(12))
    assert set(stage.states().values()) == {DeliveryState.DELIVERED}
    arrived = max(attempt.at for attempt in stage.outbox.ledger if attempt.is_delivered)
    assert arrived <= NOW + HOUR + 10 * MINUTE


async def test_when_a_channel_works_again_what_waits_for_it_goes_at_once() -> None:
    old = replace(make_delivery(make_message(1, thread="old")), tries=6, due_at=NOW + 2 * HOUR)
    stage = Stage(FakeOutbox(old, make_delivery(make_message(1, thread="new"))))
    stage.hook.why = lambda: away() if stage.clock.now() < NOW + 2 * SECOND else None
    await stage.let_pass(20)
    assert {message.thread for message in stage.hook.got} == {"old", "new"}


async def test_a_slow_receiver_holds_up_no_other_channel() -> None:
    deliveries = [make_delivery(make_message(1, thread=f"h{number}")) for number in range(10)]
    mails = [make_delivery(make_message(1, channel="mail", thread=f"m{number}")) for number in range(10)]
    stage = Stage(FakeOutbox(*deliveries, *mails))
    stage.hook.answers.clear()
    running = asyncio.create_task(stage.dispatcher.run())
    async with asyncio.timeout(10):
        while len(stage.mail.got) < 10:
            await asyncio.sleep(0.01)
    assert (stage.hook.got, stage.hook.most) == ([], MOST_AT_ONCE)
    stage.hook.answers.set()
    async with asyncio.timeout(10):
        while len(stage.hook.got) < 10:
            await asyncio.sleep(0.01)
    assert stage.hook.most == MOST_AT_ONCE
    running.cancel()


async def test_two_dispatchers_never_send_the_same_message_twice() -> None:
    stage = Stage(FakeOutbox(*(make_delivery(make_message(1, thread=f"t{number}")) for number in range(50))))
    both = [stage.dispatcher, stage.another("two")]
    await asyncio.gather(*(each.finish(within=10) for each in both))
    assert len(stage.hook.got) == len({message.id for message in stage.hook.got}) == 50


async def test_what_a_killed_alerter_had_claimed_is_sent_again_with_the_same_id() -> None:
    stage = Stage(FakeOutbox(make_delivery()))
    stage.hook.answers.clear()
    running = asyncio.create_task(stage.dispatcher.run())
    async with asyncio.timeout(10):
        while not stage.hook.tries:
            await asyncio.sleep(0.01)
    running.cancel()  # between sending and settling: nobody settles it any more
    stage.hook.answers.set()
    successor = stage.another("two")
    await successor.finish(within=10)
    assert stage.hook.tries == 1
    stage.clock.advance(LEASE / SECOND)
    await successor.finish(within=10)
    assert {message.id for message in stage.hook.got} == {"msg_t1_1"}
    assert stage.states() == {"msg_t1_1": DeliveryState.DELIVERED}


async def test_what_was_sent_while_the_store_went_away_is_settled_and_not_sent_again() -> None:
    stage = Stage(FakeOutbox(make_delivery()))
    stage.hook.answers.clear()
    await stage.dispatcher.look()
    stage.outbox.is_away = True
    stage.hook.answers.set()
    await stage.let_pass(5 * 60, step=30)
    stage.outbox.is_away = False
    await stage.let_pass(10)
    assert len(stage.hook.got) == 1
    assert stage.states() == {"msg_t1_1": DeliveryState.DELIVERED}


async def test_the_fallback_tells_it_when_the_channel_has_not_worked_for_so_long() -> None:
    stage = Stage(FakeOutbox(make_delivery()))
    stage.hook.why = away
    await stage.let_pass(4 * 60 + 50, step=5)
    assert stage.mail.got == []
    await stage.let_pass(20, step=5)
    assert [message.title for message in stage.mail.got] == ["Shop: home is down"]
    stage.hook.why = lambda: None
    await stage.let_pass(HOUR // SECOND, step=60)
    assert [message.id for message in stage.hook.got] == ["msg_t1_1"]
    assert len(stage.mail.got) == 1


async def test_the_fallback_tells_in_time_also_what_a_channel_that_wants_to_be_left_alone_was_never_given() -> None:
    stage = Stage(FakeOutbox(make_delivery()))
    stage.hook.why = lambda: DeliveryFailed("429 Too Many Requests", retry_after=4 * HOUR)
    await stage.look()
    stage.outbox.add([make_delivery(make_message(1, thread="t2", at=NOW + MINUTE))])
    await stage.let_pass(5 * 60 + 50, step=10)
    assert len(stage.mail.got) == 1
    await stage.let_pass(20, step=10)
    assert (stage.hook.tries, len(stage.mail.got)) == (1, 2)
    await stage.let_pass(600, step=10)
    assert len(stage.mail.got) == 2


async def test_the_fallback_is_not_needed_when_the_channel_works_in_time() -> None:
    stage = Stage(FakeOutbox(make_delivery()))
    stage.hook.why = lambda: away() if stage.clock.now() < NOW + MINUTE else None
    await stage.let_pass(15 * 60, step=5)
    assert (len(stage.hook.got), stage.mail.got) == (1, [])
    assert sorted(stage.states().values()) == [DeliveryState.DELIVERED, DeliveryState.SUPERSEDED]


async def test_what_is_refused_for_good_goes_to_the_fallback_at_once() -> None:
    stage = Stage(FakeOutbox(make_delivery()))
    stage.hook.why = lambda: DeliveryFailed("404 Not Found", is_final=True)
    await stage.let_pass(2)
    assert len(stage.mail.got) == 1
    assert stage.states()["msg_t1_1"] is DeliveryState.FAILED


async def test_a_receiver_that_is_gone_disables_its_channel() -> None:
    later = make_delivery(make_message(1, thread="t2", at=NOW + MINUTE))
    stage = Stage(FakeOutbox(make_delivery(), later))
    stage.hook.why = lambda: DeliveryFailed("410 Gone", is_final=True, disables=True)
    await stage.let_pass(120, step=5)
    assert stage.hook.tries == 1
    assert stage.lanes["hook"].disabled == "410 Gone"
    assert len(stage.mail.got) == 2
    assert "the channel is disabled: 410 Gone" in stage.outbox.kept["msg_t2_1"].why


async def test_who_asks_to_be_left_alone_is() -> None:
    stage = Stage(FakeOutbox(*(make_delivery(make_message(1, thread=f"t{number}")) for number in range(3))))
    stage.hook.why = lambda: DeliveryFailed("429 Too Many Requests", retry_after=2 * MINUTE)
    await stage.look()
    before = stage.hook.tries
    stage.hook.why = lambda: None
    await stage.let_pass(119)
    assert stage.hook.tries == before
    await stage.let_pass(60)
    assert len(stage.hook.got) == 3


async def test_a_channel_that_fails_gets_one_message_at_a_time() -> None:
    stage = Stage(FakeOutbox(*(make_delivery(make_message(1, thread=f"t{number}")) for number in range(40))))
    stage.hook.why = away
    await stage.let_pass(60)
    assert stage.hook.tries < 40


async def test_failures_are_logged_ever_less_often() -> None:
    stage = Stage(FakeOutbox(*(make_delivery(make_message(1, thread=f"t{number}")) for number in range(8))))
    stage.hook.why = away
    with structlog.testing.capture_logs() as events:
        await stage.let_pass(300)
    told = [event["times"] for event in events if event["event"] == "a message was not delivered"]
    assert told == [2**power for power in range(len(told))]
    assert stage.hook.tries > len(told) > 2


async def test_what_expires_is_given_up_and_told_by_the_fallback() -> None:
    stage = Stage(FakeOutbox(make_delivery()))
    stage.hook.why = away
    stage.mail.why = away
    await stage.let_pass(DAY // SECOND + 600, step=300)
    assert stage.states()["msg_t1_1"] is DeliveryState.EXPIRED
    assert stage.lanes["hook"].given_up == 1


async def test_a_message_of_a_channel_that_the_file_has_no_more_is_given_up_unless_another_daemon_sends_it() -> None:
    stage = Stage(FakeOutbox(make_delivery(make_message(1, channel="pager"))))
    stage.dispatcher.is_planning = True
    await stage.let_pass(FOREIGN_AFTER // SECOND - 1, step=1)
    assert stage.states() == {"msg_t1_1": DeliveryState.WAITING}
    await stage.let_pass(2)
    assert stage.outbox.kept["msg_t1_1"].why == "the file has no channel pager any more"


async def test_what_another_daemons_file_has_is_left_to_it_from_the_first_moment() -> None:
    stage = Stage(FakeOutbox(make_delivery(make_message(1, channel="pager"))))
    await stage.let_pass(HOUR // SECOND, step=60)
    assert stage.states() == {"msg_t1_1": DeliveryState.WAITING}
    assert stage.outbox.ledger == []


async def test_a_fault_in_a_channel_is_an_answer_like_any_other() -> None:
    stage = Stage(FakeOutbox(make_delivery(), make_delivery(make_message(1, channel="mail", thread="t2"))))

    def broken() -> DeliveryFailed | None:
        raise RuntimeError("s3cr3t")

    stage.hook.why = broken
    await stage.look()
    assert len(stage.mail.got) == 1
    assert stage.outbox.kept["msg_t1_1"].why == "RuntimeError, which is a fault of probe"


async def test_what_can_never_be_settled_holds_up_no_other_message() -> None:
    stage = Stage(FakeOutbox(make_delivery(make_message(1, thread="bad"))))
    settle = stage.outbox.settle

    def settled(message_id: str, attempt: Try, **how: Any) -> bool:
        if message_id == "msg_bad_1":
            raise ValueError("a fault of probe")
        return settle(message_id, attempt, **how)

    stage.outbox.settle = settled  # type: ignore[method-assign]  # a fault that the store's own outbox has not
    with structlog.testing.capture_logs() as events:
        await stage.let_pass(2)
        stage.outbox.add([make_delivery(make_message(1, thread="good"))])
        await stage.let_pass(2)
    assert stage.states()["msg_good_1"] is DeliveryState.DELIVERED
    assert "what became of a message could not be written down" in [event["event"] for event in events]
