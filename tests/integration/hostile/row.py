"""What a row says: one kind of misbehaviour, and what probe says of it."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from enum import Enum
from typing import Final

from probe.model.sample import FailureKind
from probe.model.units import SECOND, Micros
from tests.fakes.dns import Says
from tests.fakes.servers import Authority, Behaviour, Server, answers, ok, read_request, serving

SECRET: Final = "s3cr3t-canary"
"""Sent in the URL, a header and the body. Whoever reflects it must not get it into a result."""

NAME: Final = "www.example"
MEGABYTE: Final = 1_000_000
HEAD: Final = b"HTTP/1.1 200 OK\r\n"
CHUNKED: Final = HEAD + b"transfer-encoding: chunked\r\n\r\n"
BODY: Final = b"abc"
"""Of a response that is odd, and yet complete."""

AS_IT_SHOULD: Final = answers(ok(BODY))


class Reached(Enum):
    """How a row's server is reached."""

    PLAIN = "plain"
    TLS = "tls"  # `behave` speaks inside TLS
    RAW_TLS = "raw tls"  # the URL is https, and `behave` speaks for itself


ONLY_PLAIN: Final = (Reached.PLAIN,)
EITHER: Final = (Reached.PLAIN, Reached.TLS)
WITHIN_TLS: Final = (Reached.TLS,)
INSTEAD_OF_TLS: Final = (Reached.RAW_TLS,)


@dataclass(frozen=True, slots=True, kw_only=True)
class HostileNames:
    """A name server that misbehaves.

    Attributes:
        udp: what the server says to each query; `tcp` by TCP, where that is something else.
        behave: what becomes of each TCP connection instead.
        says: part of the failure's detail; empty where the name is resolved all the same, to `found`.
        within: the policy's time-out.
    """

    name: str
    udp: Says
    tcp: Says | None = None
    behave: Behaviour | None = None
    says: str = ""
    found: tuple[str, ...] = ("127.0.0.1",)
    within: Micros = 5 * SECOND


@dataclass(frozen=True, slots=True, kw_only=True)
class Hostile:
    """One kind of misbehaviour.

    Attributes:
        behave: what becomes of each connection.
        kind: the failure; `None` where the response is complete all the same, with `BODY`.
        says: part of the failure's detail; inside TLS what breaks may show in another way.
        status: what of the response is known.
        expects: sentences that the response is judged by.
        redirects: how many are followed.
        max_body: bytes that a body may have.
        sends: size of the request's body; with 0 it is a GET.
        reached: in which ways it is tried.
        context: the server's side of TLS.
        trusts: whether the check knows the authority.
        listen: the server, where it isn't one that accepts whoever comes.
        names: whom the check asks for its host's address; `None` where the URL has the address.
    """

    name: str
    kind: FailureKind | None
    behave: Behaviour = AS_IT_SHOULD
    says: str = ""
    status: int | None = None
    expects: tuple[str, ...] = ()
    redirects: int = 0
    max_body: int = MEGABYTE
    sends: int = 0
    reached: tuple[Reached, ...] = EITHER
    context: Callable[[Authority], ssl.SSLContext] = Authority.context
    trusts: bool = True
    listen: Callable[[], AbstractAsyncContextManager[Server]] | None = None
    names: HostileNames | None = None

    def serving(self, reached: Reached, authority: Authority) -> AbstractAsyncContextManager[Server]:
        """The server, running."""
        if self.listen:
            return self.listen()
        return serving(self.behave, tls=self.context(authority) if reached is Reached.TLS else None)


def floods(first: bytes, part: bytes, *, pause: float = 0.0) -> Behaviour:
    """Reads a request, writes `first`, then `part` again and again, `pause` seconds apart, for as long as somebody reads."""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        await endlessly(writer, first, part, pause=pause)

    return behave


async def endlessly(writer: asyncio.StreamWriter, first: bytes, part: bytes, *, pause: float = 0.0) -> None:
    """`first`, and then `part` again and again, for as long as somebody reads."""
    writer.write(first)
    while not writer.is_closing():
        writer.write(part)
        await writer.drain()
        await asyncio.sleep(pause)
