"""A body is the same however the wire cut it, and never longer than the limit."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from probe.model.sample import FailureKind
from probe.probers.decode import BodyReader
from probe.probers.raised import TargetFailure
from tests.fakes.encodings import ENCODINGS

LIMIT = 300
LONG = 60_000  # more than a decoder gets at a time

encodings = st.sampled_from(sorted(ENCODINGS))
anything = st.sampled_from(["", "identity", "gzip", "deflate", "br", "zstd", "gzip, gzip", "x"])
bodies = st.binary(max_size=LIMIT) | st.binary(min_size=1, max_size=9).map(lambda part: (part * LIMIT)[:LIMIT])
long_bodies = st.builds(
    lambda seed, part, times: random.Random(seed).randbytes(LONG // 2) + part * times,
    st.integers(0, 9),
    st.binary(min_size=1, max_size=9),
    st.integers(0, LONG // 9),
)
cuts = st.lists(st.integers(0, 600), max_size=20)
long_cuts = st.lists(st.integers(0, LONG), max_size=20)


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


@given(st.none() | encodings, bodies, cuts)
def test_the_body_is_the_same_for_any_cut(name: str | None, body: bytes, at: list[int]) -> None:
    token, wire = (ENCODINGS[name].token, ENCODINGS[name].encode(body)) if name else ("identity", body)
    assert read(token, cut(wire, at)) == body


@given(encodings, long_bodies, long_cuts)
def test_a_long_body_is_the_same_for_any_cut(name: str, body: bytes, at: list[int]) -> None:
    assert read(ENCODINGS[name].token, cut(ENCODINGS[name].encode(body), at), limit=2 * LONG) == body


@given(st.none() | encodings, st.binary(min_size=LIMIT + 1, max_size=2 * LIMIT), cuts)
def test_a_longer_body_is_always_refused(name: str | None, body: bytes, at: list[int]) -> None:
    token, wire = (ENCODINGS[name].token, ENCODINGS[name].encode(body)) if name else ("identity", body)
    assert read(token, cut(wire, at)) is FailureKind.TOO_LARGE


@given(encodings, bodies.filter(bool), cuts, st.data())
def test_a_body_cut_short_is_never_taken_for_whole(name: str, body: bytes, at: list[int], data: st.DataObject) -> None:
    wire = ENCODINGS[name].encode(body)
    short = wire[: data.draw(st.integers(1, len(wire) - 1))]
    found = read(ENCODINGS[name].token, cut(short, at))
    has_parts = name in ("gzip members", "zstd frames")
    assert found is FailureKind.ENCODING or (has_parts and found == body[:7])


@given(anything, st.binary(max_size=400), cuts)
def test_any_bytes_end_as_the_same_bounded_body_or_named_failure(encoding: str, wire: bytes, at: list[int]) -> None:
    found = read(encoding, cut(wire, at))
    assert isinstance(found, FailureKind) or len(found) <= LIMIT
    assert found == read(encoding, [wire])


@given(encodings, long_bodies, st.integers(0, LONG), st.integers(0, 255), long_cuts, st.sampled_from([LONG // 2, LONG]))
def test_a_damaged_body_ends_in_the_same_way_for_any_cut(
    name: str, body: bytes, place: int, change: int, at: list[int], limit: int
) -> None:
    wire = bytearray(ENCODINGS[name].encode(body))
    wire[place % len(wire)] ^= change
    found = read(ENCODINGS[name].token, cut(bytes(wire), at), limit)
    assert isinstance(found, FailureKind) or len(found) <= limit
    assert found == read(ENCODINGS[name].token, [bytes(wire)], limit)
