"""One channel as the dispatcher sees it: how many messages it may be given now, and how it has fared."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Final

import structlog

from probe.alerting.delivering import Sent
from probe.channels.channel import Channel, DeliveryFailed
from probe.model.channel import ChannelSettings
from probe.model.notification import Message
from probe.model.units import SECOND, Micros, format_duration
from probe.runtime.clock import Clock

MOST_AT_ONCE: Final = 4
"""Messages that a channel is given at the same time; one, while it fails."""

SEND_SECONDS: Final = 60.0
"""How long a message may take, whatever the channel's own time-out is."""

LONGEST_REST: Final[Micros] = 30 * SECOND
"""How long a channel that fails is left alone between two messages, where it doesn't ask for more."""

_log = structlog.get_logger("probe.alerts")


class Lane:
    """What messages of one channel share.

    Attributes:
        in_flight: messages that are being sent.
        failures: tries that failed since the last that didn't.
        disabled: why it gets no more messages until its settings change; empty where it does.
        delivered, given_up: messages, since the start.
    """

    def __init__(self, settings: ChannelSettings, channel: Channel, clock: Clock) -> None:
        self._clock = clock
        self.settings = settings
        self.channel = channel
        self.in_flight = 0
        self.failures = 0
        self.disabled = ""
        self.delivered = 0
        self.given_up = 0
        self._failing_since: Micros | None = None
        self._rests_until: Micros = 0

    def room(self, now: Micros) -> int:
        """How many more messages it may be given. One that is disabled takes all: they fail without being sent."""
        if now < self._rests_until and not self.disabled:
            return 0
        return max(0, (1 if self.failures else MOST_AT_ONCE) - self.in_flight)

    async def send(self, message: Message) -> Sent:
        """What comes of giving it to the channel: whatever goes wrong there is an answer."""
        at, began = self._clock.now(), self._clock.monotonic()
        failed = partial(Sent, at, is_delivered=False)
        if self.disabled:
            return failed(took=0, answer=f"not sent, for the channel is disabled: {self.disabled}", is_final=True)
        try:
            async with asyncio.timeout(SEND_SECONDS):
                answer = await self.channel.deliver(message)
            return Sent(at, self._since(began), is_delivered=True, answer=answer)
        except DeliveryFailed as error:
            if error.disables:
                self._disable(error.why)
            took = self._since(began)
            return failed(took=took, answer=error.why, is_final=error.is_final, retry_after=error.retry_after)
        except TimeoutError:
            return failed(took=self._since(began), answer=f"it took longer than {SEND_SECONDS:g} s")
        except Exception as error:  # noqa: BLE001  # a fault in one channel must not take the others with it
            _log.exception("a channel failed", channel=self.settings.name)
            return failed(took=self._since(began), answer=f"{type(error).__name__}, which is a fault of probe")

    def note(self, sent: Sent, *, now: Micros) -> bool:
        """A try came to its end; whether the channel works again after it did not."""
        if sent.is_delivered:
            self.delivered += 1
            return self._recover(now)
        self.failures += 1
        self._failing_since = self._failing_since or now
        if not sent.is_final:
            rest = min(LONGEST_REST, SECOND << min(self.failures - 1, 10))
            self._rests_until = now + max(rest, sent.retry_after or 0)
        if self.failures.bit_count() == 1:  # 1, 2, 4, 8, …: ever less often
            _log.warning(
                "a message was not delivered", channel=self.settings.name, why=sent.answer, times=self.failures
            )
        return False

    def give_up(self, message: str, why: str) -> None:
        """One of its messages will never arrive."""
        self.given_up += 1
        if self.given_up.bit_count() == 1:
            _log.error(
                "a message is given up", channel=self.settings.name, message=message, why=why, times=self.given_up
            )

    def _recover(self, now: Micros) -> bool:
        was_failing = self._failing_since is not None
        if self._failing_since is not None:
            away = format_duration(max(0, now - self._failing_since) // SECOND * SECOND)
            _log.info("the channel takes messages again", channel=self.settings.name, away=away)
        self.failures, self._failing_since, self._rests_until = 0, None, 0
        return was_failing

    def _disable(self, why: str) -> None:
        if not self.disabled:
            _log.error("the channel is disabled until its settings change", channel=self.settings.name, why=why)
        self.disabled = why

    def _since(self, began: float) -> Micros:
        return round((self._clock.monotonic() - began) * SECOND)
