"""The transport that checks are measured with: each request goes by the engine that can carry it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress

import anyio.lowlevel
import httpx

from probe.model.check import Connection, Request
from probe.probers.dns import Resolver
from probe.probers.engine import EngineTransport
from probe.probers.resolve import LookUp
from probe.probers.seam import connection_of
from probe.probers.stock import StockTransport
from probe.probers.tls import TlsSetupUnusable, context, forget


async def warm_up(requests: Iterable[Request]) -> None:
    """Make ready what first attempts would make, in the loop, while others are timed: some of it takes milliseconds."""
    connections = {request.connection for request in requests if _may_need_tls(request)}
    await asyncio.to_thread(_make_contexts, connections)
    await anyio.lowlevel.checkpoint()  # loads what anyio needs on this loop


def _may_need_tls(request: Request) -> bool:
    return request.max_redirects > 0 or request.url.reveal().startswith("https:")


def _make_contexts(connections: Iterable[Connection]) -> None:
    forget()
    for connection in connections:
        with suppress(TlsSetupUnusable):  # which each attempt will say
            context(connection.tls, http2=connection.http2)


class ProbeTransport(httpx.AsyncBaseTransport):
    """HTTP/1.1 by our own engine; HTTP/2, and whatever goes through a proxy, by httpx's. Both share one resolver."""

    def __init__(self, look_up: LookUp | None = None) -> None:
        look_up = look_up or Resolver().addresses
        self._engine = EngineTransport(look_up)
        self._stock = StockTransport(look_up)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        connection = connection_of(request)
        by_stock = connection.http2 or connection.proxy is not None
        return await (self._stock if by_stock else self._engine).handle_async_request(request)

    async def aclose(self) -> None:
        """Close the connections that rest."""
        await self._engine.aclose()
