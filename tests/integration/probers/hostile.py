"""Targets that misbehave, and what probe says of each."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from dataclasses import dataclass
from typing import Final

import brotli

from probe.model.sample import FailureKind
from tests.fakes.encodings import zstd
from tests.fakes.servers import Behaviour, answers, ok, read_request, redirect, reset

SECRET: Final = "s3cr3t-canary"
HEAD: Final = b"HTTP/1.1 200 OK\r\n"
CHUNKED: Final = HEAD + b"transfer-encoding: chunked\r\n\r\n"
MEGABYTE: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Hostile:
    """One kind of misbehaviour.

    Attributes:
        kind: the failure, `None` where the response is complete all the same.
        says: part of the failure's detail.
        status: what of the response is known.
        redirects: how many are followed.
        sends: size of the request's body; with 0 it is a GET.
    """

    name: str
    behave: Behaviour
    kind: FailureKind | None
    says: str = ""
    status: int | None = None
    redirects: int = 0
    sends: int = 0
    method: str = "GET"


def encoded(encoding: str, body: bytes) -> Behaviour:
    return answers(ok(body, f"content-encoding: {encoding}"))


async def closes_at_once(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    """Not a word."""


async def resets_at_once(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    reset(writer)


async def resets_after_request(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    reset(writer)


async def resets_in_body(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    writer.write(HEAD + b"content-length: 100\r\n\r\nhalf")
    await asyncio.sleep(0.02)
    reset(writer)


async def never_answers(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    await asyncio.sleep(60)


async def never_reads(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.transport.pause_reading()  # type: ignore[attr-defined]  # it is a Transport
    await asyncio.sleep(60)


async def floods_headers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    await _endlessly(writer, HEAD, b"x-flood: yes\r\n" * 1_000)


async def floods_body(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    await _endlessly(writer, HEAD + b"\r\n", bytes(65_536))


async def floods_tiny_chunks(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    await _endlessly(writer, CHUNKED, b"1\r\nx\r\n" * 1_000, pause=0.005)


async def floods_informational(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    await _endlessly(writer, b"", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 10, pause=0.01)


async def floods_without_a_line(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    await _endlessly(writer, b"HTTP/1.1 200 ", b"A" * 65_536)


async def drips(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    await _endlessly(writer, HEAD + b"content-length: 1000000\r\n\r\n", b"x", pause=0.01)


async def drips_head(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    await _endlessly(writer, HEAD, b"x: y\r\n", pause=0.01)


async def _endlessly(writer: asyncio.StreamWriter, first: bytes, part: bytes, pause: float = 0.0) -> None:
    writer.write(first)
    while not writer.is_closing():
        writer.write(part)
        await writer.drain()
        await asyncio.sleep(pause)


BOMB: Final = gzip.compress(bytes(200 * MEGABYTE), compresslevel=1)
BROTLI_BOMB: Final[bytes] = brotli.compress(bytes(200 * MEGABYTE), quality=1)
ZSTD_BOMB: Final = zstd.compress(bytes(200 * MEGABYTE))
WIDE_ZSTD: Final = zstd.compress(bytes(20 * MEGABYTE), options={zstd.CompressionParameter.window_log: 24})
_TEXT: Final = b"a text that is long enough to be compressed " * 50

HOSTILE: Final = (
    # Closed, reset, silent
    Hostile(name="closes at once", behave=closes_at_once, kind=FailureKind.RESET),
    Hostile(name="resets at once", behave=resets_at_once, kind=FailureKind.RESET),
    Hostile(name="resets after the request", behave=resets_after_request, kind=FailureKind.RESET),
    Hostile(name="resets in the body", behave=resets_in_body, kind=FailureKind.RESET, status=200),
    Hostile(name="closes in the head", behave=answers(HEAD + b"x: "), kind=FailureKind.RESET),
    Hostile(
        name="shorter than content-length",
        behave=answers(HEAD + b"content-length: 9\r\n\r\nabc"),
        kind=FailureKind.RESET,
        says="before the response was complete",
        status=200,
    ),
    Hostile(name="closes in a chunk", behave=answers(CHUNKED + b"9\r\nabc"), kind=FailureKind.RESET, status=200),
    Hostile(name="closes in a chunk's size", behave=answers(CHUNKED + b"9"), kind=FailureKind.RESET, status=200),
    Hostile(
        name="no last chunk", behave=answers(CHUNKED + b"3\r\nabc\r\n"), kind=FailureKind.RESET, status=200
    ),
    Hostile(
        name="never answers", behave=never_answers, kind=FailureKind.TIMEOUT, says="waiting for the first byte"
    ),
    Hostile(
        name="never reads a large body",
        behave=never_reads,
        kind=FailureKind.TIMEOUT,
        says="while the request was sent",
        sends=20 * MEGABYTE,
        method="POST",
    ),
    Hostile(
        name="drips", behave=drips, kind=FailureKind.TIMEOUT, says="while the response was read", status=200
    ),
    Hostile(name="drips headers", behave=drips_head, kind=FailureKind.TIMEOUT, says="while the response was read"),
    # Not HTTP
    Hostile(
        name="speaks SSH",
        behave=answers(f"SSH-2.0-{SECRET}\r\n\r\n".encode()),
        kind=FailureKind.PROTOCOL,
        says="not valid HTTP",
    ),
    Hostile(name="random bytes", behave=answers(bytes(range(256)) + b"\r\n\r\n"), kind=FailureKind.PROTOCOL),
    Hostile(name="bare body (HTTP/0.9)", behave=answers(b"<html>\n\n"), kind=FailureKind.PROTOCOL),
    Hostile(
        name="header without a colon",
        behave=answers(HEAD + f"{SECRET}\r\n\r\n".encode()),
        kind=FailureKind.PROTOCOL,
    ),
    Hostile(name="content-length no number", behave=answers(HEAD + b"content-length: x\r\n\r\n"), kind=FailureKind.PROTOCOL),
    Hostile(
        name="two content-lengths",
        behave=answers(HEAD + b"content-length: 1\r\ncontent-length: 2\r\n\r\nab"),
        kind=FailureKind.PROTOCOL,
    ),
    Hostile(
        name="chunk size no number", behave=answers(CHUNKED + b"zz\r\nabc\r\n"), kind=FailureKind.PROTOCOL, status=200
    ),
    Hostile(
        name="switches protocols",
        behave=answers(b"HTTP/1.1 101 Switching\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\nxyz"),
        kind=FailureKind.PROTOCOL,
    ),
    Hostile(
        name="control character in a header",
        behave=answers(HEAD + f"x-note: {SECRET}\x01\r\n\r\n".encode()),
        kind=FailureKind.PROTOCOL,
        says="not valid HTTP",
    ),
    # Too much
    Hostile(name="endless headers", behave=floods_headers, kind=FailureKind.TOO_LARGE, says="head of the response"),
    Hostile(name="endless line", behave=floods_without_a_line, kind=FailureKind.TOO_LARGE),
    Hostile(name="endless body", behave=floods_body, kind=FailureKind.TOO_LARGE, says="(max_body)", status=200),
    Hostile(name="endless tiny chunks", behave=floods_tiny_chunks, kind=FailureKind.TIMEOUT, status=200),
    Hostile(name="gzip bomb", behave=encoded("gzip", BOMB), kind=FailureKind.TOO_LARGE, says="(max_body)", status=200),
    Hostile(name="brotli bomb", behave=encoded("br", BROTLI_BOMB), kind=FailureKind.TOO_LARGE, status=200),
    Hostile(name="zstd bomb", behave=encoded("zstd", ZSTD_BOMB), kind=FailureKind.TOO_LARGE, status=200),
    Hostile(
        name="endless empty gzip members",
        behave=encoded("gzip", gzip.compress(b"") * 9_999),
        kind=FailureKind.ENCODING,
        says="more than 256 members",
        status=200,
    ),
    Hostile(
        name="a zstd window beyond RFC 9659",
        behave=encoded("zstd", WIDE_ZSTD),
        kind=FailureKind.ENCODING,
        says="too much memory",
        status=200,
    ),
    Hostile(name="endless 103", behave=floods_informational, kind=FailureKind.TIMEOUT, says="while the response was read"),
    # Encodings
    Hostile(
        name="an encoding without a decoder",
        behave=encoded("compress", b"abc"),
        kind=FailureKind.ENCODING,
        says="'compress'",
        status=200,
    ),
    Hostile(name="brotli that is none", behave=encoded("br", _TEXT), kind=FailureKind.ENCODING, says="not valid br", status=200),
    Hostile(name="zstd that is none", behave=encoded("zstd", _TEXT), kind=FailureKind.ENCODING, says="not valid zstd", status=200),
    Hostile(
        name="an encoding of its own", behave=encoded(SECRET, b"abc"), kind=FailureKind.ENCODING, says="unknown", status=200
    ),
    Hostile(name="gzip twice", behave=encoded("gzip, gzip", b"abc"), kind=FailureKind.ENCODING, status=200),
    Hostile(name="gzip that is none", behave=encoded("gzip", _TEXT), kind=FailureKind.ENCODING, says="not valid gzip", status=200),
    Hostile(
        name="half of a gzip",
        behave=encoded("gzip", gzip.compress(_TEXT)[:-9]),
        kind=FailureKind.ENCODING,
        says="ends too early",
        status=200,
    ),
    Hostile(
        name="half of a second gzip member",
        behave=encoded("gzip", gzip.compress(_TEXT) + gzip.compress(_TEXT)[:20]),
        kind=FailureKind.ENCODING,
        says="ends too early",
        status=200,
    ),
    Hostile(
        name="gzip with a wrong checksum",
        behave=encoded("gzip", gzip.compress(_TEXT)[:-8] + bytes(8)),
        kind=FailureKind.ENCODING,
        status=200,
    ),
    Hostile(
        name="rubbish after gzip",
        behave=encoded("gzip", gzip.compress(_TEXT) + b"rubbish"),
        kind=FailureKind.ENCODING,
        status=200,
    ),
    Hostile(
        name="rubbish after deflate",
        behave=encoded("deflate", zlib.compress(_TEXT) + b"rubbish"),
        kind=FailureKind.ENCODING,
        says="goes on after the end",
        status=200,
    ),
    # Redirects
    Hostile(
        name="redirects for ever",
        behave=answers(redirect("/")),
        kind=FailureKind.REDIRECT,
        says="more than 3 redirects",
        status=302,
        redirects=3,
    ),
    *(
        Hostile(name=name, behave=answers(redirect(location)), kind=kind, says=says, status=302, redirects=3)
        for name, location, kind, says in (
            ("no URL", "http://[::1", FailureKind.REDIRECT, "not a URL"),
            ("no such IPv4", "http://999.1.1.1/", FailureKind.REDIRECT, "not a URL"),
            ("no Punycode", "http://xn--99999999/", FailureKind.REDIRECT, "not a URL"),
            ("port beyond all", "http://127.0.0.1:99999/", FailureKind.REDIRECT, "not an HTTP address"),
            ("port 0", "//127.0.0.1:0/", FailureKind.REDIRECT, "not an HTTP address"),
            ("a file", "file:///etc/passwd", FailureKind.REDIRECT, "not an HTTP address"),
            ("a script", f"javascript:{SECRET}", FailureKind.REDIRECT, "not an HTTP address"),
        )
    ),
    *(
        Hostile(name=f"leads to {host}", behave=answers(redirect(f"//{host}/")), kind=FailureKind.BLOCKED, redirects=3)
        for host in ("169.254.169.254", "[::ffff:169.254.169.254]", "0.0.0.0", "[::]", "[fd00:ec2::254]", "100.100.100.200")
    ),
    # Odd, and yet complete
    Hostile(
        name="longer than content-length",
        behave=answers(HEAD + b"content-length: 3\r\n\r\nabcdef"),
        kind=None,
        status=200,
    ),
    Hostile(
        name="100 and 103 first",
        behave=answers(b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n", ok(b"abc")),
        kind=None,
        status=200,
    ),
    Hostile(name="no reason, bare line feeds", behave=answers(b"HTTP/1.1 200\ncontent-length: 3\n\nabc"), kind=None, status=200),
    Hostile(name="HTTP/1.0, ended by closing", behave=answers(b"HTTP/1.0 200 OK\r\n\r\nabc"), kind=None, status=200),
    Hostile(name="chunked", behave=answers(CHUNKED + b"1;x=y\r\na\r\n", b"2\r\nbc\r\n0\r\nx-sum: 1\r\n\r\n"), kind=None, status=200),
)  # fmt: skip
