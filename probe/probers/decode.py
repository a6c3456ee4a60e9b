"""Bodies put together within bounds: a few hundred kilobytes on the wire can mean gigabytes."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from probe.model.sample import FailureKind
from probe.model.units import format_size
from probe.probers.decoding.decoder import Decoder, Undecodable
from probe.probers.decoding.registry import ACCEPTED, ALIASES, DECODERS
from probe.probers.raised import TargetFailure

MOST_EXPANDED: Final = 100
"""Times its own size on the wire that a body may be inflated to."""

ALWAYS_EXPANDED: Final = 2**20
"""Bytes up to which that does not matter: repetitive JSON is legitimate, and does no harm."""

_PLAIN: Final = frozenset({"", "identity"})
_KNOWN: Final = frozenset({"compress", "x-compress", "dcb", "dcz"})
"""Encodings that have a name but no decoder here. Any other word is the target's own, and is not repeated."""

_BLOCK: Final = 16 * 1024
"""Bytes that a decoder gets at a time, however the wire cut them: so the cuts can't decide what becomes of a body."""


class BodyReader:
    """Collects a body, decoded, and gives up at the limit. The parts may be cut anywhere.

    Raises:
        TargetFailure: too long, as it came or decoded; an encoding that can't be decoded, or is broken.
    """

    def __init__(self, encoding: str, limit: int) -> None:
        name = encoding.strip().lower()
        self._encoding = ALIASES.get(name, name)
        self._limit = limit
        self._most = limit + max(_BLOCK, limit // 100)  # what can't be compressed becomes a little longer
        self._body = bytearray()
        self._waiting = bytearray()
        self._taken = 0
        self._decoder: Decoder | None = None

    def feed(self, part: bytes) -> None:
        """Take the next part as it came from the wire."""
        if self._encoding in _PLAIN:
            self._keep(part, self._limit)
            return
        if part and self._decoder is None:
            self._decoder = self._new_decoder()
        self._waiting += part
        while len(self._waiting) >= _BLOCK and self._taken + _BLOCK <= self._most:
            block = bytes(self._waiting[:_BLOCK])
            del self._waiting[:_BLOCK]
            self._decode(block)
        if self._taken + len(self._waiting) > self._most:
            detail = f"the body is longer than {format_size(self._limit)} (max_body) even compressed"
            raise TargetFailure(FailureKind.TOO_LARGE, detail)

    def body(self) -> bytes:
        """All of it, once the last part was fed."""
        self._flush()
        if self._decoder and not self._decoder.is_complete:
            raise TargetFailure(FailureKind.ENCODING, f"the {self._encoding} body ends too early")
        return bytes(self._body)

    def start(self, size: int) -> bytes:
        """The first bytes, as far as they are known, also of a body that will never be whole."""
        if len(self._body) < size:
            with suppress(TargetFailure):
                self._flush()
        return bytes(self._body[:size])

    def _flush(self) -> None:
        """Decode what waits for more to come."""
        if self._waiting:
            block = bytes(self._waiting)
            self._waiting.clear()
            self._decode(block)

    def _decode(self, block: bytes) -> None:
        """The more has come, the more it may be inflated to; nothing is inflated much further than that."""
        self._taken += len(block)
        cap = min(self._limit, max(ALWAYS_EXPANDED, MOST_EXPANDED * self._taken))
        try:
            for step in self._decoder.decode(block) if self._decoder else ():
                self._keep(step, cap)
        except Undecodable as error:
            self._waiting.clear()
            raise TargetFailure(FailureKind.ENCODING, f"the body is not valid {self._encoding}: {error}") from None

    def _new_decoder(self) -> Decoder:
        if self._encoding in DECODERS:
            return DECODERS[self._encoding]()
        name = f"{self._encoding!r}" if self._encoding in _KNOWN else "an unknown encoding"
        raise TargetFailure(FailureKind.ENCODING, f"the body came in {name}; only {ACCEPTED} can be decoded")

    def _keep(self, part: bytes, cap: int) -> None:
        room = cap - len(self._body)
        self._body += part[:room] if len(part) > room else part
        if len(part) > room:
            too_long = f"the body is longer than {format_size(cap)} (max_body)"
            too_dense = f"the body is inflated to more than {MOST_EXPANDED} times its size: a compression bomb"
            raise TargetFailure(FailureKind.TOO_LARGE, too_long if cap == self._limit else too_dense)
