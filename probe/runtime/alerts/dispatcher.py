"""Sends what is due: each message once while all goes well, at least once whatever goes wrong, always with the same id.

A message is claimed for a while, sent, and settled. What can't be settled, for the store is away, is kept in mind, and nothing
is claimed before it is settled; what a killed alerter had claimed is sent again once the claim has run out.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from functools import partial
from typing import Final, NamedTuple, Protocol

import structlog

from probe.alerting.delivering import Sent, Settled, inherited, is_needless, settle, stand_in
from probe.model.errors import StoreError
from probe.model.notification import Delivery, DeliveryState, Try
from probe.model.units import MINUTE, SECOND, Micros
from probe.runtime.alerts.lane import Lane
from probe.runtime.clock import Clock
from probe.runtime.threads import in_thread

LEASE: Final[Micros] = 90 * SECOND
"""How long a claim holds: longer than any sending, with room for settling it."""

PAUSE: Final = 1.0
"""Seconds between two looks into the outbox, where nothing calls for one."""

FOREIGN_AFTER: Final[Micros] = 2 * MINUTE
"""How long after it was due a message of a channel that the file hasn't is left to a daemon whose file has it."""

LOOK_FOR_LATE: Final[Micros] = 5 * SECOND
"""Between two looks at what waits for a channel that fails, though its fallback should have told it by now."""

MOST_HASTENED: Final = 1_000
"""Messages that are sent at once when their channel works again; the rest come by their own schedule."""

_log = structlog.get_logger("probe.alerts")


class Outbox(Protocol):
    """What of the store the dispatcher uses (`Store.outbox`)."""

    def claim(
        self,
        *,
        now: Micros,
        holder: str,
        lease: Micros,
        limit: int,
        channels: Collection[str] | None = None,
        but_channels: Collection[str] = (),
    ) -> tuple[Delivery, ...]: ...

    def settle(
        self, message_id: str, attempt: Try, *, holder: str, state: DeliveryState, due_at: Micros | None = None
    ) -> bool: ...

    def add(self, deliveries: Collection[Delivery]) -> None: ...

    def waiting(self, thread: str) -> tuple[Delivery, ...]: ...

    def tries(self, message_id: str) -> tuple[Try, ...]: ...

    def list(self, *, states: Collection[DeliveryState], channel: str, limit: int) -> tuple[Delivery, ...]: ...

    def retry(self, ids: Collection[str] | None, now: Micros) -> int: ...


class _Ended(NamedTuple):
    """A sending that came to its end, to be written down.

    Attributes:
        copy: what goes to the fallback.
        works_again: the channel does, after it did not.
    """

    delivery: Delivery
    settled: Settled
    copy: Delivery | None = None
    works_again: bool = False


class Dispatcher:
    """Takes messages out of the outbox, channel by channel: one that is slow holds up no other.

    Args:
        lanes: the channels, by name.
        holder: who claims; no other dispatcher has the same.
        chance: in [0, 1), for the jitter.

    Attributes:
        is_planning: whether it is this alerter that plans. It gives up messages of channels that no file has any more; of
            another one they are none of its business.
    """

    def __init__(
        self,
        outbox: Outbox,
        lanes: Mapping[str, Lane],
        clock: Clock,
        holder: str,
        *,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._outbox = outbox
        self._lanes = dict(lanes)
        self._clock = clock
        self._holder = holder
        self._chance = chance
        self._one_at_a_time = asyncio.Lock()
        self._sending: set[asyncio.Task[None]] = set()
        self._ended: list[_Ended] = []
        self._wake = asyncio.Event()
        self._is_closed = False
        self._late_at: Micros | None = None
        self._stood_in: set[str] = set()
        self.is_planning = False

    def replace(self, lanes: Mapping[str, Lane]) -> None:
        """Send by these channels from now on; what is being sent comes to its end by the old ones."""
        self._lanes = dict(lanes)
        self.wake()

    def wake(self) -> None:
        """Look into the outbox now: there may be something new."""
        self._wake.set()

    async def run(self) -> None:
        """Send what falls due, until cancelled. A store that is away is asked again; what is being sent goes on."""
        while True:
            try:
                with suppress(StoreError):  # whoever plans says so, and since when
                    await self.look()
            except Exception:  # noqa: BLE001  # the next look must still come
                _log.exception("messages could not be looked for")
            await self._rest()

    async def finish(self, *, within: float, is_looking: bool = True) -> None:
        """Send what is due and let what is being sent come to its end, for so many seconds; the rest is sent again later.

        Args:
            is_looking: whether what is due and was not begun is sent as well.
        """
        self._is_closed = not is_looking
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                while await self._goes_on():
                    if self._sending:
                        await asyncio.wait(self._sending, return_when=asyncio.FIRST_COMPLETED)
        if self._sending or self._ended:
            _log.warning(
                "messages are left; they are sent again", being_sent=len(self._sending), unsettled=len(self._ended)
            )
        for task in self._sending:
            task.cancel()
        await asyncio.gather(*self._sending, return_exceptions=True)

    async def look(self) -> int:
        """Begin to send all that is due and has room; how many messages that was.

        Raises:
            StoreError: the store is away.
        """
        begun = 0
        async with self._one_at_a_time:
            await self._write_ended()
            await self._stand_in_for_late()
            while claimed := await self._claim():
                begun += len(claimed)
                for delivery in claimed:
                    self._begin(delivery)
        return begun

    async def _goes_on(self) -> bool:
        """Whether something is being sent, or can be settled, at the end."""
        try:
            await self.look()
        except StoreError:
            return bool(self._sending)  # which shall come to its end all the same
        return bool(self._sending or self._ended)

    async def _rest(self) -> None:
        try:
            await asyncio.wait_for(self._wake.wait(), PAUSE)
        except TimeoutError:
            return
        self._wake.clear()

    async def _claim(self) -> tuple[Delivery, ...]:
        """As many as each channel has room for, whichever channels they are of; else what no channel is there for."""
        if self._is_closed:
            return ()
        now = self._clock.now()
        rooms = {name: room for name, lane in self._lanes.items() if (room := lane.room(now))}
        claim = partial(self._outbox.claim, holder=self._holder)
        if rooms:
            ours = partial(claim, now=now, lease=LEASE, limit=min(rooms.values()), channels=tuple(sorted(rooms)))
            if claimed := await in_thread(ours):
                return claimed
        if not self.is_planning:
            return ()
        names = tuple(sorted(self._lanes))
        foreign = partial(claim, now=now - FOREIGN_AFTER, lease=FOREIGN_AFTER + LEASE, limit=1, but_channels=names)
        return await in_thread(foreign)

    def _begin(self, delivery: Delivery) -> None:
        lane = self._lanes.get(delivery.message.channel)
        if lane:
            lane.in_flight += 1
        task = asyncio.get_running_loop().create_task(self._carry(delivery, lane))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _carry(self, delivery: Delivery, lane: Lane | None) -> None:
        """One message, from its claim to its settling. What can't be written down is, with the next look."""
        try:
            ended = await self._ended_as_needless(delivery) or await self._ended_as_sent(delivery, lane)
        except StoreError:
            return  # not sent: the claim runs out
        finally:
            if lane:
                lane.in_flight -= 1
        self._ended.append(ended)
        self.wake()

    async def _ended_as_needless(self, delivery: Delivery) -> _Ended | None:
        """What a fallback need not tell any more."""
        if delivery.stands_for is None:
            return None
        now = self._clock.now()
        async with self._one_at_a_time:
            tries = await in_thread(self._outbox.tries, delivery.stands_for)
            waiting = await in_thread(self._outbox.waiting, delivery.message.thread)
        why = is_needless(delivery, tries, waiting)
        attempt = Try(message=delivery.message.id, at=now, took=0, is_delivered=False, answer=why)
        return _Ended(delivery, Settled(DeliveryState.SUPERSEDED, attempt)) if why else None

    async def _ended_as_sent(self, delivery: Delivery, lane: Lane | None) -> _Ended:
        if lane is None:
            why = f"the file has no channel {delivery.message.channel} any more"
            sent = Sent(self._clock.now(), 0, is_delivered=False, answer=why, is_final=True)
            return _Ended(delivery, settle(delivery, sent, now=self._clock.now(), chance=0.0))
        sent = await lane.send(delivery.message)
        now = self._clock.now()
        works_again = lane.note(sent, now=now)
        settled = settle(delivery, sent, now=now, chance=self._chance())
        if settled.is_given_up:
            lane.give_up(delivery.message.id, settled.attempt.answer)
        copy = None if sent.is_delivered else self._copy(delivery, lane, at_once=settled.is_given_up)
        return _Ended(delivery, settled, copy, works_again)

    def _copy(self, delivery: Delivery, lane: Lane, *, at_once: bool) -> Delivery | None:
        other = self._lanes.get(lane.settings.fallback or "")
        if other is None:
            return None
        return stand_in(delivery, lane.settings, other.settings, at_once=at_once, now=self._clock.now())

    async def _stand_in_for_late(self) -> None:
        """A channel that fails, or wants to be left alone, isn't given all that waits for it: its fallback tells that too."""
        now = self._clock.now()
        if self._late_at is not None and self._late_at <= now < self._late_at + LOOK_FOR_LATE:
            return
        self._late_at, met = now, set[str]()
        for lane in self._lanes.values():
            if not (lane.failures and lane.settings.fallback in self._lanes):
                continue
            for delivery in await self._waiting_of(lane.settings.name):
                met.add(delivery.message.id)
                is_late = delivery.message.at + lane.settings.fallback_after <= now
                is_new = delivery.message.id not in self._stood_in
                if is_late and is_new and (copy := self._copy(delivery, lane, at_once=False)):
                    await self._add(copy, at_once=False)
                    self._stood_in.add(delivery.message.id)
        self._stood_in &= met

    async def _waiting_of(self, channel: str) -> tuple[Delivery, ...]:
        wanted = partial(self._outbox.list, states=(DeliveryState.WAITING,), channel=channel, limit=MOST_HASTENED)
        return await in_thread(wanted)

    async def _write_ended(self) -> None:
        """What the store doesn't take now stays; what it never will must not hold up the others, and is sent again."""
        while self._ended:
            try:
                await self._write(self._ended[0])
            except StoreError:
                raise
            except Exception:  # noqa: BLE001  # a fault of ours, with one message
                message = self._ended[0].delivery.message.id
                _log.exception("what became of a message could not be written down", message=message)
            del self._ended[0]

    async def _write(self, ended: _Ended) -> None:
        """The copy first: when we are killed in between, it is made again, and is there already.

        Raises:
            StoreError: nothing of it is certain; it may be written again.
        """
        if ended.copy:
            await self._add(ended.copy, at_once=ended.settled.is_given_up)
        state, attempt, due_at = ended.settled
        message = ended.delivery.message
        settled = partial(self._outbox.settle, message.id, attempt, holder=self._holder, state=state, due_at=due_at)
        if not await in_thread(settled):
            _log.warning("a message was claimed by another before it was settled", message=message.id)
        if ended.works_again:
            await self._hasten(message.channel)

    async def _add(self, copy: Delivery, *, at_once: bool) -> None:
        for other in await in_thread(self._outbox.waiting, copy.message.thread):
            copy = inherited(copy, other)
        await in_thread(self._outbox.add, (copy,))
        if at_once:
            await in_thread(self._outbox.retry, (copy.message.id,), self._clock.now())

    async def _hasten(self, channel: str) -> None:
        """What waits for a channel that was away need not wait any longer."""
        if ids := tuple(delivery.message.id for delivery in await self._waiting_of(channel) if delivery.tries):
            await in_thread(self._outbox.retry, ids, self._clock.now())
