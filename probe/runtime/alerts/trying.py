"""Test messages: sent at once, past the outbox, so that a person sees what a channel does."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

from probe.channels.channel import DeliveryFailed
from probe.channels.registry import KINDS
from probe.channels.sample import sample_message
from probe.model.channel import ChannelSettings
from probe.model.notification import Delivery, DeliveryState, Message, Try
from probe.model.settings import Settings
from probe.model.units import SECOND
from probe.runtime.alerts.job import AlertJob
from probe.runtime.alerts.surroundings import surroundings
from probe.runtime.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """A test message, and what became of it.

    Attributes:
        disables: whether the receiver wants no more messages at all.
    """

    channel: ChannelSettings
    message: Message
    attempt: Try
    disables: bool = False

    @property
    def delivery(self) -> Delivery:
        """The message as the ledger has it: whatever became of it, it isn't sent again."""
        attempt, at = self.attempt, self.message.at
        return Delivery(
            message=self.message,
            state=DeliveryState.DELIVERED if attempt.is_delivered else DeliveryState.FAILED,
            due_at=at,
            expires_at=at + self.channel.expires_after,
            alerts=(),
            tries=1,
            why="" if attempt.is_delivered else attempt.answer,
            settled_at=at + attempt.took,
        )


async def send_tests(channels: Sequence[ChannelSettings], settings: Settings, clock: Clock) -> list[Tested]:
    """A message by each, all at once; none is tried again."""
    job = AlertJob.of(settings)
    return await asyncio.gather(*(_test(channel, job, clock) for channel in channels))


async def _test(settings: ChannelSettings, job: AlertJob, clock: Clock) -> Tested:
    message = _message(settings.name, job, clock)
    channel = KINDS[settings.type].open(settings, surroundings(job, clock))
    began, failed = clock.monotonic(), None
    try:
        answer = await channel.deliver(message)
    except DeliveryFailed as error:
        answer, failed = error.why, error
    finally:
        await channel.aclose()
    attempt = Try(
        message=message.id,
        at=message.at,
        took=round((clock.monotonic() - began) * SECOND),
        is_delivered=failed is None,
        answer=answer,
        is_final=failed is None or failed.is_final,
    )
    return Tested(channel=settings, message=message, attempt=attempt, disables=failed is not None and failed.disables)


def _message(channel: str, job: AlertJob, clock: Clock) -> Message:
    return sample_message(
        channel,
        id_=f"msg_{uuid4().hex}",
        thread=f"t{uuid4().hex[:10]}",
        now=clock.now(),
        zone=job.timezone,
        site=job.title,
        link=job.report_url,
    )
