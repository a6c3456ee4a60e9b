"""HTTP/2 through the same seam: the same sample, and servers that break its rules."""

from __future__ import annotations

import gzip
from dataclasses import dataclass, replace

import pytest

from probe.model.check import Check
from probe.model.sample import FailureKind
from probe.model.sensitive import Sensitive
from probe.model.units import MILLISECOND
from probe.probers.http import HttpProber
from probe.probers.transport import ProbeTransport
from tests.fakes.checks import make_check
from tests.fakes.http2 import answering_h2, endless, frame, frames, offering_h2
from tests.fakes.proxies import proxying
from tests.fakes.servers import Authority, Behaviour, Server, answers, ok, relaying, serving
from tests.integration.conftest import NOW
from tests.integration.probers.measuring import LONG, SHORT, by, trusting

SECRET = "s3cr3t-canary"
DATA, HEADERS, RST_STREAM, PING, GOAWAY, CONTINUATION = 0, 1, 3, 6, 7, 9
END_STREAM, END_HEADERS = 1, 4
OK = b"\x88"  # :status 200, from HPACK's static table


@pytest.fixture
def prober() -> HttpProber:
    return HttpProber(ProbeTransport(), lambda: NOW)


def over_h2(server: Server, authority: Authority, *, method: str = "GET", body: str = "", timeout: int = LONG) -> Check:
    sent = Sensitive.plain(body) if body else None
    check = make_check(url=server.url("/a?b=c"), method=method, body=sent, timeout=timeout, max_body=1_000_000)
    return by(trusting(check, authority), http2=True)


@pytest.mark.parametrize("secure", [False, True], ids=["prior knowledge", "negotiated"])
async def test_it_is_the_same_sample_as_over_http1(prober: HttpProber, authority: Authority, *, secure: bool) -> None:
    behave = answering_h2(b"there", [("content-type", "text/plain"), ("x-twice", "a"), ("x-twice", "b")])
    async with serving(behave, tls=offering_h2(authority.context()) if secure else None) as server:
        sample = await prober.measure(over_h2(server, authority))
    assert (sample.failure, sample.http_status, sample.http_version, sample.body) == (None, 200, "HTTP/2", b"there")
    assert sample.headers == (("content-type", "text/plain"), ("x-twice", "a"), ("x-twice", "b"))
    assert (sample.phases.tls is None, sample.tls is None) == (not secure, not secure)
    assert None not in {sample.phases.connect, sample.phases.send, sample.phases.wait, sample.phases.transfer}


async def test_a_target_without_it_answers_in_http1(prober: HttpProber, authority: Authority) -> None:
    async with serving(answers(ok(b"there")), tls=authority.context()) as server:
        sample = await prober.measure(over_h2(server, authority))
    assert (sample.failure, sample.http_version, sample.body) == (None, "HTTP/1.1", b"there")


async def test_waiting_is_not_mixed_up_with_the_settings_that_come_first(
    prober: HttpProber, authority: Authority
) -> None:
    async with serving(answering_h2(b"late", pause=0.1), tls=offering_h2(authority.context())) as server:
        sample = await prober.measure(over_h2(server, authority))
    phases = sample.phases
    assert phases.send is not None
    assert phases.wait is not None
    assert phases.transfer is not None
    assert phases.send < 20 * MILLISECOND
    assert 99 * MILLISECOND < phases.wait < 160 * MILLISECOND
    assert phases.transfer < 20 * MILLISECOND


async def test_a_body_goes_out_and_every_byte_counts(prober: HttpProber, authority: Authority) -> None:
    async with (
        serving(answering_h2(b"x" * 100_000), tls=offering_h2(authority.context())) as server,
        relaying(server) as relay,
    ):
        front = replace(server, port=relay.port)
        sample = await prober.measure(over_h2(front, authority, method="POST", body="a body " * 5_000))
        assert (sample.failure, len(sample.body)) == (None, 100_000)
        assert (sample.bytes_sent, sample.bytes_received) == (relay.up, relay.down)


async def test_it_goes_through_a_proxy_as_well(prober: HttpProber, authority: Authority) -> None:
    async with (
        serving(answering_h2(b"there"), tls=offering_h2(authority.context())) as server,
        proxying(server) as proxy,
    ):
        check = by(over_h2(server, authority), proxy=Sensitive.plain(proxy.url()))
        sample = await prober.measure(check)
    assert (sample.failure, sample.http_version, sample.body) == (None, "HTTP/2", b"there")


async def test_compressed_bodies_are_decoded(prober: HttpProber, authority: Authority) -> None:
    behave = answering_h2(gzip.compress(b"there"), [("content-encoding", "gzip")])
    async with serving(behave, tls=offering_h2(authority.context())) as server:
        sample = await prober.measure(over_h2(server, authority))
    assert (sample.failure, sample.body) == (None, b"there")


@dataclass(frozen=True, slots=True)
class Hostile:
    """A server that breaks the rules of HTTP/2, and what is said of it."""

    name: str
    behave: Behaviour
    kind: FailureKind


def headers(block: bytes, *, flags: int = END_HEADERS) -> bytes:
    return frame(HEADERS, flags, 1, block)


def literal(name: bytes, value: bytes) -> bytes:
    return b"\x00" + bytes([len(name)]) + name + bytes([len(value)]) + value


HOSTILE = (
    Hostile("speaks HTTP/1.1 all the same", answers(ok(SECRET.encode())), FailureKind.PROTOCOL),
    Hostile("resets the stream", frames(frame(RST_STREAM, 0, 1, b"\0\0\0\2")), FailureKind.RESET),
    Hostile("goes away", frames(frame(GOAWAY, 0, 0, bytes(8) + SECRET.encode())), FailureKind.RESET),
    Hostile("no status", frames(headers(literal(b"x-a", b"b"))), FailureKind.PROTOCOL),
    Hostile("a status that is no number", frames(headers(literal(b":status", b"abc"))), FailureKind.PROTOCOL),
    Hostile("a name in capitals", frames(headers(OK + literal(b"X-A", b"b"))), FailureKind.PROTOCOL),
    Hostile("broken compression", frames(headers(b"\xff\xff\xff\xff\xff")), FailureKind.PROTOCOL),
    Hostile("data before headers", frames(frame(DATA, END_STREAM, 1, b"abc")), FailureKind.PROTOCOL),
    Hostile("a frame too long", frames(frame(DATA, 0, 1, bytes(20_000))), FailureKind.PROTOCOL),
    Hostile("a stream nobody opened", frames(frame(HEADERS, END_HEADERS, 7, OK)), FailureKind.PROTOCOL),
    Hostile(
        "data beyond the length told",
        frames(headers(OK + literal(b"content-length", b"3")) + frame(DATA, END_STREAM, 1, b"abcdef")),
        FailureKind.PROTOCOL,
    ),
    Hostile("half a response", frames(headers(OK) + frame(DATA, 0, 1, b"abc")), FailureKind.TIMEOUT),
    Hostile("silence", frames(), FailureKind.TIMEOUT),
    Hostile(
        "a header block without end",
        endless(lambda number: frame(CONTINUATION if number else HEADERS, 0, 1, literal(b"x-flood", b"y" * 100) * 50)),
        FailureKind.TOO_LARGE,
    ),
    Hostile("pings without end", endless(lambda _: frame(PING, 0, 0, bytes(8)) * 10), FailureKind.TOO_LARGE),
    Hostile(
        "empty frames without end",
        endless(lambda number: frame(DATA, 0, 1) * 100 if number else headers(OK)),
        FailureKind.TOO_LARGE,
    ),
    Hostile(
        "a body without end",
        endless(lambda number: frame(DATA, 0, 1, bytes(16_000)) if number else headers(OK)),
        FailureKind.TOO_LARGE,
    ),
)


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda hostile: hostile.name)
async def test_a_hostile_server_ends_as_a_named_failure(
    hostile: Hostile, prober: HttpProber, authority: Authority
) -> None:
    async with serving(hostile.behave, tls=offering_h2(authority.context())) as server:
        timeout = SHORT if hostile.kind is FailureKind.TIMEOUT else LONG
        sample = await prober.measure(over_h2(server, authority, timeout=timeout))
    assert sample.failure is not None
    assert sample.failure.kind is hostile.kind
    assert SECRET not in sample.failure.detail
