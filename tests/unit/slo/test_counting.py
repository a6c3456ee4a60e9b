"""Slices of any number are counted, in bounded memory."""

from __future__ import annotations

import tracemalloc
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from probe.model.result import State
from probe.model.run import Run, expanded
from probe.model.sla import Method
from probe.model.units import DAY, SECOND
from probe.slo.counting import GOOD, ratio

_RUNS = st.builds(
    lambda start, step, slots, state: Run(start, step if slots > 1 else 0, slots, state, None, step),
    st.integers(0, 3_000_000),
    st.integers(1, 200_000),
    st.integers(1, 40),
    st.sampled_from(State),
)


@given(st.lists(_RUNS, max_size=8), st.integers(1, 60), st.fractions(0, 1), st.sampled_from(Method))
def test_a_slice_is_the_slots_that_begin_in_it(runs: list[Run], width: int, target: Fraction, method: Method) -> None:
    if method in (Method.STATE_TIME, Method.OCCURRENCES):
        return
    slices: dict[int, list[bool]] = {}
    for slot in (slot for run in runs for slot in expanded([run]) if slot.state is not State.UNKNOWN):
        slices.setdefault(slot.start // width, []).append(slot.state in GOOD)
    shares = [Fraction(sum(slots), len(slots)) for slots in slices.values()]
    counted = [Fraction(share >= target) for share in shares] if method is Method.TIMESLICES else shares
    expected = sum(counted, Fraction()) / len(counted) if counted else None
    assert ratio(runs, method, slice_=width, target=target, unknown=State.UNKNOWN) == expected


def test_slices_of_a_second_of_five_years_take_no_more_memory_than_those_of_a_day() -> None:
    slots = 5 * 365 * DAY // SECOND
    up = Run(0, SECOND, slots, State.UP, None, SECOND)
    down = Run(slots * SECOND, 0, 1, State.DOWN, None, SECOND)
    tracemalloc.start()
    try:
        found = ratio([up, down], Method.TIMESLICES, slice_=SECOND, target=Fraction(1), unknown=State.UNKNOWN)
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()
    assert found == Fraction(slots, slots + 1)
