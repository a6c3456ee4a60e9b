"""The transport that checks are measured with: each request goes by the engine that can carry it."""

from __future__ import annotations

import httpx

from probe.probers.dns import Resolver
from probe.probers.engine import EngineTransport
from probe.probers.resolve import LookUp
from probe.probers.seam import connection_of
from probe.probers.stock import StockTransport


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
