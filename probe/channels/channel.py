"""The seam of channels: what each kind of them must do, what it may ask for, and how it says what went wrong."""

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol, TypeAlias

from probe.model.channel import ChannelSettings, Option
from probe.model.check import Request
from probe.model.notification import Message
from probe.model.sample import Sample
from probe.model.sensitive import Redactor
from probe.model.units import Micros

LONGEST_ANSWER: Final = 300
"""Characters of a receiver's answer that are kept."""

Post: TypeAlias = Callable[[Request, Micros], Awaitable[Sample]]
"""Sends an HTTP request, and gives what came of it within so many microseconds: never raises but for cancellation. Addresses
are vetted, and the answer is bounded by the request; no redirect is followed, and nothing is logged."""

Connect: TypeAlias = Callable[[str, int], Awaitable[socket.socket]]
"""A non-blocking socket, connected to a host's port at an address that was vetted; raises `DeliveryFailed`. How long it may
take is the caller's to say."""


class DeliveryFailed(Exception):
    """A message did not arrive, as far as is known.

    Attributes:
        why: what went wrong, for a person; free of secrets.
        is_final: whether to try again is in vain.
        retry_after: how long the receiver wants to be left alone, microseconds; `None` where it didn't say.
        disables: whether the receiver wants no more messages at all.
    """

    def __init__(
        self, why: str, *, is_final: bool = False, retry_after: Micros | None = None, disables: bool = False
    ) -> None:
        super().__init__(why)
        self.why = why
        self.is_final = is_final
        self.retry_after = retry_after
        self.disables = disables


class Channel(Protocol):
    """One way to tell people."""

    async def deliver(self, message: Message) -> str:
        """Send it once, within the channel's time-out.

        Whatever is sent carries the message's id, the same in every try. Cancelling it leaves nothing open.

        Returns:
            What the receiver answered, at most `LONGEST_ANSWER` characters, free of secrets.

        Raises:
            DeliveryFailed: it did not arrive.
        """
        ...

    async def aclose(self) -> None:
        """Close what is kept open between messages."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a channel may ask for: it looks at no clock, resolves no name, and vets no address itself.

    Attributes:
        now: the wall clock, microseconds.
        site: what the report is called.
        report_url: where people find it; empty where nobody said.
        location: where this is.
    """

    post: Post
    connect: Connect
    now: Callable[[], Micros]
    site: str = "probe"
    report_url: str = ""
    location: str = "default"


class Remark(NamedTuple):
    """What is wrong with a channel's options beyond what their kinds say, or worth a warning."""

    option: str
    text: str
    is_mistake: bool = True


def _nothing(_: ChannelSettings) -> Iterable[Remark]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of channel. Loading a file asks it for its options, and imports nothing else for it.

    Attributes:
        name: `type` in the file.
        description: one sentence for `probe schema` and the docs.
        open: makes the channel; connects to nobody yet.
        examine: looks at options that are complete, each as its kind says.
    """

    name: str
    description: str
    options: tuple[Option, ...]
    open: Callable[[ChannelSettings, Surroundings], Channel]
    examine: Callable[[ChannelSettings], Iterable[Remark]] = _nothing


def answer(text: str, redactor: Redactor) -> str:
    """What a receiver said as one line that may be kept and shown: bounded, printable, secrets masked."""
    shown = " ".join(redactor.redact(text).split())
    printable = "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in shown)
    return printable if len(printable) <= LONGEST_ANSWER else printable[: LONGEST_ANSWER - 1] + "…"
