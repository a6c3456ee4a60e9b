"""`gzip` (RFC 1952) and `deflate` (RFC 1950, and bare as RFC 1951)."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Final

from probe.probers.decoding.decoder import MOST_PIECES, STEP, Undecodable

_WITH_GZIP_HEADER: Final = 16 + zlib.MAX_WBITS


class GzipDecoder:
    """A gzip body may have more members, and be padded with zeros behind them."""

    def __init__(self) -> None:
        self._inflate: zlib._Decompress | None = None
        self._members = 0

    def decode(self, data: bytes) -> Iterator[bytes]:
        while data := data.lstrip(b"\0") if self.is_complete else data:
            member = self._current()
            yield from _inflated(member, data)
            data = member.unused_data

    @property
    def is_complete(self) -> bool:
        return self._inflate is not None and self._inflate.eof

    def _current(self) -> zlib._Decompress:
        if self._inflate is None or self._inflate.eof:
            if self._members == MOST_PIECES:
                raise Undecodable(f"it has more than {MOST_PIECES} members")
            self._members += 1
            self._inflate = zlib.decompressobj(_WITH_GZIP_HEADER)
        return self._inflate


class DeflateDecoder:
    """One zlib stream; or a bare one, which old servers take "deflate" to mean. The first two bytes tell which."""

    def __init__(self) -> None:
        self._inflate: zlib._Decompress | None = None
        self._head = b""

    def decode(self, data: bytes) -> Iterator[bytes]:
        if self._inflate is None:
            self._head += data
            if len(self._head) < 2:
                return
            data = self._head
            self._inflate = zlib.decompressobj(zlib.MAX_WBITS if _is_zlib(data) else -zlib.MAX_WBITS)
        if not self._inflate.eof:
            yield from _inflated(self._inflate, data)
            data = self._inflate.unused_data
        if data:
            raise Undecodable("it goes on after the end")

    @property
    def is_complete(self) -> bool:
        return self._inflate is not None and self._inflate.eof


def _inflated(inflate: zlib._Decompress, data: bytes) -> Iterator[bytes]:
    """Until the data, or the stream, are at their end."""
    try:
        while True:
            step = inflate.decompress(data, STEP)
            data = inflate.unconsumed_tail
            yield step
            if inflate.eof or (not data and len(step) < STEP):
                return
    except zlib.error as error:
        raise Undecodable(str(error)) from None


def _is_zlib(start: bytes) -> bool:
    """Whether they begin as RFC 1950 says."""
    return start[0] & 0x8F == zlib.DEFLATED and int.from_bytes(start[:2], "big") % 31 == 0
