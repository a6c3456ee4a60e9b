"""Too much of everything."""

from __future__ import annotations

import gzip
from typing import Final

import brotli

from probe.model.sample import FailureKind
from tests.fakes.encodings import zstd
from tests.fakes.servers import answers
from tests.integration.hostile.encodings import encoded
from tests.integration.hostile.row import CHUNKED, HEAD, MEGABYTE, Hostile, floods

_MUCH: Final = b"x" * 65_536

floods_headers: Final = floods(HEAD, b"x-flood: yes\r\n" * 1_000)
floods_body: Final = floods(HEAD + b"\r\n", _MUCH)
floods_tiny_chunks: Final = floods(CHUNKED, b"1\r\nx\r\n" * 1_000, pause=0.005)

BOMB: Final = gzip.compress(bytes(200 * MEGABYTE), compresslevel=1)
BROTLI_BOMB: Final[bytes] = brotli.compress(bytes(200 * MEGABYTE), quality=1)
ZSTD_BOMB: Final = zstd.compress(bytes(200 * MEGABYTE))
WIDE_ZSTD: Final = zstd.compress(bytes(20 * MEGABYTE), options={zstd.CompressionParameter.window_log: 24})

SIZES: Final = (
    *(
        Hostile(name=name, behave=behave, kind=FailureKind.TOO_LARGE, says="head of the response")
        for name, behave in (
            ("endless status line", floods(b"HTTP/1.1 200 ", _MUCH)),
            ("endless headers", floods_headers),
            ("100,000 short headers", answers(HEAD + b"a:b\r\n" * 100_000 + b"content-length: 3\r\n\r\nabc")),
            ("endless header name", floods(HEAD, _MUCH)),
            ("endless header value", floods(HEAD + b"x: ", _MUCH)),
            ("endless spaces in a header", floods(HEAD + b"x: ", b" " * 65_536)),
            ("endless folded header", floods(HEAD + b"x: y\r\n", b" z\r\n" * 1_000)),
            ("endless cookies", floods(HEAD, b"set-cookie: a=" + b"b" * 4_000 + b"; path=/\r\n")),
        )
    ),
    *(
        Hostile(name=name, behave=behave, kind=FailureKind.TOO_LARGE, says="100 KiB", status=200)
        for name, behave in (
            ("endless chunk extension", floods(CHUNKED + b"3;", _MUCH)),
            ("endless quoted chunk extension", floods(CHUNKED + b'3;x="', _MUCH)),
            ("endless zeros before a chunk size", floods(CHUNKED, b"0" * 65_536)),
            ("endless trailers", floods(CHUNKED + b"3\r\nabc\r\n0\r\n", b"x: y\r\n" * 1_000)),
            ("endless trailer name", floods(CHUNKED + b"3\r\nabc\r\n0\r\n", _MUCH)),
        )
    ),
    *(
        Hostile(name=name, behave=behave, kind=FailureKind.TOO_LARGE, says=says, status=200)
        for name, behave, says in (
            ("endless body", floods_body, "(max_body)"),
            ("endless chunks", floods(CHUNKED, b"10000\r\n" + _MUCH + b"\r\n"), "(max_body)"),
            ("gzip bomb", encoded("gzip", BOMB), "(max_body)"),
            ("brotli bomb", encoded("br", BROTLI_BOMB), ""),
            ("zstd bomb", encoded("zstd", ZSTD_BOMB), ""),
        )
    ),
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
        name="tiny chunks as fast as can be",
        behave=floods(CHUNKED, b"1;framing!!!\r\nx\r\n" * 1_000),
        kind=FailureKind.TOO_LARGE,
        says="far longer on the wire than its body",
        max_body=80_000,
        status=200,
    ),
    Hostile(name="endless tiny chunks", behave=floods_tiny_chunks, kind=FailureKind.TIMEOUT, status=200),
    Hostile(
        name="endless 103",
        behave=floods(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 10, pause=0.01),
        kind=FailureKind.TIMEOUT,
        says="while the response was read",
    ),
)
