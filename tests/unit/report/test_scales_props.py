from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from probe.report.scales import runs, ticks


@given(
    low=st.floats(0, 1e12).map(lambda value: -value),
    high=st.floats(0, 1e12),
    steps=st.integers(2, 6),
)
def test_ticks_enclose_the_values_hold_zero_and_stay_few(low: float, high: float, steps: int) -> None:
    found = ticks(low, high, steps=steps)
    slack = 1e-6 * max(high, -low, 1)
    assert found[0] <= low + slack
    assert found[-1] >= high - slack
    assert 0 in found
    assert list(found) == sorted(set(found))
    assert 2 <= len(found) <= 2 * (steps + 1) + 1


@given(st.sets(st.integers(0, 500)))
def test_runs_hold_each_index_once(indices: set[int]) -> None:
    found = [index for first, length in runs(sorted(indices)) for index in range(first, first + length)]  # fmt: skip
    assert found == sorted(indices)
