"""CPU of a cold request through the httpx client: on our transport, and on its own."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from statistics import median
from typing import Final

import httpx

from bench.figure import Figure
from bench.processes import Target, secure_target, target
from probe.cli.loop import run_async
from probe.model.check import Connection, TlsPolicy
from probe.probers.engine import EngineTransport
from probe.probers.seam import CONNECTION

ROUNDS: Final = 11
REQUESTS: Final = 100
"""Of each client in a round."""


def through_httpx() -> Iterator[Figure]:
    """The ratio, plain and over TLS."""
    for name, allowed, serving in (("plain", "1/4", target), ("TLS 1.3", "", secure_target)):
        with serving() as server:
            own, stock = run_async(_in_turns(server))
        yield Figure(
            budget="httpx",
            what=f"one cold request through httpx.AsyncClient on our transport, {name}",
            measured=f"{own:.0f} µs CPU, 1/{stock / own:.1f}",
            allowed=allowed,
            reference=f"on its own {stock:.0f} µs",
        )


async def _in_turns(server: Target) -> tuple[float, float]:
    """Medians of rounds that alternate; both on the same event loop, with one client each."""
    policy = TlsPolicy(ca_file=str(server.ca_file) if server.ca_file else None)
    extensions: dict[str, object] = {CONNECTION: Connection(tls=policy)}
    url = f"{server.url}/orders"
    async with AsyncExitStack() as stack:
        own = await stack.enter_async_context(httpx.AsyncClient(transport=EngineTransport(), trust_env=False))
        stock = await stack.enter_async_context(_stock(server))
        ours, theirs = [], []
        for _ in range(ROUNDS + 1):
            ours.append(await _cpu(own, url, extensions))
            theirs.append(await _cpu(stock, url, {}))
    return median(ours[1:]), median(theirs[1:])


def _stock(server: Target) -> httpx.AsyncClient:
    verify = ssl.create_default_context(cafile=str(server.ca_file)) if server.ca_file else True
    return httpx.AsyncClient(limits=httpx.Limits(max_keepalive_connections=0), trust_env=False, verify=verify)


async def _cpu(client: httpx.AsyncClient, url: str, extensions: dict[str, object]) -> float:
    """Microseconds a request."""
    before = time.process_time_ns()
    for _ in range(REQUESTS):
        response = await client.get(url, extensions=extensions)
        assert response.status_code == 200
    return (time.process_time_ns() - before) / REQUESTS / 1000
