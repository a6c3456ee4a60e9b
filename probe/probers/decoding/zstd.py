"""`zstd` (RFC 8878), with a window of at most 8 MiB (RFC 9659)."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Final

from probe.probers.decoding.decoder import MOST_PIECES, STEP, Undecodable

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_OPTIONS: Final[dict[int, int]] = {zstd.DecompressionParameter.window_log_max: 23}


class ZstdDecoder:
    """A body may have several frames; some of them may hold nothing."""

    def __init__(self) -> None:
        self._frame: zstd.ZstdDecompressor | None = None
        self._frames = 0

    def decode(self, data: bytes) -> Iterator[bytes]:
        while data:
            frame = self._current()
            yield from _decompressed(frame, data)
            data = frame.unused_data if frame.eof else b""

    @property
    def is_complete(self) -> bool:
        return self._frame is not None and self._frame.eof

    def _current(self) -> zstd.ZstdDecompressor:
        if self._frame is None or self._frame.eof:
            if self._frames == MOST_PIECES:
                raise Undecodable(f"it has more than {MOST_PIECES} frames")
            self._frames += 1
            self._frame = zstd.ZstdDecompressor(options=_OPTIONS)
        return self._frame


def _decompressed(frame: zstd.ZstdDecompressor, data: bytes) -> Iterator[bytes]:
    """Until the data, or the frame, are at their end."""
    try:
        yield frame.decompress(data, max_length=STEP)
        while not (frame.eof or frame.needs_input):
            yield frame.decompress(b"", max_length=STEP)
    except zstd.ZstdError as error:
        reason = str(error).partition(": ")[2] or "the data are damaged"
        raise Undecodable(reason[0].lower() + reason[1:]) from None
