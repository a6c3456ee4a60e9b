"""The way past the store: while it is away no alert can be written, and who waits for them is told that from memory."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import replace

import structlog

from probe.alerting.delivering import settle
from probe.alerting.emergencies import PATIENCE, Emergency, told_of_emergencies
from probe.model.notification import Delivery, DeliveryState
from probe.runtime.alerts.job import AlertJob
from probe.runtime.alerts.lane import Lane
from probe.runtime.clock import Clock
from probe.runtime.outage import Outage

_log = structlog.get_logger("probe.alerts")


class EmergencyRoute:
    """Tells each channel once that the store is away, and once that it is back.

    Args:
        chance: in [0, 1), for the jitter.
    """

    def __init__(self, clock: Clock, *, chance: Callable[[], float] = random.random) -> None:
        self._clock = clock
        self._chance = chance
        self._emergency: Emergency | None = None
        self._told: dict[str, Delivery] = {}
        self._sending: dict[str, asyncio.Task[None]] = {}

    def look(self, job: AlertJob, lanes: Mapping[str, Lane], outage: Outage) -> None:
        """Tell whoever is to be told now, in the background."""
        now = self._clock.now()
        if self._emergency is None:
            if outage.since is None or now - outage.since < PATIENCE:
                return
            self._begin(job, outage.since, outage.why)
        elif not (outage or self._told):
            self.forget()  # nobody was to be told, so there is nothing to write down
        for name, delivery in self._told.items():
            is_due = delivery.state is DeliveryState.WAITING and delivery.due_at <= now
            if is_due and name not in self._sending and name in lanes:
                self._sending[name] = asyncio.get_running_loop().create_task(self._carry(delivery, lanes[name]))

    def ledger(self, job: AlertJob) -> tuple[Delivery, ...]:
        """Now that the store is back: what was told meanwhile, and what is told of that to those who were; for the outbox.

        It is the same until `forget`; nothing while something is being sent.
        """
        if self._emergency is None or self._sending:
            return ()
        now = self._clock.now()
        settled = [
            replace(each, state=DeliveryState.SUPERSEDED, settled_at=now) if _is_open(each) else each
            for each in self._told.values()
        ]
        channels = {channel.name: channel for channel in job.channels}
        told = [name for name, each in self._told.items() if each.state is DeliveryState.DELIVERED]
        back = [self._emergency.resolved(channels[name], now=now) for name in told if name in channels]
        return (*settled, *back)

    def forget(self) -> None:
        """All of that is written down."""
        self._emergency = None
        self._told = {}

    async def aclose(self) -> None:
        """Give up what is being sent."""
        for task in self._sending.values():
            task.cancel()
        await asyncio.gather(*self._sending.values(), return_exceptions=True)

    def _begin(self, job: AlertJob, since: int, why: str) -> None:
        emergency = Emergency(job.location, since, why, job.timezone, job.title, job.report_url)
        channels = told_of_emergencies(job.rules, job.channels)
        self._emergency = emergency
        self._told = {channel.name: emergency.firing(channel, now=self._clock.now()) for channel in channels}
        _log.error("no alert can be written, for the store is away; channels are told so", channels=list(self._told))

    async def _carry(self, delivery: Delivery, lane: Lane) -> None:
        name = delivery.message.channel
        try:
            sent = await lane.send(delivery.message)
            now = self._clock.now()
            lane.note(sent, now=now)
            settled = settle(delivery, sent, now=now, chance=self._chance())
            self._told[name] = replace(
                delivery,
                state=settled.state,
                due_at=settled.due_at or delivery.due_at,
                tries=delivery.tries + 1,
                why="" if sent.is_delivered else settled.attempt.answer,
                settled_at=None if settled.due_at else now,
            )
        finally:
            del self._sending[name]


def _is_open(delivery: Delivery) -> bool:
    return delivery.state is DeliveryState.WAITING
