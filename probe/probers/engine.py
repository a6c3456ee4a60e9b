"""The measuring engine: HTTP/1.1 on an `asyncio.Protocol` with llhttp, plain or over TLS, one new connection a request."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx

from probe.model.check import Connection, DnsPolicy
from probe.probers.dns import Resolver
from probe.probers.exchange import Exchange
from probe.probers.resolve import LookUp, literal, vet
from probe.probers.seam import CONNECTION, RECORDER
from probe.probers.timing import Recorder
from probe.probers.tls import context


class EngineTransport(httpx.AsyncBaseTransport):
    """Measures what a first visitor feels: name, connection and handshake each time.

    Raises `TargetFailure`, and what the resolver, the socket and ssl raise; `failures.classify` knows them.
    """

    def __init__(self, look_up: LookUp | None = None) -> None:
        self._look_up = look_up or Resolver().addresses

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        recorder: Recorder = request.extensions[RECORDER]
        policy: Connection = request.extensions[CONNECTION]
        is_secure = request.url.scheme == "https"
        host, port = request.url.raw_host.decode("ascii"), request.url.port or (443 if is_secure else 80)
        secured = context(policy.tls) if is_secure else None
        head = wire_form(request)
        addresses = vet(await self._addresses(recorder, host, policy.dns), policy.addresses)
        exchange = Exchange(recorder, has_body=request.method != "HEAD")
        try:
            recorder.address = await _connect(exchange, recorder, addresses, port)
            if secured:
                await exchange.secure(secured, host)
            await exchange.send(head)
            await exchange.head()
        except BaseException:
            exchange.close()
            raise
        return httpx.Response(exchange.status, headers=exchange.headers, stream=_Body(exchange), request=request)

    async def _addresses(self, recorder: Recorder, host: str, policy: DnsPolicy) -> list[str]:
        if address := literal(host):
            return [address]
        recorder.begin("dns")
        found = await self._look_up(host, policy)
        recorder.end()
        return list(found)


class _Body(httpx.AsyncByteStream):
    """The response's raw body; closing it closes the connection."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while parts := await self._exchange.parts():
            for part in parts:
                yield part

    async def aclose(self) -> None:
        self._exchange.close()


def wire_form(request: httpx.Request) -> bytes:
    """The request as HTTP/1.1 sends it.

    Raises:
        ValueError: a header has a line break in it, and would smuggle in another.
    """
    if any(b"\n" in value or b"\r" in value for _, value in request.headers.raw):
        raise ValueError("a header's value has a line break")
    lines = [request.method.encode("ascii") + b" " + request.url.raw_path + b" HTTP/1.1"]
    lines += [name + b": " + value for name, value in request.headers.raw]
    return b"\r\n".join([*lines, b"", request.content])


async def _connect(exchange: Exchange, recorder: Recorder, addresses: list[str], port: int) -> str:
    """Connect to the first address that accepts; which one that was."""
    loop = asyncio.get_running_loop()
    recorder.begin("connect")
    for address in addresses[:-1]:
        try:
            await loop.create_connection(lambda: exchange, address, port)
        except OSError:
            continue
        return _printed(address, port)
    await loop.create_connection(lambda: exchange, addresses[-1], port)
    return _printed(addresses[-1], port)


def _printed(address: str, port: int) -> str:
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
