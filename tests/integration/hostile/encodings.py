"""Bodies whose encoding can't be undone."""

from __future__ import annotations

import gzip
import zlib
from typing import Final

from probe.model.sample import FailureKind
from tests.fakes.servers import Behaviour, answers, ok
from tests.integration.hostile.row import SECRET, Hostile


def encoded(encoding: str, body: bytes) -> Behaviour:
    """Answers with a body that is said to be encoded so."""
    return answers(ok(body, f"content-encoding: {encoding}"))


_TEXT: Final = b"a text that is long enough to be compressed " * 50

ENCODINGS: Final = tuple(
    Hostile(name=name, behave=encoded(encoding, body), kind=FailureKind.ENCODING, says=says, status=200)
    for name, encoding, body, says in (
        ("an encoding without a decoder", "compress", b"abc", "'compress'"),
        ("brotli that is none", "br", _TEXT, "not valid br"),
        ("zstd that is none", "zstd", _TEXT, "not valid zstd"),
        ("an encoding of its own", SECRET, b"abc", "unknown"),
        ("gzip twice", "gzip, gzip", b"abc", ""),
        ("gzip that is none", "gzip", _TEXT, "not valid gzip"),
        ("half of a gzip", "gzip", gzip.compress(_TEXT)[:-9], "ends too early"),
        ("half of a second gzip member", "gzip", gzip.compress(_TEXT) + gzip.compress(_TEXT)[:20], "ends too early"),
        ("gzip with a wrong checksum", "gzip", gzip.compress(_TEXT)[:-8] + bytes(8), ""),
        ("rubbish after gzip", "gzip", gzip.compress(_TEXT) + b"rubbish", ""),
        ("rubbish after deflate", "deflate", zlib.compress(_TEXT) + b"rubbish", "goes on after the end"),
    )
)
