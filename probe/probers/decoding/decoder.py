"""What every decoder of a content encoding does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Protocol

STEP: Final = 64 * 1024
"""Bytes that a decoder puts out at a time, about: what stands between two looks at the limits."""

MOST_PIECES: Final = 256
"""Empty gzip members and zstd frames cost the target nothing, and give no output that a limit would stop."""


class Undecodable(Exception):
    """The data are broken, go on after their end, or ask for too much; the message says which, for a person."""


class Decoder(Protocol):
    """Undoes one content encoding, step by step, so that whoever takes the steps can stop at any of them."""

    def decode(self, data: bytes) -> Iterator[bytes]:
        """All that the next data hold, in steps of about `STEP` bytes.

        Raises:
            Undecodable: from here on nothing more can be had of it.
        """
        ...

    @property
    def is_complete(self) -> bool:
        """Whether the encoded data may end here."""
        ...
