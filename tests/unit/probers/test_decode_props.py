"""A body is the same however the wire cut it, and never longer than the limit."""

from __future__ import annotations

import gzip
import itertools
import zlib
from collections.abc import Callable, Iterable

from hypothesis import given
from hypothesis import strategies as st

from probe.model.sample import FailureKind
from probe.probers.decode import BodyReader
from probe.probers.failures import TargetFailure

LIMIT = 300

ENCODINGS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "identity": ("identity", lambda body: body),
    "gzip": ("gzip", gzip.compress),
    "zlib": ("deflate", zlib.compress),
    "bare deflate": ("deflate", lambda body: zlib.compress(body, wbits=-15)),
    "members": ("x-gzip", lambda body: gzip.compress(body[:7]) + gzip.compress(body[7:]) + bytes(3)),
}

encodings = st.sampled_from(sorted(ENCODINGS))
bodies = st.binary(max_size=LIMIT) | st.binary(min_size=1, max_size=9).map(lambda part: (part * LIMIT)[:LIMIT])
cuts = st.lists(st.integers(0, 600), max_size=20)


def cut(wire: bytes, at: Iterable[int]) -> list[bytes]:
    """The bytes in parts, some of them empty."""
    borders = [0, *sorted(min(place, len(wire)) for place in at), len(wire)]
    return [wire[start:end] for start, end in itertools.pairwise(borders)]


def read(encoding: str, parts: Iterable[bytes], limit: int = LIMIT) -> bytes | FailureKind:
    reader = BodyReader(encoding, limit)
    try:
        for part in parts:
            reader.feed(part)
        return reader.body()
    except TargetFailure as error:
        return error.failure.kind


@given(encodings, bodies, cuts)
def test_the_body_is_the_same_for_any_cut(name: str, body: bytes, at: list[int]) -> None:
    encoding, encode = ENCODINGS[name]
    assert read(encoding, cut(encode(body), at)) == body


@given(encodings, st.binary(min_size=LIMIT + 1, max_size=2 * LIMIT), cuts)
def test_a_longer_body_is_always_refused(name: str, body: bytes, at: list[int]) -> None:
    encoding, encode = ENCODINGS[name]
    assert read(encoding, cut(encode(body), at)) is FailureKind.TOO_LARGE


@given(encodings.filter(lambda name: name != "identity"), bodies, cuts, st.data())
def test_a_body_cut_short_is_never_taken_for_whole(name: str, body: bytes, at: list[int], data: st.DataObject) -> None:
    encoding, encode = ENCODINGS[name]
    wire = encode(body).rstrip(b"\0") if name == "members" else encode(body)
    short = wire[: data.draw(st.integers(1, len(wire) - 1))]
    found = read(encoding, cut(short, at))
    assert found is FailureKind.ENCODING or (name == "members" and found == body[:7])


@given(st.sampled_from(["", "identity", "gzip", "deflate", "br", "gzip, gzip", "x"]), st.binary(max_size=400), cuts)
def test_any_bytes_end_as_a_bounded_body_or_a_named_failure(encoding: str, wire: bytes, at: list[int]) -> None:
    found = read(encoding, cut(wire, at))
    assert isinstance(found, FailureKind) or len(found) <= LIMIT


@given(encodings, bodies, st.integers(0, 600), st.integers(1, 255), cuts)
def test_a_damaged_body_ends_as_a_bounded_body_or_a_named_failure(
    name: str, body: bytes, place: int, change: int, at: list[int]
) -> None:
    encoding, encode = ENCODINGS[name]
    wire = bytearray(encode(body) or b"x")
    wire[place % len(wire)] ^= change
    found = read(encoding, cut(bytes(wire), at))
    assert isinstance(found, FailureKind) or len(found) <= LIMIT
