from __future__ import annotations

import gzip

import pytest

from probe.model.sample import Failure, FailureKind
from probe.probers.decode import BodyReader
from probe.probers.failures import TargetFailure


def failure(encoding: str, *parts: bytes, limit: int = 1_000) -> Failure:
    with pytest.raises(TargetFailure) as caught:
        read(encoding, *parts, limit=limit)
    return caught.value.failure


def read(encoding: str, *parts: bytes, limit: int) -> bytes:
    reader = BodyReader(encoding, limit)
    for part in parts:
        reader.feed(part)
    return reader.body()


@pytest.mark.parametrize("encoding", ["", "gzip", "br", "whatever"])
def test_no_body_needs_no_decoder(encoding: str) -> None:
    assert read(encoding, b"", limit=10) == b""


def test_an_encoding_that_cannot_be_decoded_is_refused() -> None:
    assert failure("br", b"x").detail == "the body came in 'br'; only gzip and deflate can be decoded"
    assert failure("tok3n", b"x").detail == "the body came in an unknown encoding; only gzip and deflate can be decoded"


@pytest.mark.parametrize("parts", [(b"x",), (b"", b"x", b"y"), (bytes(2_000),)])
def test_the_name_of_an_encoding_is_never_repeated_unless_it_is_a_known_one(parts: tuple[bytes, ...]) -> None:
    assert "tok3n" not in failure("tok3n", *parts).detail


def test_a_bomb_stops_at_the_limit() -> None:
    found = failure("gzip", gzip.compress(bytes(10_000_000)))
    assert (found.kind, found.detail) == (FailureKind.TOO_LARGE, "the body is longer than 1.0 kB (max_body)")


def test_a_single_byte_is_no_compressed_body() -> None:
    assert failure("deflate", b"x").detail == "the deflate body ends too early"


def test_endless_empty_members_are_refused() -> None:
    empty = gzip.compress(b"")
    assert read("gzip", empty * 256 + bytes(9), limit=10) == b""
    assert failure("gzip", empty * 257).detail == "the body has more than 256 gzip members"
