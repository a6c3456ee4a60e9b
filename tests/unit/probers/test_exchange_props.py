"""However the wire cuts the same bytes, they are the same sample."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Iterator, Sequence
from itertools import pairwise

import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from probe.model.sample import FailureKind, Sample
from probe.probers.engine import _Body, _place
from probe.probers.exchange import Exchange
from probe.probers.http import HttpProber
from probe.probers.seam import connection_of, recorder_of
from probe.probers.wire import Wire
from tests.fakes.checks import make_check


class Nowhere(asyncio.Transport):
    """Takes what is written, and closes when told."""

    def __init__(self) -> None:
        super().__init__()
        self._is_closing = False

    def write(self, data: bytes | bytearray | memoryview[int]) -> None:
        """It is sent."""

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Nothing is buffered."""

    def get_write_buffer_size(self) -> int:
        return 0

    def is_closing(self) -> bool:
        return self._is_closing

    def close(self) -> None:
        self._is_closing = True

    abort = close


class Fed(httpx.AsyncBaseTransport):
    """Answers every request with these parts, each as the loop would hand it on, then the connection's end."""

    def __init__(self, parts: Sequence[bytes]) -> None:
        self._parts = parts

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        recorder = recorder_of(request)
        wire = Wire(recorder)
        wire.connection_made(Nowhere())
        exchange = Exchange(wire, recorder, has_body=request.method != "HEAD")
        await exchange.send(b"GET / HTTP/1.1\r\n\r\n")
        feeding = asyncio.ensure_future(self._feed(wire))
        try:
            await exchange.head()
        finally:
            await feeding
        body = _Body(exchange, wire, None, _place(request, connection_of(request)))
        return httpx.Response(exchange.status, headers=exchange.headers, stream=body, request=request)

    async def _feed(self, wire: Wire) -> None:
        for part in self._parts:
            wire.data_received(part)
            await asyncio.sleep(0)
        wire.connection_lost(None)


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as made:
        yield made


def measured(runner: asyncio.Runner, parts: Sequence[bytes], method: str) -> Sample:
    check = make_check(method=method, max_body=10_000)
    return runner.run(HttpProber(Fed(parts), lambda: 0).measure(check))


def chunked(body: bytes, cuts: Sequence[int]) -> bytes:
    edges = [0, *sorted({cut for cut in cuts if 0 < cut < len(body)}), len(body)]
    chunks = [body[start:end] for start, end in pairwise(edges) if end > start]
    return b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\nx-trailer: 1\r\n\r\n"


names = st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,15}", fullmatch=True).map(str.encode)
values = st.binary(max_size=40).map(lambda raw: bytes(byte for byte in raw if 0x20 <= byte != 0x7F).strip())
other_headers = st.lists(st.tuples(names, values), max_size=6).filter(
    lambda pairs: (
        not {name.lower() for name, _ in pairs}
        & {b"content-length", b"transfer-encoding", b"content-encoding", b"upgrade", b"connection", b"location"}
    )
)


@st.composite
def responses(draw: st.DrawFn) -> bytes:
    """Complete ones: informational ones before, framed in each way, compressed or not, with something behind."""
    body = draw(st.binary(max_size=300))
    lines = [b"%b: %b\r\n" % pair for pair in draw(other_headers)]
    if draw(st.booleans()):
        body = gzip.compress(body)
        lines.append(b"content-encoding: gzip\r\n")
    match draw(st.sampled_from(["length", "chunked", "close"])):
        case "length":
            lines.append(b"content-length: %d\r\n" % len(body))
        case "chunked":
            lines.append(b"transfer-encoding: chunked\r\n")
            body = chunked(body, draw(st.lists(st.integers(1, 300), max_size=5)))
        case _:
            lines.append(b"connection: close\r\n")
    before = b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n" * draw(st.integers(0, 2))
    status = draw(st.sampled_from([b"200 OK", b"204 No Content", b"304 Not Modified", b"404", b"503 Busy"]))
    return before + b"HTTP/1.1 " + status + b"\r\n" + b"".join(draw(st.permutations(lines))) + b"\r\n" + body


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """Cut off, or with some bytes in it changed."""
    whole = bytearray(draw(responses()))
    for _ in range(draw(st.integers(0, 3))):
        whole[draw(st.integers(0, len(whole) - 1))] = draw(st.integers(0, 255))
    return bytes(whole[: draw(st.integers(1, len(whole)))])


def cut(whole: bytes, cuts: Sequence[int]) -> list[bytes]:
    edges = [0, *sorted({place % len(whole) for place in cuts} - {0}), len(whole)]
    return [whole[start:end] for start, end in pairwise(edges)]


def told(sample: Sample) -> tuple[object, ...]:
    """All but the times; of a failure no body, for how much of it came in time is the wire's doing."""
    body = None if sample.failure else sample.body
    return sample.failure, sample.http_status, sample.http_version, sample.headers, body


@settings(max_examples=300)
@given(
    st.one_of(responses(), damaged()), st.lists(st.integers(1, 2_000), max_size=12), st.sampled_from(["GET", "HEAD"])
)
@example(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nab", [17, 18, 35, 36, 38], "GET")
@example(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nabHTTP/1.1 500 No\r\n\r\n", [40], "GET")
def test_the_same_bytes_are_the_same_sample_however_they_are_cut(
    runner: asyncio.Runner, whole: bytes, cuts: list[int], method: str
) -> None:
    at_once = measured(runner, [whole], method)
    assert told(measured(runner, cut(whole, cuts), method)) == told(at_once)
    assert told(measured(runner, [bytes([byte]) for byte in whole], method)) == told(at_once)


@settings(max_examples=200)
@given(damaged())
def test_no_bytes_are_ever_the_probers_own_fault(runner: asyncio.Runner, whole: bytes) -> None:
    sample = measured(runner, [whole], "GET")
    assert sample.failure is None or sample.failure.kind in {
        FailureKind.RESET, FailureKind.PROTOCOL, FailureKind.ENCODING, FailureKind.TOO_LARGE,
    }  # fmt: skip


@settings(max_examples=100)
@given(responses())
def test_a_complete_response_counts_every_byte(runner: asyncio.Runner, whole: bytes) -> None:
    sample = measured(runner, [whole], "GET")
    assert (sample.failure, sample.bytes_received) == (None, len(whole))
