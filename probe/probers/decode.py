"""Content encodings undone in bounded steps: a few hundred kilobytes on the wire can mean gigabytes."""

from __future__ import annotations

import zlib
from typing import Final

from probe.model.sample import FailureKind
from probe.model.units import format_size
from probe.probers.failures import TargetFailure

ACCEPTED: Final = "gzip, deflate"
"""What requests offer: only what can be decoded within bounds."""

_PLAIN: Final = frozenset({"", "identity"})
_GZIP: Final = frozenset({"gzip", "x-gzip"})
_DECODABLE: Final = _GZIP | {"deflate"}
_KNOWN: Final = frozenset({"br", "zstd", "compress", "x-compress", "dcb", "dcz"})
"""Encodings that have a name but no decoder here. Any other word is the target's own, and is not repeated."""

_MOST_MEMBERS: Final = 256
"""Empty gzip members cost the target nothing and give no output that a limit would stop."""


class BodyReader:
    """Collects a body, decoded, and gives up at the limit. The parts may be cut anywhere.

    Raises:
        TargetFailure: too long, an encoding that can't be decoded, or broken.
    """

    def __init__(self, encoding: str, limit: int) -> None:
        self._encoding = encoding.strip().lower()
        self._limit = limit
        self._body = bytearray()
        self._head = b""
        self._inflate: zlib._Decompress | None = None
        self._members = 0

    def feed(self, part: bytes) -> None:
        """Take the next part as it came from the wire."""
        if self._encoding in _PLAIN:
            self._keep(part)
            return
        if part and self._encoding not in _DECODABLE:
            name = f"{self._encoding!r}" if self._encoding in _KNOWN else "an unknown encoding"
            raise TargetFailure(FailureKind.ENCODING, f"the body came in {name}; only gzip and deflate can be decoded")
        try:
            while part:
                part = self._decode(part)
        except zlib.error as error:
            raise TargetFailure(FailureKind.ENCODING, f"the body is not valid {self._encoding}: {error}") from None

    def body(self) -> bytes:
        """All of it, once the last part was fed."""
        if self._head or (self._inflate and not self._inflate.eof):
            raise TargetFailure(FailureKind.ENCODING, f"the {self._encoding} body ends too early")
        return bytes(self._body)

    def _decode(self, part: bytes) -> bytes:
        """Take what belongs to one member, and give back the rest."""
        if self._inflate is None or self._inflate.eof:
            part = self._begin(part)
        if not part or self._inflate is None:
            return b""
        self._keep(self._inflate.decompress(part, self._limit - len(self._body) + 1))
        return self._inflate.unused_data

    def _begin(self, part: bytes) -> bytes:
        """A new member, once its first two bytes are there: they tell how it is wrapped."""
        if self._members:
            part = self._after_member(part)
        self._head += part
        if len(self._head) < 2:
            return b""
        part, self._head = self._head, b""
        self._inflate = zlib.decompressobj(self._window_bits(part))
        self._members += 1
        return part

    def _after_member(self, part: bytes) -> bytes:
        """A gzip body may be padded with zeros, and may have more members (RFC 1952); deflate ends where it ends."""
        if self._encoding not in _GZIP:
            raise TargetFailure(FailureKind.ENCODING, f"the body goes on after the end of its {self._encoding} data")
        part = part if self._head else part.lstrip(b"\0")
        if part and self._members == _MOST_MEMBERS:
            raise TargetFailure(FailureKind.ENCODING, f"the body has more than {_MOST_MEMBERS} gzip members")
        return part

    def _window_bits(self, start: bytes) -> int:
        if self._encoding in _GZIP:
            return 16 + zlib.MAX_WBITS
        return zlib.MAX_WBITS if _is_zlib(start) else -zlib.MAX_WBITS

    def _keep(self, part: bytes) -> None:
        if len(self._body) + len(part) > self._limit:
            raise TargetFailure(FailureKind.TOO_LARGE, f"the body is longer than {format_size(self._limit)} (max_body)")
        self._body += part


def _is_zlib(start: bytes) -> bool:
    """RFC 9110 means zlib by "deflate", but servers that send bare deflate are old and many."""
    return start[0] & 0x8F == zlib.DEFLATED and int.from_bytes(start[:2], "big") % 31 == 0
