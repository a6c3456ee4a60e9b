"""A forward proxy on loopback: tunnels by CONNECT, and passes plain requests on."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tests.fakes.servers import Server, serving

ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"


@dataclass(slots=True)
class Proxy:
    """A running proxy.

    Attributes:
        heads: of the requests that it was sent.
        leads_to: where everything goes, whatever the request names: the names of tests exist nowhere.
    """

    server: Server
    leads_to: Server
    heads: list[bytes] = field(default_factory=list)

    def url(self, credentials: str = "") -> str:
        """Its address."""
        return f"{self.server.scheme}://{credentials}{self.server.host}:{self.server.port}"


@asynccontextmanager
async def proxying(
    target: Server, *, refusal: bytes = b"", pause: float = 0.0, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Proxy]:
    """A proxy in front of a target; with `refusal` it answers that instead of passing on."""
    heads: list[bytes] = []

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        heads.append(head)
        await asyncio.sleep(pause)
        if refusal:
            writer.write(refusal)
            return
        inner_reader, inner_writer = await asyncio.open_connection(target.host, target.port)
        if head.startswith(b"CONNECT "):
            writer.write(ESTABLISHED)
        else:
            inner_writer.write(_in_origin_form(head))
        try:
            await asyncio.wait(
                [asyncio.create_task(_pass(reader, inner_writer)), asyncio.create_task(_pass(inner_reader, writer))],
                return_when=asyncio.FIRST_COMPLETED,
            )
            await writer.drain()
        finally:
            inner_writer.transport.abort()

    async with serving(behave, tls=tls) as server:
        yield Proxy(server, target, heads)


def _in_origin_form(head: bytes) -> bytes:
    """`GET http://host/path` as the target itself wants it."""
    method, url, rest = head.split(b" ", 2)
    parts = urlsplit(url.decode())
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return b" ".join([method, path.encode(), rest])


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
        await writer.drain()
