"""Bytes and phases against what the other end saw."""

from __future__ import annotations

import asyncio
import time
from itertools import pairwise

import pytest

from probe.model.check import Check
from probe.model.sensitive import Sensitive
from probe.model.units import SECOND
from probe.probers.http import HttpProber
from tests.fakes.checks import make_check
from tests.fakes.servers import Authority, answers, ok, read_request, redirect, relaying, serving
from tests.integration.probers.measuring import LONG, SHORT, check_of, trusting

BODY = Sensitive.plain("a body " * 20_000)


def posting(port: int, scheme: str) -> Check:
    return make_check(url=f"{scheme}://127.0.0.1:{port}/", method="POST", body=BODY, timeout=LONG, max_redirects=1)


@pytest.mark.parametrize("secure", [False, True], ids=["plain", "tls"])
@pytest.mark.parametrize("size", [0, 1, 300_000])
async def test_bytes_are_those_on_the_wire(
    prober: HttpProber, authority: Authority, *, secure: bool, size: int
) -> None:
    async def stays_open(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await answers(ok(bytes(size)))(reader, writer)
        await reader.read()

    async with (
        serving(stays_open, tls=authority.context() if secure else None) as server,
        relaying(server) as relay,
    ):
        sample = await prober.measure(trusting(posting(relay.port, server.scheme), authority))
        assert (sample.failure, len(sample.body)) == (None, size)
        await _settled()
        assert (sample.bytes_sent, sample.bytes_received) == (relay.up, relay.down)


async def test_bytes_of_all_hops_count(prober: HttpProber) -> None:
    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head, _ = await read_request(reader)
        writer.write(redirect("/next", 307) if head.startswith(b"POST / ") else ok(b"there"))
        await reader.read()

    async with serving(behave) as server, relaying(server) as relay:
        sample = await prober.measure(posting(relay.port, "http"))
        await _settled()
        assert (sample.redirects, sample.body) == (1, b"there")
        assert (sample.bytes_sent, sample.bytes_received) == (relay.up, relay.down)


async def test_what_was_sent_before_the_deadline_counts(prober: HttpProber) -> None:
    async def stops_reading(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(100)
        await asyncio.sleep(60)

    large = Sensitive.plain("x" * 20_000_000)
    async with serving(stops_reading) as server:
        sample = await prober.measure(make_check(url=server.url(), method="POST", body=large, timeout=SHORT))
    assert 100 < sample.bytes_sent < 20_000_000
    assert (sample.phases.wait, sample.phases.transfer) == (None, None)
    assert (sample.phases.send or 0) > SHORT // 2


@pytest.mark.parametrize("secure", [False, True], ids=["plain", "tls"])
async def test_phases_are_what_the_server_did(prober: HttpProber, authority: Authority, *, secure: bool) -> None:
    spent: list[float] = []

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        moments = [time.perf_counter()]
        for part, pause in ((b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n", 0.1), (b"ok", 0.05)):
            await asyncio.sleep(pause)
            moments.append(time.perf_counter())
            writer.write(part)
        spent.extend(SECOND * (end - start) for start, end in pairwise(moments))

    async with serving(behave, tls=authority.context() if secure else None) as server:
        sample = await prober.measure(trusting(check_of(server.url()), authority))
    phases = sample.phases
    assert phases.wait == pytest.approx(spent[0], abs=20_000)
    assert phases.transfer == pytest.approx(spent[1], abs=20_000)
    assert (phases.dns, phases.tls is not None) == (None, secure)
    parts = [phases.connect, phases.tls, phases.send, phases.wait, phases.transfer]
    assert sum(filter(None, parts)) <= sample.latency_us <= sum(filter(None, parts)) + 20_000


async def test_the_end_of_the_connection_ends_a_response_without_a_length(prober: HttpProber) -> None:
    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await answers(b"HTTP/1.1 200 OK\r\n\r\nall")(reader, writer)
        await asyncio.sleep(0.1)

    async with serving(behave) as server:
        sample = await prober.measure(check_of(server.url()))
    assert sample.body == b"all"
    assert (sample.phases.transfer or 0) > 80_000


async def _settled() -> None:
    """The relay has passed on all that there was."""
    await asyncio.sleep(0.05)
