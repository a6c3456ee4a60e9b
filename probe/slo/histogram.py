"""Latencies as an HDR histogram: small, mergeable, and within 0.1 % of the exact percentile.

The buckets are those of HdrHistogram with three significant digits and a unit of 1 µs: exact below 2,048 µs, then
1,024 to each power of two. Only buckets that hold something are kept.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import chain, repeat
from typing import TYPE_CHECKING, Final, TypeAlias

from probe.model.units import Micros

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Counts: TypeAlias = NDArray[np.int64]

ERROR: Final = 1 / 1024
"""A percentile is never below the exact one, and at most this share of it above."""

_EXACT: Final = 2048
_HALF_BITS: Final = 10
_MOST: Final = 255
_ENTRY: Final = struct.Struct("<HB")
_FIELDS: Final = [("bucket", "<u2"), ("count", "u1")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram:
    """The distribution of `count` durations; microseconds.

    Attributes:
        buckets: three bytes an entry, by bucket: its number (16 bit, little endian) and how many it holds (8 bit);
            what is more than 255 continues in further entries.
        total, minimum, maximum: exact.
    """

    buckets: bytes = b""
    count: int = 0
    total: Micros = 0
    minimum: Micros = 0
    maximum: Micros = 0

    @classmethod
    def of(cls, values: Sequence[Micros]) -> Histogram:
        """Of durations, none of them negative."""
        if not values:
            return EMPTY
        held = Counter(map(bucket_of, values))
        return cls(
            buckets=b"".join(chain.from_iterable(_entries(bucket, held[bucket]) for bucket in sorted(held))),
            count=len(values),
            total=sum(values),
            minimum=min(values),
            maximum=max(values),
        )

    @property
    def mean(self) -> float | None:
        """Exact; `None` when it is empty."""
        return self.total / self.count if self.count else None

    def percentiles(self, *percents: float) -> tuple[Micros, ...]:
        """Each by nearest rank, as the highest value of its bucket; of a histogram that isn't empty."""
        return Distribution.of([self]).percentiles(*percents)


EMPTY: Final = Histogram()


@dataclass(frozen=True, slots=True, eq=False)
class Distribution:
    """Durations of one histogram or of several, unpacked: made to be asked, and to be added up.

    Attributes:
        counts: how many each bucket holds, from bucket 0 on.
    """

    counts: Counts
    count: int = 0
    total: Micros = 0
    minimum: Micros = 0
    maximum: Micros = 0

    @classmethod
    def of(cls, parts: Iterable[Histogram]) -> Distribution:
        """All of their durations."""
        whole = together(parts)
        return cls(_counts(whole.buckets), whole.count, whole.total, whole.minimum, whole.maximum)

    @classmethod
    def sum(cls, parts: Iterable[Distribution]) -> Distribution:
        """All of their durations."""
        import numpy as np  # takes 0.1 s, and the daemon doesn't need it

        filled = [part for part in parts if part.count]
        counts = np.zeros(max((len(part.counts) for part in filled), default=0), dtype=np.int64)
        for part in filled:
            counts[: len(part.counts)] += part.counts
        return cls(
            counts,
            sum(part.count for part in filled),
            sum(part.total for part in filled),
            min((part.minimum for part in filled), default=0),
            max((part.maximum for part in filled), default=0),
        )

    def percentiles(self, *percents: float | Fraction) -> tuple[Micros, ...]:
        """Each by nearest rank, as the highest value of its bucket; of one that isn't empty."""
        import numpy as np  # as above

        ranks = [max(1, -(-self.count * percent // 100)) for percent in percents]
        found = np.searchsorted(np.cumsum(self.counts), ranks)
        return tuple(max(self.minimum, min(highest(bucket), self.maximum)) for bucket in found.tolist())

    def below(self, limit: Micros) -> int:
        """How many lie below a limit. Those in the bucket that holds the limit count as not below it."""
        return self.count if limit > self.maximum else int(self.counts[: bucket_of(limit)].sum())

    def at_most(self, limit: Micros) -> int:
        """How many don't exceed a limit. Those in the bucket that holds the limit count as not exceeding it."""
        return self.count if limit >= self.maximum else int(self.counts[: bucket_of(limit) + 1].sum())


def merged(parts: Iterable[Histogram]) -> Histogram:
    """All of their durations in one; in whichever order or grouping, it comes out the same."""
    filled = [part for part in parts if part.count]
    if len(filled) < 2:
        return filled[0] if filled else EMPTY
    gathered = together(filled)
    return replace(gathered, buckets=_in_order(gathered.buckets))


def together(parts: Iterable[Histogram]) -> Histogram:
    """The same, their buckets one after the other: good to be asked, and made faster; not to be kept or compared."""
    filled = [part for part in parts if part.count]
    if not filled:
        return EMPTY
    return Histogram(
        buckets=b"".join([part.buckets for part in filled]),
        count=sum(part.count for part in filled),
        total=sum(part.total for part in filled),
        minimum=min(part.minimum for part in filled),
        maximum=max(part.maximum for part in filled),
    )


def bucket_of(value: Micros) -> int:
    """The number of the bucket that holds a duration."""
    if value < _EXACT:
        return value
    shift = value.bit_length() - _HALF_BITS - 1
    return (shift << _HALF_BITS) + (value >> shift)


def highest(bucket: int) -> Micros:
    """The longest duration that a bucket holds."""
    if bucket < _EXACT:
        return bucket
    shift = (bucket >> _HALF_BITS) - 1
    return ((bucket - (shift << _HALF_BITS) + 1) << shift) - 1


def _entries(bucket: int, count: int) -> Iterable[bytes]:
    full, rest = divmod(count, _MOST)
    yield from repeat(_ENTRY.pack(bucket, _MOST), full)
    if rest:
        yield _ENTRY.pack(bucket, rest)


def _in_order(entries: bytes) -> bytes:
    """Each bucket once, ascending."""
    import numpy as np  # as above

    counts = _counts(entries)
    held = np.flatnonzero(counts)
    full, rest = np.divmod(counts[held], _MOST)
    needed = full + (rest > 0)
    packed = np.empty(int(needed.sum()), dtype=_FIELDS)
    packed["bucket"] = np.repeat(held, needed)
    packed["count"] = _MOST
    packed["count"][(np.cumsum(needed) - 1)[rest > 0]] = rest[rest > 0]
    return packed.tobytes()


def _counts(entries: bytes) -> Counts:
    """How many each bucket holds, from bucket 0 on."""
    import numpy as np  # as above

    read = np.frombuffer(entries, dtype=_FIELDS)
    return np.bincount(read["bucket"], weights=read["count"]).astype(np.int64)
