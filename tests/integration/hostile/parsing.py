"""Responses that aren't HTTP, or not quite."""

from __future__ import annotations

from typing import Final

from probe.model.sample import FailureKind
from tests.fakes.servers import answers, ok
from tests.integration.hostile.row import BODY, CHUNKED, HEAD, SECRET, Hostile

PARSING: Final = (
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
    Hostile(
        name="content-length no number", behave=answers(HEAD + b"content-length: x\r\n\r\n"), kind=FailureKind.PROTOCOL
    ),
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
    # Odd, and yet complete
    Hostile(
        name="longer than content-length",
        behave=answers(HEAD + b"content-length: 3\r\n\r\nabcdef"),
        kind=None,
        status=200,
    ),
    Hostile(
        name="100 and 103 first",
        behave=answers(b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n", ok(BODY)),
        kind=None,
        status=200,
    ),
    Hostile(
        name="no reason, bare line feeds",
        behave=answers(b"HTTP/1.1 200\ncontent-length: 3\n\nabc"),
        kind=None,
        status=200,
    ),
    Hostile(name="HTTP/1.0, ended by closing", behave=answers(b"HTTP/1.0 200 OK\r\n\r\nabc"), kind=None, status=200),
    Hostile(
        name="chunked",
        behave=answers(CHUNKED + b"1;x=y\r\na\r\n", b"2\r\nbc\r\n0\r\nx-sum: 1\r\n\r\n"),
        kind=None,
        status=200,
    ),
)
