"""How servers encode bodies."""

from __future__ import annotations

import gzip
import sys
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import brotli

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

__all__ = ["ENCODINGS", "Encoding", "zstd"]


@dataclass(frozen=True, slots=True)
class Encoding:
    """What a server does.

    Attributes:
        token: as it stands in content-encoding.
        name: what the prober calls it.
    """

    token: str
    name: str
    encode: Callable[[bytes], bytes]


def _brotli(body: bytes) -> bytes:
    return bytes(brotli.compress(body, quality=5))


ENCODINGS = {
    "gzip": Encoding("gzip", "gzip", gzip.compress),
    "zlib": Encoding("deflate", "deflate", zlib.compress),
    "bare deflate": Encoding("deflate", "deflate", lambda body: zlib.compress(body, wbits=-15)),
    "gzip members": Encoding("x-gzip", "gzip", lambda body: gzip.compress(body[:7]) + gzip.compress(body[7:])),
    "brotli": Encoding("br", "br", _brotli),
    "zstd": Encoding("zstd", "zstd", zstd.compress),
    "zstd frames": Encoding("zstd", "zstd", lambda body: zstd.compress(body[:7]) + zstd.compress(body[7:])),
}
