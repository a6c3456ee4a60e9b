"""What the contract of channels needs of each kind: a receiver that behaves as told, and a channel that leads to it."""

from __future__ import annotations

import ssl
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from probe.model.channel import ChannelSettings
from probe.model.units import SECOND, Micros
from tests.fakes.servers import Authority

SECRET = "s3cr3t-canary-of-this-channel"
"""Stands in each option that may hold a secret. Whoever reflects it must not get it into an answer or an error."""

LONG: Micros = 20 * SECOND
SHORT: Micros = SECOND // 2


class Behaviour(Enum):
    """What becomes of a message at the receiver."""

    TAKES = "takes it"
    REFUSES_FOR_NOW = "refuses it for now"
    REFUSES_FOR_GOOD = "refuses it for good"
    HANGS = "hears it, and says nothing"
    DRIPS = "answers byte by byte, for ever"
    FLOODS = "answers without end"
    RUBBISH = "answers what is no answer"
    HANGS_UP = "closes the connection instead of answering"


@dataclass(slots=True)
class Receiver:
    """A receiver that runs.

    Attributes:
        settings: of a channel that leads to it.
        heard: the ids of the messages that it heard to their end, in their order.
        texts: all that came of each.
    """

    settings: ChannelSettings
    heard: list[str] = field(default_factory=list)
    texts: list[bytes] = field(default_factory=list)


class Stand(Protocol):
    """What there is of each kind of channel."""

    name: str

    def receiving(
        self,
        behaviour: Behaviour,
        authority: Authority,
        *,
        within: Micros = LONG,
        context: ssl.SSLContext | None = None,
    ) -> AbstractAsyncContextManager[Receiver]:
        """A receiver on loopback, over TLS.

        Whatever it refuses, and whatever else it says, it reflects all that it was told.

        Args:
            within: the channel's time-out.
            context: of the server, where that isn't one that the channel trusts.
        """
        ...

    def leading_to(self, host: str, port: int, *, within: Micros = LONG) -> ChannelSettings:
        """A channel that leads there."""
        ...
