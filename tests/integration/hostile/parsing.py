"""Status lines and headers that aren't HTTP, or not quite."""

from __future__ import annotations

from typing import Final

from probe.model.sample import FailureKind
from tests.fakes.servers import answers, ok
from tests.integration.hostile.row import BODY, CHUNKED, HEAD, SECRET, Hostile

_ABC: Final = b"content-length: 3\r\n\r\nabc"

PARSING: Final = (
    *(
        Hostile(name=name, behave=answers(response), kind=FailureKind.PROTOCOL, says="not valid HTTP")
        for name, response in (
            # Something else altogether
            ("speaks SSH", f"SSH-2.0-{SECRET}\r\n\r\n".encode()),
            ("speaks SMTP", f"220 {SECRET} ESMTP\r\n\r\n".encode()),
            ("speaks HTTP/2 unasked", bytes((0, 0, 18, 4, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 100, 0, 4, 64, 0, 0, 0))),
            ("is a client itself", b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"),
            ("random bytes", bytes(range(256)) + b"\r\n\r\n"),
            ("zeros", bytes(5_000)),
            ("bare body (HTTP/0.9)", b"<html>\n\n"),
            # The status line
            ("no status", b"HTTP/1.1\r\n" + _ABC),
            ("status 000", b"HTTP/1.1 000 Zero\r\n" + _ABC),
            ("status 99", b"HTTP/1.1 99 Less\r\n" + _ABC),
            ("status 1000", b"HTTP/1.1 1000 More\r\n" + _ABC),
            ("status -200", b"HTTP/1.1 -200 OK\r\n" + _ABC),
            ("status of 5,000 digits", b"HTTP/1.1 " + b"2" * 5_000 + b" OK\r\n" + _ABC),
            ("status in hexadecimal", b"HTTP/1.1 0xc8 OK\r\n" + _ABC),
            ("Icecast", b"ICY 200 OK\r\n" + _ABC),
            ("HTTP/11.1", b"HTTP/11.1 200 OK\r\n" + _ABC),
            ("http in small letters", b"http/1.1 200 OK\r\n" + _ABC),
            (
                "switches protocols",
                b"HTTP/1.1 101 Switching\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\nxyz",
            ),
            # Headers
            ("header without a colon", HEAD + f"{SECRET}\r\n\r\n".encode()),
            ("header without a name", HEAD + b": x\r\n" + _ABC),
            ("space before a colon", HEAD + b"x : y\r\n" + _ABC),
            ("NUL in a header's name", HEAD + b"x\0: y\r\n" + _ABC),
            ("8-bit header name", HEAD + b"caf\xe9: y\r\n" + _ABC),
            ("NUL in a header", HEAD + f"x-note: {SECRET}\0\r\n\r\n".encode()),
            ("control character in a header", HEAD + f"x-note: {SECRET}\x01\r\n\r\n".encode()),
            ("terminal sequence in a header", HEAD + b"x-note: \x1b[2J\r\n" + _ABC),
            ("bare carriage return in a header", HEAD + b"x: y\rset-cookie: z\r\n" + _ABC),
        )
    ),
    # Odd, and yet complete
    *(
        Hostile(name=name, behave=answers(*parts), kind=None, status=status)
        for name, status, parts in (
            ("status 999", 999, [b"HTTP/1.1 999 Enough\r\n" + _ABC]),
            ("8-bit reason", 200, [b"HTTP/1.1 200 \xff\xfe\r\n" + _ABC]),
            ("8-bit header", 200, [HEAD + b"x: \xff\xfe\x80\r\n" + _ABC]),
            ("header folded in two", 200, [HEAD + b"x: a\r\n b\r\n" + _ABC]),
            ("folded transfer-encoding", 200, [HEAD + b"transfer-encoding:\r\n chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"]),
            (
                "100 and 103 first",
                200,
                [b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n", ok(BODY)],
            ),
            ("no reason, bare line feeds", 200, [b"HTTP/1.1 200\ncontent-length: 3\n\nabc"]),
            ("HTTP/1.0, ended by closing", 200, [b"HTTP/1.0 200 OK\r\n\r\nabc"]),
            ("upgrade offered", 200, [HEAD + b"upgrade: h2c\r\nconnection: upgrade\r\n" + _ABC]),
            ("chunked", 200, [CHUNKED + b"1;x=y\r\na\r\n", b"2\r\nbc\r\n0\r\nx-sum: 1\r\n\r\n"]),
        )
    ),
)
