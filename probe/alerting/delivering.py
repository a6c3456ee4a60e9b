"""What becomes of a message after it was sent: when it is sent again, when it is given up, who stands in for its channel."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import Final, NamedTuple

from probe.model.channel import ChannelSettings
from probe.model.notification import Delivery, DeliveryState, Message, Try
from probe.model.units import HOUR, MINUTE, SECOND, Micros, format_duration

PAUSES: Final[tuple[Micros, ...]] = (
    5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR,
)  # fmt: skip
"""After each try that failed, how long until the next; the last one again and again."""

JITTER: Final = 0.1
"""By which share a pause is made longer or shorter: what failed together isn't to come back together."""


class Sent(NamedTuple):
    """What came of sending a message once.

    Attributes:
        answer: what the receiver said, or why nothing came of it; free of secrets.
        is_final: whether to try again is in vain.
        retry_after: how long the receiver wants to be left alone.
    """

    at: Micros
    took: Micros
    is_delivered: bool
    answer: str
    is_final: bool = False
    retry_after: Micros | None = None


class Settled(NamedTuple):
    """Where a message stands then; `due_at` where it is sent again."""

    state: DeliveryState
    attempt: Try
    due_at: Micros | None = None

    @property
    def is_given_up(self) -> bool:
        """Whether it will never arrive."""
        return self.state in (DeliveryState.FAILED, DeliveryState.EXPIRED)


def settle(delivery: Delivery, sent: Sent, *, now: Micros, chance: float) -> Settled:
    """What follows from a try.

    Args:
        chance: in [0, 1): where in the range of `JITTER` the pause lies.
    """
    if sent.is_delivered:
        return Settled(DeliveryState.DELIVERED, _try(delivery, sent, sent.answer))
    if sent.is_final:
        return Settled(DeliveryState.FAILED, _try(delivery, sent, sent.answer))
    asked = now + (sent.retry_after or 0)
    if now >= delivery.expires_at or asked > delivery.expires_at:
        given_up = f"given up after {format_duration(_whole_seconds(now - delivery.message.at))}: {sent.answer}"
        return Settled(DeliveryState.EXPIRED, _try(delivery, sent, given_up))
    due_at = min(max(now + pause(delivery.tries, chance), asked), delivery.expires_at)
    return Settled(DeliveryState.WAITING, _try(delivery, sent, sent.answer, is_final=False), due_at)


def pause(tries: int, chance: float) -> Micros:
    """How long to wait after so many tries, the first is 0 (Standard Webhooks, shortened for alerts)."""
    base = PAUSES[min(tries, len(PAUSES) - 1)]
    return round(base * (1 - JITTER + 2 * JITTER * chance))


def _try(delivery: Delivery, sent: Sent, answer: str, *, is_final: bool = True) -> Try:
    return Try(
        message=delivery.message.id,
        at=sent.at,
        took=sent.took,
        is_delivered=sent.is_delivered,
        answer=answer,
        is_final=is_final,
    )


def _whole_seconds(duration: Micros) -> Micros:
    return max(duration, 0) // SECOND * SECOND


def stand_in(
    delivery: Delivery, failing: ChannelSettings, other: ChannelSettings, *, at_once: bool, now: Micros
) -> Delivery:
    """The message as the fallback sends it: at once, or when its channel has not worked for so long.

    It is the same one, with the same id, however often it is made; and in a thread of its own, for it must not wait for the
    message that it stands for. So a fallback of a fallback never comes back to where it began.
    """
    first = delivery.stands_for or delivery.message.id
    due_at = now if at_once else max(now, delivery.message.at + failing.fallback_after)
    message = replace(
        delivery.message,
        id=f"msg_{_digest(first, other.name)[:32]}",
        channel=other.name,
        thread=f"t{_digest(delivery.message.thread, other.name)[:10]}",
    )
    return Delivery(
        message=message,
        state=DeliveryState.WAITING,
        due_at=due_at,
        expires_at=due_at + other.expires_after,
        alerts=delivery.alerts,
        stands_for=first,
    )


def inherited(copy: Delivery, earlier: Delivery) -> Delivery:
    """The copy, that goes when an earlier one of its thread would have: changes must not put it off again and again."""
    return replace(copy, due_at=min(copy.due_at, earlier.due_at))


def is_needless(copy: Delivery, tries: tuple[Try, ...], waiting: tuple[Delivery, ...]) -> str:
    """Why a fallback's copy need not be sent, a sentence; empty where it must.

    Args:
        tries: of the message that it stands for.
        waiting: what waits in the copy's thread.
    """
    if any(attempt.is_delivered for attempt in tries):
        return "the message that it stands for was delivered"
    if any(_is_later(other.message, copy.message) for other in waiting):
        return "a later message says all that it says"
    return ""


def _is_later(message: Message, than: Message) -> bool:
    return message.id != than.id and message.number > than.number


def _digest(*parts: str) -> str:
    return sha256("\n".join(parts).encode()).hexdigest()
