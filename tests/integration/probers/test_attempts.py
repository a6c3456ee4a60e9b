"""Whole attempts: encodings, what is sent, cancelling, many at once, bounded memory."""

from __future__ import annotations

import asyncio
import gzip
import tracemalloc
import zlib

import brotli
import pytest

from probe.model.sensitive import Sensitive
from probe.probers.http import HttpProber
from tests.fakes.checks import make_check
from tests.fakes.encodings import zstd
from tests.fakes.servers import EMPTY_OK, Authority, Behaviour, answers, ok, read_request, serving
from tests.integration.hostile.connections import drips, never_answers, never_reads
from tests.integration.hostile.encodings import encoded
from tests.integration.hostile.sizes import BOMB, floods_body, floods_headers, floods_tiny_chunks
from tests.integration.probers.measuring import LONG, check_of, trusting

TEXT = b"the same text again and again " * 500


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("identity", TEXT),
        ("gzip", gzip.compress(TEXT)),
        ("X-GZip", gzip.compress(TEXT)),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", zlib.compress(TEXT, wbits=-15)),
        ("gzip", gzip.compress(TEXT[:99]) + gzip.compress(TEXT[99:])),
        ("gzip", gzip.compress(TEXT) + bytes(512)),
        ("br", brotli.compress(TEXT)),
        ("zstd", zstd.compress(TEXT)),
    ],
    ids=["identity", "gzip", "x-gzip", "zlib", "bare deflate", "two members", "padded", "brotli", "zstd"],
)
async def test_a_body_is_decoded_and_its_bytes_counted_as_sent(prober: HttpProber, encoding: str, body: bytes) -> None:
    response = ok(body, f"content-encoding: {encoding}")
    async with serving(answers(response)) as server:
        sample = await prober.measure(check_of(server.url()))
    assert (sample.failure, sample.body, sample.bytes_received) == (None, TEXT, len(response))


@pytest.mark.parametrize(
    ("method", "head"), [("HEAD", b"200 OK"), ("GET", b"204 No Content"), ("GET", b"304 Not Modified")]
)
@pytest.mark.parametrize("encoding", [b"gzip", b"br"])
async def test_a_response_that_has_no_body_needs_none(
    prober: HttpProber, method: str, head: bytes, encoding: bytes
) -> None:
    response = b"HTTP/1.1 %b\r\ncontent-encoding: %b\r\ncontent-length: 70\r\n\r\n" % (head, encoding)
    async with serving(answers(response)) as server:
        sample = await prober.measure(make_check(url=server.url(), method=method))
    assert (sample.failure, sample.http_status, sample.body) == (None, int(head[:3]), b"")


async def test_header_values_in_any_encoding_are_readable(prober: HttpProber) -> None:
    async with serving(
        answers(b"HTTP/1.1 200 OK\r\nX-Name: caf\xe9\r\nx-name: two\r\ncontent-length: 0\r\n\r\n")
    ) as server:
        sample = await prober.measure(check_of(server.url()))
    assert sample.headers == (("x-name", "café"), ("x-name", "two"), ("content-length", "0"))
    assert sample.http_version == "HTTP/1.1"


async def test_configured_headers_win_over_the_defaults(prober: HttpProber) -> None:
    heads = []

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append((await read_request(reader))[0].lower())
        writer.write(EMPTY_OK)

    given = {"Host": "shop.example", "User-Agent": "mine", "ACCEPT": "text/plain", "x-twice": "one"}
    headers = (*((name, Sensitive.plain(value)) for name, value in given.items()), ("x-twice", Sensitive.plain("two")))
    async with serving(behave) as server:
        sample = await prober.measure(make_check(url=server.url(), headers=headers))
    assert sample.failure is None
    lines = [line for line in heads[0].decode().split("\r\n")[1:] if line]
    assert sorted(lines) == [
        "accept-encoding: gzip, deflate, br, zstd",
        "accept: text/plain",
        "host: shop.example",
        "user-agent: mine",
        "x-twice: one",
        "x-twice: two",
    ]


@pytest.mark.parametrize("value", ["line\r\nbreak", "nüll\x00", "snow ☃"])
async def test_a_header_that_cannot_be_sent_is_the_probers_fault_and_stays_secret(
    prober: HttpProber, value: str
) -> None:
    async with serving(answers(EMPTY_OK)) as server:
        sample = await prober.measure(make_check(url=server.url(), headers=(("x-key", Sensitive(value, "***")),)))
    assert sample.failure is not None
    assert sample.failure.kind == "prober_fault"
    assert value not in sample.failure.detail
    assert sample.http_status is None


@pytest.mark.parametrize("secure", [False, True], ids=["plain", "tls"])
@pytest.mark.parametrize("after", [0.0, 0.002, 0.05])
@pytest.mark.parametrize("behave", [never_answers, drips, floods_body], ids=lambda it: it.__name__)
async def test_cancelling_closes_the_connection_and_is_never_swallowed(
    prober: HttpProber, authority: Authority, behave: Behaviour, after: float, *, secure: bool
) -> None:
    async with serving(behave, tls=authority.context() if secure else None) as server:
        check = trusting(make_check(url=server.url(), timeout=LONG, max_body=10**12), authority)
        attempt = asyncio.create_task(prober.measure(check))
        await asyncio.sleep(after)
        attempt.cancel()
        with pytest.raises(asyncio.CancelledError):
            await attempt


async def test_cancelling_while_connecting_or_writing_is_never_swallowed(prober: HttpProber) -> None:
    async with serving(never_reads) as server:
        large = make_check(url=server.url(), method="POST", body=Sensitive.plain("x" * 20_000_000), timeout=LONG)
        attempts = [asyncio.create_task(prober.measure(large)) for _ in range(30)]
        for attempt in attempts:
            await asyncio.sleep(0.0003)
            attempt.cancel()
        outcomes = await asyncio.gather(*attempts, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {asyncio.CancelledError}


async def test_five_hundred_at_once_are_each_measured(prober: HttpProber) -> None:
    async with serving(answers(ok(b"abc"))) as server:
        check = check_of(server.url(host="localhost"), timeout=20_000_000)
        samples = await asyncio.gather(*(prober.measure(check) for _ in range(500)))
        assert server.connections == 500
    assert {(sample.failure, sample.body) for sample in samples} == {(None, b"abc")}
    assert len({(sample.bytes_sent, sample.bytes_received) for sample in samples}) == 1


@pytest.mark.parametrize(
    "behave",
    [floods_body, floods_tiny_chunks, encoded("gzip", BOMB), floods_headers],
    ids=["body", "tiny chunks", "bomb", "headers"],
)
async def test_memory_is_bounded_whatever_comes(prober: HttpProber, behave: Behaviour) -> None:
    async with serving(behave) as server:
        check = make_check(url=server.url(), timeout=250_000, max_body=1_000_000)
        tracemalloc.start()
        try:
            sample = await prober.measure(check)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert sample.failure is not None
    assert peak < 8_000_000


async def test_what_came_of_a_body_until_the_deadline_is_kept(prober: HttpProber) -> None:
    async with serving(drips) as server:
        sample = await prober.measure(make_check(url=server.url("/slow"), timeout=200_000))
    assert sample.failure is not None
    assert sample.body.strip(b"x") == b""
    assert sample.body
    assert sample.request_head.startswith("GET /slow HTTP/1.1\n")


async def test_a_request_that_was_never_sent_is_not_shown(prober: HttpProber) -> None:
    async with serving(answers(EMPTY_OK)) as server:
        url = server.url()
    sample = await prober.measure(check_of(url))
    assert sample.failure is not None
    assert sample.request_head == ""
