"""CPU of a cold request through the httpx client: on our transport, and on its own."""

from __future__ import annotations

import ssl
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from statistics import median
from typing import Final, TypeAlias

import httpx

from bench.figure import Figure
from bench.processes import Target, secure_target, target
from probe.cli.loop import run_async
from probe.model.check import Connection, TlsPolicy
from probe.probers.engine import EngineTransport
from probe.probers.seam import CONNECTION

ROUNDS: Final = 15
REQUESTS: Final = 100
"""Of each client in a round."""

Ask: TypeAlias = Callable[[], Awaitable[httpx.Response]]
Asking: TypeAlias = Callable[[httpx.AsyncClient, str, dict[str, object]], Ask]


def through_httpx() -> Iterator[Figure]:
    """The ratio, plain and over TLS; with `client.get`, and with a request that was built once."""
    for name, allowed, serving in (("plain", "1/4", target), ("TLS 1.3", "", secure_target)):
        with serving() as server:
            for form, asking in (("client.get", _get), ("client.send", _send)):
                own, stock = run_async(_in_turns(server, asking))
                yield Figure(
                    budget="httpx",
                    what=f"{form} of httpx on our transport, one cold request, {name}",
                    measured=f"{own:.0f} µs CPU, 1/{stock / own:.1f}",
                    allowed=allowed,
                    reference=f"on its own {stock:.0f} µs",
                )


async def _in_turns(server: Target, asking: Asking) -> tuple[float, float]:
    """Medians of rounds that alternate; both on the same event loop, with one client each."""
    policy = TlsPolicy(ca_file=str(server.ca_file) if server.ca_file else None)
    extensions: dict[str, object] = {CONNECTION: Connection(tls=policy)}
    url = f"{server.url}/orders"
    async with AsyncExitStack() as stack:
        own = await stack.enter_async_context(httpx.AsyncClient(transport=EngineTransport(), trust_env=False))
        stock = await stack.enter_async_context(_stock(server))
        ask_own, ask_stock = asking(own, url, extensions), asking(stock, url, {})
        ours, theirs = [], []
        for _ in range(ROUNDS + 1):
            ours.append(await _cpu(ask_own))
            theirs.append(await _cpu(ask_stock))
    return median(ours[1:]), median(theirs[1:])


def _get(client: httpx.AsyncClient, url: str, extensions: dict[str, object]) -> Ask:
    return lambda: client.get(url, extensions=extensions)


def _send(client: httpx.AsyncClient, url: str, extensions: dict[str, object]) -> Ask:
    request = client.build_request("GET", url, extensions=extensions)
    return lambda: client.send(request)


def _stock(server: Target) -> httpx.AsyncClient:
    verify = ssl.create_default_context(cafile=str(server.ca_file)) if server.ca_file else True
    return httpx.AsyncClient(limits=httpx.Limits(max_keepalive_connections=0), trust_env=False, verify=verify)


async def _cpu(ask: Ask) -> float:
    """Microseconds a request."""
    before = time.process_time_ns()
    for _ in range(REQUESTS):
        response = await ask()
        assert response.status_code == 200
    return (time.process_time_ns() - before) / REQUESTS / 1000
