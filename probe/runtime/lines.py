"""The lines of a file that may be of any size, packed, and broken off anywhere; in bounded memory."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from typing import Final, NamedTuple

LONGEST_LINE: Final = 1 << 20
"""Bytes; a result with all its evidence has a tenth of it."""

_GZIP: Final = b"\x1f\x8b"
_MARK: Final = b"\xef\xbb\xbf"  # what some editors put before UTF-8


class Line(NamedTuple):
    """A line, numbered from 1 and without its end; or why there is none."""

    number: int
    content: bytes
    fault: str | None = None


def read_lines(file: io.BufferedReader) -> Iterator[Line]:
    """Every line that isn't blank. Gzip is recognised by how the file begins; where that is damaged, the lines end.

    Raises:
        OSError: the file can't be read any further.
    """
    number = 0
    try:
        for number, content in enumerate(_contents(_unpacked(file)), start=1):
            if len(content) > LONGEST_LINE:
                yield Line(number, b"", f"is longer than {LONGEST_LINE >> 20} MiB")
            elif stripped := content.removeprefix(_MARK if number == 1 else b"").strip():
                yield Line(number, stripped)
    except (EOFError, gzip.BadGzipFile, zlib.error):
        yield Line(number + 1, b"", "the file is damaged, or breaks off: gzip can't unpack the rest")


def _unpacked(file: io.BufferedReader) -> io.BufferedReader:
    if not file.peek(len(_GZIP)).startswith(_GZIP):
        return file
    return io.BufferedReader(gzip.GzipFile(fileobj=file))


def _contents(file: io.BufferedReader) -> Iterator[bytes]:
    """Each line with its end; one that is too long is cut, and the rest of it is passed over."""
    while content := file.readline(LONGEST_LINE + 1):
        yield content
        while len(content) > LONGEST_LINE and not content.endswith(b"\n"):
            content = file.readline(LONGEST_LINE + 1) or b"\n"
