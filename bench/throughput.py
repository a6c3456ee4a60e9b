"""B1 and B3: the daemon end to end on cold HTTP/1.1. B2: the same over TLS."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Final

import httpx

from bench.daemon import MEASURE_SECONDS, checks_file, under_load
from bench.figure import Figure, nearest_rank
from bench.handshakes import bare_handshake
from bench.processes import secure_target, target

PLAIN_RATES: Final = (100, 2_000, 3_334)
SECURE_RATES: Final = (100, 1_000)
REFERENCE_REQUESTS: Final = 1_000
REFERENCE_HANDSHAKES: Final = 500


def plain() -> Iterator[Figure]:
    """At each rate: CPU a check, lateness, what was not measured, memory."""
    with target() as server:
        stock = asyncio.run(_stock_httpx(server.url))
        for rate in PLAIN_RATES:
            load = under_load(checks_file(server, rate))
            yield Figure(
                budget="B1",
                what=f"one check, end to end, {len(load.rows):,} in {MEASURE_SECONDS} s",
                measured=f"{load.cpu_each:.0f} µs CPU",
                allowed="200 µs, then 150",
                reference=f"one cold request by stock httpx alone {stock:.0f} µs",
            )
            yield Figure(
                budget="B3",
                what=f"p99 start lateness at {rate * 60:,} checks a minute",
                measured=f"{nearest_rank([row.lateness for row in load.rows], 0.99) / 1000:.1f} ms",
                allowed="250 ms at 200,000",
            )
            yield Figure(
                budget="B3",
                what="slots that are not up; resident memory",
                measured=f"{load.unmeasured}; {load.memory / 1e6:.0f} MB",
                allowed="0; 1,500 MB",
            )


def secure() -> Iterator[Figure]:
    """At each rate: CPU a check, beside the handshake alone."""
    with secure_target() as server:
        assert server.ca_file
        alone = _handshake_alone(server.ca_file)
        for rate in SECURE_RATES:
            load = under_load(checks_file(server, rate))
            yield Figure(
                budget="B2",
                what=f"one check over TLS 1.3, full handshake, {len(load.rows):,} in {MEASURE_SECONDS} s",
                measured=f"{load.cpu_each:.0f} µs CPU",
                allowed="700 µs, then 600",
                reference=f"the client's half of the handshake alone {alone:.0f} µs; not up: {load.unmeasured}",
            )


async def _stock_httpx(url: str) -> float:
    """Microseconds of CPU for one cold request through a plain httpx client."""
    limits = httpx.Limits(max_keepalive_connections=0)
    async with httpx.AsyncClient(limits=limits, trust_env=False) as client:
        await client.get(f"{url}/orders")
        before = time.process_time()
        for _ in range(REFERENCE_REQUESTS):
            (await client.get(f"{url}/orders")).json()
        return (time.process_time() - before) / REFERENCE_REQUESTS * 1e6


def _handshake_alone(ca_file: Path) -> float:
    context = ssl.create_default_context(cafile=str(ca_file))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(ca_file.with_name("server.pem"))
    return median(bare_handshake(context, server) for _ in range(REFERENCE_HANDSHAKES))
