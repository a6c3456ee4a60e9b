"""An outbox in memory that goes by the rules of the store's."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from probe.model.errors import StoreUnreachable
from probe.model.notification import Delivery, DeliveryState, Message, Occasion, Try
from probe.model.sla import AlertLevel
from probe.model.units import DAY, Micros

NOW = 1_795_000_000_000_000


def make_message(number: int = 1, *, channel: str = "hook", thread: str = "t1", at: Micros = NOW) -> Message:
    """A message about nothing in particular."""
    return Message(
        id=f"msg_{thread}_{number}", channel=channel, thread=thread, number=number, occasion=Occasion.FIRING,
        level=AlertLevel.CRITICAL, title="Shop: home is down", status="CRITICAL", group=(("api", "shop"),), at=at,
        zone="UTC", entries=(),
    )  # fmt: skip


def make_delivery(message: Message | None = None) -> Delivery:
    """The message, due at once and tried for a day."""
    message = message or make_message()
    return Delivery(
        message=message, state=DeliveryState.WAITING, due_at=message.at, expires_at=message.at + DAY, alerts=("a1",)
    )


class FakeOutbox:
    """Keeps messages by their ids.

    Attributes:
        is_away: every call fails until it is reset.
    """

    def __init__(self, *deliveries: Delivery) -> None:
        self.kept = {delivery.message.id: delivery for delivery in deliveries}
        self.ledger: list[Try] = []
        self.claims: dict[str, tuple[str, Micros]] = {}
        self.is_away = False

    def claim(
        self,
        *,
        now: Micros,
        holder: str,
        lease: Micros,
        limit: int,
        channels: Collection[str] | None = None,
        but_channels: Collection[str] = (),
    ) -> tuple[Delivery, ...]:
        self._answer()
        due = [each for each in self._open() if self._is_due(each, now) and each.message.channel not in but_channels]
        due = [each for each in due if channels is None or each.message.channel in channels]
        first = {each.message.thread: each for each in reversed(self._open())}
        found = [each for each in due if first[each.message.thread].message.id == each.message.id][:limit]
        for each in found:
            self.claims[each.message.id] = (holder, now + lease)
            self.kept[each.message.id] = replace(each, state=DeliveryState.SENDING)
        return tuple(found)

    def settle(
        self, message_id: str, attempt: Try, *, holder: str, state: DeliveryState, due_at: Micros | None = None
    ) -> bool:
        self._answer()
        if self.claims.get(message_id, ("", 0))[0] != holder:
            return False
        del self.claims[message_id]
        self.ledger.append(attempt)
        known = self.kept[message_id]
        settled = replace(known, state=state, due_at=due_at or known.due_at, tries=known.tries + 1, why=attempt.answer)
        self.kept[message_id] = settled
        return True

    def add(self, deliveries: Collection[Delivery]) -> None:
        self._answer()
        for delivery in deliveries:
            self.kept.setdefault(delivery.message.id, delivery)

    def waiting(self, thread: str) -> tuple[Delivery, ...]:
        self._answer()
        found = (each for each in self.kept.values() if each.message.thread == thread)
        return tuple(each for each in found if each.state is DeliveryState.WAITING)

    def tries(self, message_id: str) -> tuple[Try, ...]:
        self._answer()
        return tuple(attempt for attempt in self.ledger if attempt.message == message_id)

    def list(self, *, states: Collection[DeliveryState], channel: str, limit: int) -> tuple[Delivery, ...]:
        self._answer()
        found = [each for each in self.kept.values() if each.state in states and each.message.channel == channel]
        return tuple(found[:limit])

    def retry(self, ids: Collection[str] | None, now: Micros) -> int:
        self._answer()
        for message_id in ids or ():
            self.kept[message_id] = replace(self.kept[message_id], state=DeliveryState.WAITING, due_at=now)
        return len(ids or ())

    def _answer(self) -> None:
        if self.is_away:
            raise StoreUnreachable("the store is away")

    def _open(self) -> Sequence[Delivery]:
        states = (DeliveryState.WAITING, DeliveryState.SENDING)
        return sorted((each for each in self.kept.values() if each.state in states), key=lambda each: each.message.at)

    def _is_due(self, delivery: Delivery, now: Micros) -> bool:
        if delivery.state is DeliveryState.SENDING:
            return self.claims[delivery.message.id][1] <= now
        return delivery.due_at <= now
