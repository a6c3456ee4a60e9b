"""The measuring engine: HTTP/1.1 on an `asyncio.Protocol` with llhttp; plain, over TLS, or over a Unix socket."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Final

import httpx

from probe.model.check import Connection
from probe.probers.connecting import addresses_of, printed, race
from probe.probers.dns import Resolver
from probe.probers.exchange import Exchange
from probe.probers.pool import LONGEST_REST, Place, Pool
from probe.probers.resolve import LookUp
from probe.probers.seam import connection_of, recorder_of, written_form
from probe.probers.timing import Recorder
from probe.probers.tls import context
from probe.probers.wire import Wire

_IDEMPOTENT: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"})
"""What may be sent twice when a connection dies over it (RFC 9110 §9.2.2)."""

_TOLD_REST: Final = re.compile(rb"timeout=(\d{1,6})")


class EngineTransport(httpx.AsyncBaseTransport):
    """Measures what a first visitor feels: name, connection and handshake each time, unless the check reuses connections.

    Raises `TargetFailure`, and what the socket and OpenSSL raise; `failures.classify` knows them.
    """

    def __init__(self, look_up: LookUp | None = None) -> None:
        self._look_up = look_up or Resolver().addresses
        self._pool = Pool()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        recorder, connection = recorder_of(request), connection_of(request)
        head = written_form(request)
        place = _place(request, connection)
        pool = self._pool if connection.reuse else None  # another one after a reload, and not for this wire
        resting = pool.take(place) if pool else None
        if resting:
            recorder.address, recorder.tls = resting.address, resting.tls
            try:
                return await self._exchanged(request, head, resting, recorder, place, pool)
            except Exception:
                if request.method not in _IDEMPOTENT or recorder.has_answer:
                    raise
                recorder.begin_again()  # the target had closed it, and word of it crossed our request
        wire = await self._connected(place, recorder)
        return await self._exchanged(request, head, wire, recorder, place, pool)

    async def aclose(self) -> None:
        """Close the connections that rest."""
        self._pool.close()
        self._pool = Pool()

    async def _connected(self, place: Place, recorder: Recorder) -> Wire:
        wire = Wire(recorder)
        if place.scheme == "https":
            context(place.connection.tls, http2=False)  # made before anything is timed
        try:
            recorder.address = wire.address = await self._connect(wire, place, recorder)
            if place.scheme == "https":
                await wire.secure(place.connection.tls, place.host.decode("ascii"))
        except BaseException:
            wire.close()
            raise
        return wire

    async def _connect(self, wire: Wire, place: Place, recorder: Recorder) -> str:
        loop = asyncio.get_running_loop()
        if path := place.connection.unix_socket:
            recorder.address = f"unix:{path}"
            recorder.begin("connect")
            await loop.create_unix_connection(lambda: wire, path)
            return f"unix:{path}"
        host = place.host.decode("ascii")
        addresses = await addresses_of(host, place.connection, self._look_up, recorder)
        recorder.address = printed(addresses[-1], place.port)
        recorder.begin("connect")
        if len(addresses) == 1:
            await loop.create_connection(lambda: wire, addresses[0], place.port)
            return printed(addresses[0], place.port)
        opened, address = await race(addresses, place.port)
        await loop.create_connection(lambda: wire, sock=opened)
        return printed(address, place.port)

    async def _exchanged(
        self, request: httpx.Request, head: bytes, wire: Wire, recorder: Recorder, place: Place, pool: Pool | None
    ) -> httpx.Response:
        exchange = Exchange(wire, recorder, has_body=request.method != "HEAD")
        try:
            await exchange.send(head)
            await exchange.head()
        except BaseException:
            wire.close()
            raise
        body = _Body(exchange, wire, pool, place)
        return httpx.Response(
            exchange.status, headers=exchange.headers, stream=body, request=request,
            extensions={"http_version": (recorder.http_version or "").encode("ascii")},
        )  # fmt: skip


class _Body(httpx.AsyncByteStream):
    """The response's raw body; closing it closes the connection, or lets it rest."""

    def __init__(self, exchange: Exchange, wire: Wire, pool: Pool | None, place: Place) -> None:
        self._exchange = exchange
        self._wire = wire
        self._pool = pool
        self._place = place

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while parts := await self._exchange.parts():
            for part in parts:
                yield part

    async def aclose(self) -> None:
        if self._pool and self._exchange.leaves_a_reusable_wire:
            self._pool.give(self._place, self._wire, rest=_rest(self._exchange.headers))
        else:
            self._wire.close()


def _place(request: httpx.Request, connection: Connection) -> Place:
    url = request.url
    return Place(url.scheme, url.raw_host, url.port or (443 if url.scheme == "https" else 80), connection)


def _rest(headers: list[tuple[bytes, bytes]]) -> float:
    """For how many seconds the target keeps an idle connection, less one for the way; RFC 9112 leaves it unsaid."""
    told = next((value for name, value in headers if name.lower() == b"keep-alive"), b"")
    found = _TOLD_REST.search(told)
    return max(0.0, float(found[1]) - 1) if found else LONGEST_REST
