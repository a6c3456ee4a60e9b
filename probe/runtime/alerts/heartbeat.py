"""The dead man's switch: a ping while everything works, and none when anything doesn't, whatever it is."""

from __future__ import annotations

import asyncio
from typing import Final

import structlog

from probe.channels.channel import Post
from probe.model.check import Request
from probe.model.settings import Heartbeat
from probe.model.units import SECOND, Micros
from probe.runtime.alerts.frames import Pulse, Status, faults_of
from probe.runtime.clock import Clock

SHORTEST: Final[Micros] = 12 * SECOND
"""Between two pings, however often the file wants them: services take five a minute."""

FRESH: Final = 5.0
"""Seconds after which a pulse tells nothing any more of the daemon."""

_MOST_ANSWER: Final = 64 * 1_024

_log = structlog.get_logger("probe.heartbeat")


class Beating:
    """Pings when it is time, and a cycle was complete: slots are begun, their results stored, alerts planned, messages sent.

    Args:
        post: sends a request, without proxies of the environment.
    """

    def __init__(self, clock: Clock, settings: Heartbeat, post: Post) -> None:
        self._clock = clock
        self._settings = settings
        self._post = post
        self._pulse: Pulse | None = None
        self._pulse_at = 0.0
        self._stored = 0
        self._next = 0.0
        self._failures = 0
        self._ping: asyncio.Task[None] | None = None

    def feel(self, pulse: Pulse) -> None:
        """How the daemon is."""
        self._pulse, self._pulse_at = pulse, self._clock.monotonic()

    def look(self, status: Status) -> None:
        """Ping in the background, if it is time and everything works."""
        now = self._clock.monotonic()
        if now < self._next or (self._ping and not self._ping.done()) or not self._is_complete(status):
            return
        self._next = now + max(self._settings.every, SHORTEST) / SECOND
        self._stored = self._pulse.stored if self._pulse else 0
        self._ping = asyncio.get_running_loop().create_task(self._send())

    async def aclose(self) -> None:
        """Give up a ping that is under way."""
        if self._ping:
            self._ping.cancel()
            await asyncio.gather(self._ping, return_exceptions=True)

    def _is_complete(self, status: Status) -> bool:
        """Since the last ping something was stored, or nothing waits to be."""
        pulse = self._pulse
        if pulse is None or self._clock.monotonic() - self._pulse_at > FRESH:
            return False
        if pulse.faults or not pulse.has_ticked or not pulse.stored or status.planned_at is None:
            return False
        return (pulse.stored > self._stored or not pulse.waiting) and not any(faults_of(status, now=self._clock.now()))

    async def _send(self) -> None:
        request = Request(method="GET", url=self._settings.url, max_body=_MOST_ANSWER)
        sample = await self._post(request, self._settings.timeout)
        if sample.http_status is not None and 200 <= sample.http_status < 300:
            self._failures = 0
            return
        self._failures += 1
        why = f"status {sample.http_status}" if sample.failure is None else sample.failure.kind  # no part of the URL
        if self._failures.bit_count() == 1:
            _log.warning("the heartbeat was not taken", why=why, times=self._failures)
