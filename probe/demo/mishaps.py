"""The part of the sample API that misbehaves, each handler in one way, the same way in every run."""

from __future__ import annotations

import asyncio
import itertools
import json
import math
import socket
import struct
from asyncio.trsock import TransportSocket
from collections.abc import Callable, Mapping
from typing import Final

from aiohttp import hdrs, web

SLOW_SECONDS: Final = (0.30, 0.45, 0.90, 0.60, 0.35, 0.80, 0.50, 0.70)
FLAKY_EVERY: Final = 3
OUTAGE_PERIOD: Final = 60.0
OUTAGE_FROM: Final = 15.0
OUTAGE_UNTIL: Final = 35.0
DRIPS: Final = 10
DRIP_SECONDS: Final = 0.3
TRUNCATED_LENGTH: Final = 4096

_RESET_ON_CLOSE: Final = struct.pack("ii", 1, 0)


class Mishaps:
    """Handlers that go wrong; `elapsed` gives the seconds since the sample API started."""

    def __init__(self, elapsed: Callable[[], float]) -> None:
        self._elapsed = elapsed
        self._slow = itertools.cycle(SLOW_SECONDS)
        self._flaky = itertools.count(1)

    def routes(self) -> list[web.RouteDef]:
        """Where each of them lives."""
        return [
            web.get("/orders/search", self.search),
            web.get("/shipping/quote", self.quote),
            web.get("/payments/status", self.payments),
            web.get("/payments/refunds", refunds),
            web.get("/stock/health", stock_health),
            web.get("/orders/feed", feed),
            web.get("/invoices/latest", invoice),
            web.get("/legacy/orders", legacy),
            web.get("/old-login", old_login),
            web.get("/new-login", new_login),
        ]

    async def search(self, _request: web.Request) -> web.Response:
        """Slow: the waits of `SLOW_SECONDS` in turn."""
        await asyncio.sleep(next(self._slow))
        return web.json_response({"status": "ok", "count": 1, "items": [{"id": "o-1000"}]})

    async def quote(self, _request: web.Request) -> web.Response:
        """Flaky: every `FLAKY_EVERY`th request fails, so that one asked again at once succeeds."""
        if next(self._flaky) % FLAKY_EVERY == 0:
            return _unavailable("no carrier answered, try again", {})
        return web.json_response({"status": "ok", "price": 4.9, "currency": "EUR"})

    async def payments(self, _request: web.Request) -> web.Response:
        """Out of order for 20 s of every minute, and asking to be left alone meanwhile."""
        elapsed = self._elapsed()
        if is_out(elapsed):
            left = math.ceil(OUTAGE_UNTIL - elapsed % OUTAGE_PERIOD)
            return _unavailable("the bank does not answer", {hdrs.RETRY_AFTER: str(left)})
        return web.json_response({"status": "ok", "provider": "Sample Bank"})


def is_out(elapsed: float) -> bool:
    """Whether the long outage is on, so many seconds after the start."""
    return OUTAGE_FROM <= elapsed % OUTAGE_PERIOD < OUTAGE_UNTIL


def cut_off(request: web.Request) -> web.Response:
    """Close the connection with a TCP reset; the response returned is never sent."""
    transport = request.transport
    if transport is not None:
        connection: TransportSocket = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        transport.abort()
    return web.Response()


async def refunds(_request: web.Request) -> web.Response:
    """Broken: always an error."""
    return web.json_response({"status": "error", "error": "division by zero", "trace": "t-4711"}, status=500)


async def stock_health(_request: web.Request) -> web.Response:
    """Status 200, but the body says that not all is well."""
    return web.json_response({"status": "degraded", "reason": "the warehouse is offline"})


async def feed(request: web.Request) -> web.StreamResponse:
    """A body that drips: `DRIPS` lines, `DRIP_SECONDS` apart."""
    response = web.StreamResponse()
    response.content_type = "application/x-ndjson"
    await response.prepare(request)
    for number in range(DRIPS):
        await response.write(json.dumps({"id": f"o-{1000 + number}"}).encode() + b"\n")
        await asyncio.sleep(DRIP_SECONDS)
    await response.write_eof()
    return response


async def invoice(request: web.Request) -> web.StreamResponse:
    """Truncated: half of the promised `TRUNCATED_LENGTH` bytes, then the connection is closed."""
    response = web.StreamResponse()
    response.content_type = "application/pdf"
    response.content_length = TRUNCATED_LENGTH
    response.force_close()
    await response.prepare(request)
    await response.write(b"%PDF-1.7\n".ljust(TRUNCATED_LENGTH // 2, b"."))
    if request.transport is not None:
        request.transport.close()
    return response


async def legacy(request: web.Request) -> web.Response:
    """Resets the connection instead of an answer."""
    return cut_off(request)


async def old_login(_request: web.Request) -> web.Response:
    """A redirect that comes back here."""
    raise web.HTTPFound("/new-login")


async def new_login(_request: web.Request) -> web.Response:
    """The other half of the redirect loop."""
    raise web.HTTPFound("/old-login")


def _unavailable(reason: str, headers: Mapping[str, str]) -> web.Response:
    return web.json_response({"status": "error", "error": reason}, status=503, headers=headers)
