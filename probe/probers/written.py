"""A request as HTTP/1.1 writes it."""

from __future__ import annotations

import httpx


def wire_form(request: httpx.Request) -> bytes:
    """All of it.

    Raises:
        ValueError: a header has a line break in it, and would smuggle in another.
    """
    fields = request.headers.raw
    if any(b"\n" in value or b"\r" in value for _, value in fields):
        raise ValueError("a header's value has a line break")
    lines = [request.method.encode("ascii") + b" " + request.url.raw_path + b" HTTP/1.1"]
    lines += [name + b": " + value for name, value in fields]
    return b"\r\n".join([*lines, b"", request.content])


def readable_head(wire: bytes) -> str:
    """The head of a request on the wire, as a person reads it."""
    return wire.partition(b"\r\n\r\n")[0].decode("latin-1").replace("\r\n", "\n")
