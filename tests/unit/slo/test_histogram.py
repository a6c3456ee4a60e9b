from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probe.model.units import HOUR, MILLISECOND
from probe.slo.histogram import EMPTY, ERROR, Distribution, Histogram, bucket_of, highest, merged
from probe.slo.percentiles import nearest_rank

durations = st.lists(st.integers(0, HOUR), max_size=400)
some_durations = durations.filter(bool)


@given(st.integers(0, 100 * HOUR))
def test_a_bucket_is_narrow_and_holds_its_durations(value: int) -> None:
    bucket = bucket_of(value)
    assert value <= highest(bucket) <= value * (1 + ERROR)
    assert bucket == 0 or highest(bucket - 1) < value


def test_buckets_are_those_of_hdr_histogram_with_three_digits() -> None:
    assert [bucket_of(value) for value in (0, 2047, 2048, 2049, 2050, 4095, 4096)] == [
        0,
        2047,
        2048,
        2048,
        2049,
        3071,
        3072,
    ]


@given(some_durations, st.integers(1, 100))
def test_a_percentile_is_within_its_bound_of_the_exact_one(values: list[int], percent: int) -> None:
    exact = nearest_rank(sorted(values), percent)
    (found,) = Histogram.of(values).percentiles(percent)
    assert exact <= found <= exact * (1 + ERROR)


@given(some_durations)
def test_what_is_exact_is_exact(values: list[int]) -> None:
    histogram = Histogram.of(values)
    assert (histogram.count, histogram.total, histogram.minimum, histogram.maximum) == (
        len(values), sum(values), min(values), max(values),
    )  # fmt: skip
    assert histogram.mean == sum(values) / len(values)
    assert histogram.percentiles(100) == (max(values),)


@given(st.lists(durations, max_size=6), st.randoms(use_true_random=False))
def test_merging_is_associative_and_commutative(groups: list[list[int]], chance: random.Random) -> None:
    parts = [Histogram.of(group) for group in groups]
    together = Histogram.of([value for group in groups for value in group])
    chance.shuffle(parts)
    cut = chance.randint(0, len(parts))
    assert merged(parts) == together
    assert merged([merged(parts[:cut]), merged(parts[cut:])]) == together


def test_more_than_255_in_a_bucket_are_kept() -> None:
    crowded = Histogram.of([5 * MILLISECOND] * 700)
    assert merged([crowded, crowded]) == Histogram.of([5 * MILLISECOND] * 1400)
    assert Distribution.of([crowded]).below(6 * MILLISECOND) == 700


@given(some_durations, st.integers(0, HOUR))
def test_what_lies_below_a_limit_is_counted_up_to_the_bucket_of_the_limit(values: list[int], limit: int) -> None:
    found = Distribution.of([Histogram.of(values)]).below(limit)
    assert sum(highest(bucket_of(value)) < limit for value in values) - sum(
        bucket_of(value) == bucket_of(limit) for value in values
    ) <= found <= sum(value < limit for value in values)  # fmt: skip


def test_nothing_is_an_empty_histogram() -> None:
    assert Histogram.of([]) == EMPTY == merged([]) == merged([EMPTY, EMPTY])
    assert EMPTY.mean is None
    assert Distribution.of([EMPTY]).below(1) == 0


@pytest.mark.parametrize("percent", [50, 90, 99])
def test_a_mean_of_percentiles_it_is_not(percent: int) -> None:
    """Two days, of which one has eleven slow runs: the 90th percentile of both together is that of the fast ones."""
    first, second = [100_000] * 100, [100_000] * 89 + [1_000_000] * 11
    both = merged([Histogram.of(first), Histogram.of(second)])
    exact = nearest_rank(sorted(first + second), percent)
    assert exact <= both.percentiles(percent)[0] <= exact * (1 + ERROR)
    assert merged([Histogram.of(first), Histogram.of(second)]).percentiles(90)[0] <= 100_000 * (1 + ERROR)
