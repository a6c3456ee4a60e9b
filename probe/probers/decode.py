"""Content encodings undone in bounded steps: a few hundred kilobytes on the wire can mean gigabytes (STANDARDS §7)."""

from __future__ import annotations

import zlib
from typing import Final

from probe.model.sample import FailureKind
from probe.model.units import format_size
from probe.probers.failures import TargetFailure

ACCEPTED: Final = "gzip, deflate"
"""What requests offer: only what can be decoded within bounds."""

_WINDOW_BITS: Final = {
    "gzip": 16 + zlib.MAX_WBITS,
    "x-gzip": 16 + zlib.MAX_WBITS,
    "deflate": zlib.MAX_WBITS,
}


class BodyReader:
    """Collects a body, decoded, and gives up at the limit.

    Raises:
        TargetFailure: too long, an encoding that was not offered, or broken.
    """

    def __init__(self, encoding: str, limit: int) -> None:
        self._parts: list[bytes] = []
        self._left = limit
        self._limit = limit
        self._encoding = encoding.strip().lower()
        self._inflate = self._decompressor()

    def feed(self, part: bytes) -> None:
        """Take the next part as it came from the wire."""
        if self._inflate is None:
            self._keep(part)
            return
        try:
            self._keep(self._inflate.decompress(part, self._left + 1))
        except zlib.error as error:
            raise TargetFailure(FailureKind.ENCODING, f"the body is not valid {self._encoding}: {error}") from None
        if self._inflate.unconsumed_tail:
            self._refuse()

    def body(self) -> bytes:
        """All of it, once the last part was fed."""
        if self._inflate is not None and self._parts and not self._inflate.eof:
            raise TargetFailure(FailureKind.ENCODING, f"the {self._encoding} body ends too early")
        return b"".join(self._parts)

    def _decompressor(self) -> zlib._Decompress | None:
        if self._encoding in ("", "identity"):
            return None
        if self._encoding not in _WINDOW_BITS:
            raise TargetFailure(
                FailureKind.ENCODING,
                f"the body came in {self._encoding[:40]!r}, which was not asked for",
            )
        return zlib.decompressobj(_WINDOW_BITS[self._encoding])

    def _keep(self, part: bytes) -> None:
        if len(part) > self._left:
            self._refuse()
        self._left -= len(part)
        self._parts.append(part)

    def _refuse(self) -> None:
        raise TargetFailure(FailureKind.TOO_LARGE, f"the body is longer than {format_size(self._limit)} (max_body)")
