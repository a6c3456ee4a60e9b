from __future__ import annotations

from array import array
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from probe.model.units import MILLISECOND, MINUTE
from probe.slo.answers import Answers
from probe.slo.histogram import ERROR, Histogram
from probe.slo.level import Level
from tests.unit.slo.lines import runs

durations = st.lists(st.integers(1, 5 * MINUTE), max_size=40)


def level(good: list[int], down: list[int], *, is_exact: bool = True, line: str = "u") -> Level:
    return Level(
        runs=runs(line),
        latency=Histogram.of(good),
        latency_down=Histogram.of(down),
        exact=array("q", [*good, *down]) if is_exact else None,
    )


def ms(*values: int) -> list[int]:
    return [value * MILLISECOND for value in values]


def test_percentiles_are_exact_while_all_latencies_are_at_hand() -> None:
    found = Answers.of(level(ms(*range(1, 101)), [])).responses
    assert found is not None
    assert found.is_exact
    assert (found.latency.p50, found.latency.p90, found.latency.p99) == tuple(ms(50, 90, 99))
    assert found.mean == Fraction(50_500)


@given(st.lists(st.tuples(durations, durations), min_size=1, max_size=3))
def test_of_several_checks_they_are_those_of_all_latencies(parts: list[tuple[list[int], list[int]]]) -> None:
    every = [value for good, down in parts for value in (*good, *down)]
    exact = Answers.sum([Answers.of(level(*part)) for part in parts]).responses
    rolled = Answers.sum([Answers.of(level(*part, is_exact=False)) for part in parts]).responses
    if not every:
        assert exact is rolled is None
        return
    assert exact is not None
    assert rolled is not None
    assert (exact.is_exact, rolled.is_exact) == (True, False)
    assert exact.mean == rolled.mean == Fraction(sum(every), len(every))
    assert exact.latency.p95 <= rolled.latency.p95 <= exact.latency.p95 * (1 + ERROR) + 1


def test_apdex_counts_up_to_the_limit_and_half_up_to_four_times_that() -> None:
    found = Answers.of(level(ms(100, 500, 501, 2000, 2001), ms(1)))
    assert found.apdex(500 * MILLISECOND, bad=1) == Fraction(2 * 2 + 2, 2 * 6)


def test_below_is_not_at() -> None:
    found = Answers.of(level(ms(299, 300, 301), []))
    assert found.share_below(300 * MILLISECOND, bad=1) == Fraction(1, 4)


def test_without_latencies_nothing_is_said_unless_all_failed() -> None:
    assert Answers.of(level([], [], line="ud")).share_below(MILLISECOND, bad=1) is None
    assert Answers.of(level([], [], line="dd")).share_below(MILLISECOND, bad=2) == 0
    assert Answers.of(level([], [], line="??")).apdex(MILLISECOND, bad=0) is None
