"""`br` (RFC 7932). A stream may ask for a window of 16 MiB, and fills it before anything of it is seen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import brotli

from probe.probers.decoding.decoder import Undecodable

_STEP: Final = 32_000
"""The library puts out whole blocks of its own, of nearly 32 KiB as long as this is less."""


class BrotliDecoder:
    """One stream; of what is wrong with it the library says nothing."""

    def __init__(self) -> None:
        self._stream = brotli.Decompressor()

    def decode(self, data: bytes) -> Iterator[bytes]:
        if self.is_complete:
            raise Undecodable("it goes on after the end")
        try:
            while step := self._stream.process(data, output_buffer_limit=_STEP):
                yield step
                if self._stream.is_finished():
                    return
                data = b""  # it has them, and goes on where it stopped
        except brotli.error:
            raise Undecodable("the data are damaged") from None

    @property
    def is_complete(self) -> bool:
        return bool(self._stream.is_finished())
