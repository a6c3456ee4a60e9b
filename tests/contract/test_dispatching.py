"""Dispatchers on both kinds of store: what the outbox promises, seen from the receiver's side."""

from __future__ import annotations

import asyncio

from probe.model.channel import ChannelSettings
from probe.model.notification import DeliveryState, Message
from probe.model.sensitive import Sensitive
from probe.model.units import SECOND
from probe.runtime.alerts.dispatcher import LEASE, Dispatcher
from probe.runtime.alerts.lane import Lane
from probe.store import Store, open_store
from tests.fakes.clock import FakeClock
from tests.fakes.outbox import NOW, make_delivery, make_message


class Receiver:
    def __init__(self) -> None:
        self.got: list[str] = []
        self.answers = asyncio.Event()
        self.answers.set()

    async def deliver(self, message: Message) -> str:
        self.got.append(message.id)
        await self.answers.wait()
        return "200 OK"

    async def aclose(self) -> None:
        pass


def dispatcher(store: Store, receiver: Receiver, clock: FakeClock, holder: str) -> Dispatcher:
    lanes = {"hook": Lane(ChannelSettings(name="hook", type="webhook"), receiver, clock)}
    return Dispatcher(store.outbox, lanes, clock, holder)


async def test_two_dispatchers_never_send_the_same_message_twice(url: Sensitive) -> None:
    receiver, clock = Receiver(), FakeClock(NOW)
    with open_store(url) as one, open_store(url) as two:
        one.outbox.add([make_delivery(make_message(1, thread=f"t{number}")) for number in range(30)])
        await asyncio.gather(
            dispatcher(one, receiver, clock, "one").finish(within=20),
            dispatcher(two, receiver, clock, "two").finish(within=20),
        )
        assert len(receiver.got) == len(set(receiver.got)) == 30
        assert {each.state for each in one.outbox.list(limit=99)} == {DeliveryState.DELIVERED}


async def test_what_a_killed_one_had_claimed_is_sent_by_another_with_the_same_id(url: Sensitive) -> None:
    receiver, clock = Receiver(), FakeClock(NOW)
    with open_store(url) as store:
        store.outbox.add([make_delivery()])
        receiver.answers.clear()
        killed = dispatcher(store, receiver, clock, "one")
        await killed.look()
        await killed.finish(within=0)
        receiver.answers.set()
        other = dispatcher(store, receiver, clock, "two")
        await other.finish(within=20)
        assert len(receiver.got) == 1
        clock.advance(LEASE / SECOND)
        await other.finish(within=20)
        assert receiver.got == [make_message().id] * 2
        assert [attempt.is_delivered for attempt in store.outbox.tries(make_message().id)] == [True]
