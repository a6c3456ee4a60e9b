"""Responses that leave open where they end: wrong lengths, wrong chunks, and what request smuggling is made of."""

from __future__ import annotations

from typing import Final

from probe.model.sample import FailureKind
from tests.fakes.servers import answers, ok
from tests.integration.hostile.row import BODY, CHUNKED, HEAD, Hostile

_CHUNKS: Final = b"3\r\nabc\r\n0\r\n\r\n"

FRAMING: Final = (
    *(
        Hostile(
            name=name, behave=answers(HEAD + head + b"\r\n" + body), kind=FailureKind.PROTOCOL, says="not valid HTTP"
        )
        for name, head, body in (
            ("content-length no number", b"content-length: x\r\n", b"abc"),
            ("content-length empty", b"content-length: \r\n", b"abc"),
            ("content-length negative", b"content-length: -1\r\n", b"abc"),
            ("content-length with a plus", b"content-length: +3\r\n", b"abc"),
            ("content-length hexadecimal", b"content-length: 0x3\r\n", b"abc"),
            ("content-length with a fraction", b"content-length: 3.0\r\n", b"abc"),
            ("content-length with an underscore", b"content-length: 0_3\r\n", b"abc"),
            ("content-length in Arabic digits", "content-length: ٣\r\n".encode(), b"abc"),
            ("content-length beyond 64 bits", b"content-length: 999999999999999999999999999999\r\n", b"abc"),
            ("content-length of 5,000 digits", b"content-length: " + b"9" * 5_000 + b"\r\n", b"abc"),
            ("two content-lengths", b"content-length: 1\r\ncontent-length: 2\r\n", b"ab"),
            ("two content-lengths in one", b"content-length: 3 4\r\n", b"abc"),
            ("folded content-length", b"content-length: 3\r\n 4\r\n", b"abc"),
            ("both framings", b"content-length: 3\r\ntransfer-encoding: chunked\r\n", _CHUNKS),
            ("both framings, the other way round", b"transfer-encoding: chunked\r\ncontent-length: 3\r\n", _CHUNKS),
            ("transfer-encoding twice", b"transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n", _CHUNKS),
            ("chunked twice", b"transfer-encoding: chunked, chunked\r\n", _CHUNKS),
            ("transfer-encoding: xchunked", b"transfer-encoding: xchunked\r\n", b"abc"),
            ("transfer-encoding: gzip", b"transfer-encoding: gzip\r\n", b"abc"),
            ("transfer-encoding: gzip, chunked", b"transfer-encoding: gzip, chunked\r\n", _CHUNKS),
            ("transfer-encoding: chunked, gzip", b"transfer-encoding: chunked, gzip\r\n", _CHUNKS),
            ("transfer-encoding: identity", b"transfer-encoding: identity\r\n", b"abc"),
            ("transfer-encoding after a space", b"transfer-encoding : chunked\r\n", _CHUNKS),
            ("transfer-encoding after a vertical tab", b"transfer-encoding:\x0bchunked\r\n", _CHUNKS),
        )
    ),
    *(
        Hostile(
            name=name,
            behave=answers(CHUNKED + chunks),
            kind=FailureKind.PROTOCOL,
            says="not valid HTTP",
            status=200,
        )
        for name, chunks in (
            ("chunk size no number", b"zz\r\nabc\r\n"),
            ("chunk size empty", b"\r\nabc\r\n0\r\n\r\n"),
            ("chunk size negative", b"-1\r\nabc\r\n0\r\n\r\n"),
            ("chunk size with a plus", b"+3\r\nabc\r\n0\r\n\r\n"),
            ("chunk size with 0x", b"0x3\r\nabc\r\n0\r\n\r\n"),
            ("chunk size after a space", b" 3\r\nabc\r\n0\r\n\r\n"),
            ("chunk size beyond 64 bits", b"f" * 40 + b"\r\nabc\r\n0\r\n\r\n"),
            ("chunk longer than its size", b"3\r\nabcdef\r\n0\r\n\r\n"),
            ("chunk without its line break", b"3\r\nabc0\r\n\r\n"),
            ("rubbish in a trailer", b"3\r\nabc\r\n0\r\nrubbish\r\n\r\n"),
        )
    ),
    *(
        Hostile(name=name, behave=answers(response), kind=FailureKind.RESET, status=200)
        for name, response in (
            ("content-length 2^64 - 1", HEAD + b"content-length: 18446744073709551615\r\n\r\nabc"),
            ("chunk size 2^64 - 1", CHUNKED + b"ffffffffffffffff\r\nabc\r\n0\r\n\r\n"),
        )
    ),
    # Odd, and yet complete
    *(
        Hostile(name=name, behave=answers(response), kind=None, status=200)
        for name, response in (
            ("longer than content-length", HEAD + b"content-length: 3\r\n\r\nabcdef"),
            ("content-length with zeros", HEAD + b"content-length: 0003\r\n\r\nabc"),
            ("two responses to one request", ok(BODY) + ok(b"another")),
            ("chunk size before spaces", CHUNKED + b"3   \r\nabc\r\n0\r\n\r\n"),
            ("CHUNKED in capitals", HEAD + b"Transfer-Encoding:\tCHUNKED\r\n\r\n" + _CHUNKS),
        )
    ),
)
