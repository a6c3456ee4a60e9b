"""Too much of everything."""

from __future__ import annotations

import asyncio
import gzip
from typing import Final

import brotli

from probe.model.sample import FailureKind
from tests.fakes.encodings import zstd
from tests.fakes.servers import read_request
from tests.integration.hostile.encodings import encoded
from tests.integration.hostile.row import CHUNKED, HEAD, MEGABYTE, Hostile, endlessly


async def floods_headers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    await endlessly(writer, HEAD, b"x-flood: yes\r\n" * 1_000)


async def floods_body(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    await endlessly(writer, HEAD + b"\r\n", bytes(65_536))


async def floods_tiny_chunks(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    await endlessly(writer, CHUNKED, b"1\r\nx\r\n" * 1_000, pause=0.005)


async def floods_informational(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    await endlessly(writer, b"", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 10, pause=0.01)


async def floods_without_a_line(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    await endlessly(writer, b"HTTP/1.1 200 ", b"A" * 65_536)


BOMB: Final = gzip.compress(bytes(200 * MEGABYTE), compresslevel=1)
BROTLI_BOMB: Final[bytes] = brotli.compress(bytes(200 * MEGABYTE), quality=1)
ZSTD_BOMB: Final = zstd.compress(bytes(200 * MEGABYTE))
WIDE_ZSTD: Final = zstd.compress(bytes(20 * MEGABYTE), options={zstd.CompressionParameter.window_log: 24})

SIZES: Final = (
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
    Hostile(
        name="endless 103", behave=floods_informational, kind=FailureKind.TIMEOUT, says="while the response was read"
    ),
)
