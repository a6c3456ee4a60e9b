from __future__ import annotations

import gzip
import json
import random
import tracemalloc
import zlib
from functools import cache

import brotli
import pytest

from probe.model.sample import Failure, FailureKind
from probe.probers.decode import BodyReader
from probe.probers.raised import TargetFailure
from tests.fakes.encodings import ENCODINGS, zstd

MEGABYTE = 1_000_000


def failure(encoding: str, *parts: bytes, limit: int = 1_000) -> Failure:
    with pytest.raises(TargetFailure) as caught:
        read(encoding, *parts, limit=limit)
    return caught.value.failure


def read(encoding: str, *parts: bytes, limit: int) -> bytes:
    return whole(BodyReader(encoding, limit), *parts)


def whole(reader: BodyReader, *parts: bytes) -> bytes:
    for part in parts:
        reader.feed(part)
    return reader.body()


@cache
def bomb(name: str) -> bytes:
    """60 MB of zeros, compressed."""
    return ENCODINGS[name].encode(bytes(60 * MEGABYTE))


@pytest.mark.parametrize("encoding", ["", "gzip", "br", "zstd", "deflate", "whatever"])
def test_no_body_needs_no_decoder(encoding: str) -> None:
    assert read(encoding, b"", limit=10) == b""


def test_an_encoding_that_cannot_be_decoded_is_refused_at_its_first_byte() -> None:
    can = "only gzip, deflate, br, zstd can be decoded"
    assert failure("compress", b"x").detail == f"the body came in 'compress'; {can}"
    assert failure("tok3n", b"x").detail == f"the body came in an unknown encoding; {can}"
    with pytest.raises(TargetFailure):
        BodyReader("tok3n", 10).feed(b"x")


@pytest.mark.parametrize("parts", [(b"x",), (b"", b"x", b"y"), (bytes(2_000),)])
def test_the_name_of_an_encoding_is_never_repeated_unless_it_is_a_known_one(parts: tuple[bytes, ...]) -> None:
    assert "tok3n" not in failure("tok3n", *parts).detail


@pytest.mark.parametrize("name", ENCODINGS)
def test_a_bomb_stops_at_the_limit(name: str) -> None:
    found = failure(ENCODINGS[name].token, bomb(name), limit=50_000)
    assert (found.kind, found.detail) == (FailureKind.TOO_LARGE, "the body is longer than 50.0 kB (max_body)")


@pytest.mark.parametrize("name", ENCODINGS)
def test_a_bomb_below_the_limit_is_told_by_how_far_it_is_inflated(name: str) -> None:
    found = failure(ENCODINGS[name].token, bomb(name), limit=50 * MEGABYTE)
    assert found.kind is FailureKind.TOO_LARGE
    assert found.detail == "the body is inflated to more than 100 times its size: a compression bomb"


@pytest.mark.parametrize("name", ENCODINGS)
def test_a_bomb_takes_no_memory(name: str) -> None:
    wire = bomb(name)
    tracemalloc.start()
    failure(ENCODINGS[name].token, wire, limit=50 * MEGABYTE)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * MEGABYTE


@pytest.mark.parametrize("name", ENCODINGS)
def test_repetitive_json_is_no_bomb(name: str) -> None:
    body = json.dumps([{"id": 1, "name": "the same again", "tags": []}] * 19_000).encode()
    wire = ENCODINGS[name].encode(body)
    assert len(body) > 100 * len(wire)
    assert read(ENCODINGS[name].token, wire, limit=8 * MEGABYTE) == body


@pytest.mark.parametrize("name", ENCODINGS)
def test_a_long_body_that_compresses_as_texts_do_is_whole(name: str) -> None:
    numbers = random.Random(name)
    body = b"".join(b'{"id": %d, "state": "sent"},\n' % numbers.randrange(10**9) for _ in range(100_000))
    assert read(ENCODINGS[name].token, ENCODINGS[name].encode(body), limit=8 * MEGABYTE) == body


@pytest.mark.parametrize("name", ENCODINGS)
def test_what_can_not_be_compressed_may_become_a_little_longer(name: str) -> None:
    body = random.Random(name).randbytes(100_000)
    assert read(ENCODINGS[name].token, ENCODINGS[name].encode(body), limit=len(body)) == body


@pytest.mark.parametrize(
    ("encoding", "wire"),
    [
        ("gzip", gzip.compress(b"abc") + bytes(200_000)),  # padding gives no output that could be too long
        ("zstd", (b"\x50\x2a\x4d\x18" + (9_992).to_bytes(4, "little") + bytes(9_992)) * 20),  # frames to be skipped
    ],
)
def test_bytes_that_decode_to_nothing_are_limited_too(encoding: str, wire: bytes) -> None:
    assert failure(encoding, wire, limit=50_000) == Failure(
        kind=FailureKind.TOO_LARGE, detail="the body is longer than 50.0 kB (max_body) even compressed"
    )


@pytest.mark.parametrize("name", ENCODINGS)
def test_a_single_byte_is_no_compressed_body(name: str) -> None:
    wire = ENCODINGS[name].encode(b"a text of some length")[:1]
    assert failure(ENCODINGS[name].token, wire).detail == f"the {ENCODINGS[name].name} body ends too early"


@pytest.mark.parametrize(
    ("encoding", "says"),
    [
        ("gzip", "incorrect header check"),
        ("deflate", "invalid"),
        ("br", "the data are damaged"),
        ("zstd", "unknown frame descriptor"),
    ],
)
def test_rubbish_is_told(encoding: str, says: str) -> None:
    found = failure(encoding, b"\xff" * 99)
    assert found.kind is FailureKind.ENCODING
    assert found.detail.startswith(f"the body is not valid {encoding}: ")
    assert says in found.detail


@pytest.mark.parametrize("name", ENCODINGS)
def test_rubbish_behind_a_body_is_told(name: str) -> None:
    wire = ENCODINGS[name].encode(b"a text of some length") + b"rubbish"
    assert failure(ENCODINGS[name].token, wire).kind is FailureKind.ENCODING
    spread = failure(ENCODINGS[name].token, *(wire[place : place + 1] for place in range(len(wire))))
    assert spread.kind is FailureKind.ENCODING


def test_endless_empty_members_and_frames_are_refused() -> None:
    for encoding, empty, name in (("gzip", gzip.compress(b""), "members"), ("zstd", zstd.compress(b""), "frames")):
        assert read(encoding, empty * 256, limit=10) == b""
        assert failure(encoding, empty * 257).detail == f"the body is not valid {encoding}: it has more than 256 {name}"
    assert read("gzip", gzip.compress(b"") * 256 + bytes(9), limit=10) == b""


def test_a_zstd_window_beyond_8_mib_is_refused() -> None:
    parameter = zstd.CompressionParameter
    body = random.Random(1).randbytes(100) * 200_000
    kept = zstd.ZstdCompressor(options={parameter.window_log: 23})
    assert read("zstd", kept.compress(body[:1_000_000]) + kept.flush(), limit=MEGABYTE) == body[:1_000_000]
    wide = zstd.ZstdCompressor(options={parameter.window_log: 24})
    found = failure("zstd", wide.compress(body) + wide.flush(), limit=50 * MEGABYTE)
    assert found.detail == "the body is not valid zstd: frame requires too much memory for decoding"


def test_a_large_brotli_window_is_decoded_in_bounds() -> None:
    wire = brotli.compress(bytes(60 * MEGABYTE), quality=5, lgwin=24)
    assert failure("br", wire, limit=50 * MEGABYTE).kind is FailureKind.TOO_LARGE


def test_old_servers_that_mean_bare_deflate_are_understood() -> None:
    assert read("deflate", zlib.compress(b"abc", wbits=-15), limit=10) == b"abc"


# What is left of a body that failed is evidence.


def test_the_start_of_a_body_that_is_too_long_is_kept() -> None:
    for name, encoding in ENCODINGS.items():
        reader = BodyReader(encoding.token, 50_000)
        with pytest.raises(TargetFailure):
            whole(reader, bomb(name))
        assert reader.start(100) == bytes(100)


def test_the_start_of_a_body_that_never_ended_is_kept() -> None:
    body = random.Random(1).randbytes(1_000).hex().encode()
    for encoding in ENCODINGS.values():
        wire = encoding.encode(body)
        reader = BodyReader(encoding.token, 50_000)
        reader.feed(wire[: len(wire) - 20])
        start = reader.start(100)
        assert body.startswith(start)
        assert reader.start(100) == start


def test_the_start_of_a_plain_body_is_its_start() -> None:
    reader = BodyReader("", 50_000)
    assert reader.start(3) == b""
    reader.feed(b"abcdef")
    assert reader.start(3) == b"abc"


def test_a_broken_body_has_a_start_too() -> None:
    reader = BodyReader("gzip", 50_000)
    reader.feed(b"rubbish")
    with pytest.raises(TargetFailure):
        reader.body()
    assert reader.start(3) == b""
