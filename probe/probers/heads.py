"""What a response's head must be beyond what parsers insist on, so that every engine says the same of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from probe.model.sample import FailureKind
from probe.probers.raised import TargetFailure

LONGEST_HEAD: Final = 100 * 1024
"""Bytes of a response before its body, informational responses included."""

MOST_FRAMING: Final = 16
"""Bytes around each byte of a body that are still honest: a chunk of one byte has five."""

_LOWEST_STATUS: Final = 100
_CONTROL: Final = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_CHUNKED: Final = [b"chunked"]


def check_head(status: int, headers: Sequence[tuple[bytes, bytes]]) -> None:
    """Refuse what leaves open where the body ends (RFC 9112 §6.1), and what may not stand in a header.

    Raises:
        TargetFailure: saying which of it.
    """
    names = b":".join([name for name, _ in headers]).lower()
    values = b"".join([value for _, value in headers])
    if len(names) + len(values) > LONGEST_HEAD:
        raise too_long()
    if status < _LOWEST_STATUS:
        raise not_http("its status is none")
    if _CONTROL.search(values):
        raise not_http("a header has a control character")
    if b" " in names:
        raise not_http("a header's name has a space")
    if b"transfer-encoding" in names:
        _check_coding(headers)


def _check_coding(headers: Sequence[tuple[bytes, bytes]]) -> None:
    told = [(name.lower(), value) for name, value in headers]
    codings = [value.strip().lower() for name, value in told if name == b"transfer-encoding"]
    if codings and any(name == b"content-length" for name, _ in told):
        raise not_http("it has two lengths")
    if codings and codings != _CHUNKED:
        raise not_http("it has a transfer-encoding that nobody asked for")


def not_http(why: str = "") -> TargetFailure:
    """The response breaks the rules."""
    return TargetFailure(FailureKind.PROTOCOL, f"the response is not valid HTTP{why and f': {why}'}")


def too_long(what: str = "the head of the response") -> TargetFailure:
    """Something is endless."""
    return TargetFailure(FailureKind.TOO_LARGE, f"{what} is longer than 100 KiB")
