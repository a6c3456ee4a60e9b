from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from probe.model.grid import next_slot, phase, slots
from probe.model.units import DAY, MINUTE, SECOND

moments = st.integers(min_value=0, max_value=4 * 10**15)
intervals = st.integers(min_value=SECOND, max_value=DAY)
names = st.text(min_size=1, max_size=40)


@given(names, intervals, moments)
def test_the_next_slot_is_later_and_at_most_one_interval_away(name: str, interval: int, now: int) -> None:
    assert now < next_slot(name, interval, after=now) <= now + interval


@given(names, intervals, moments, moments)
def test_two_moments_see_one_grid(name: str, interval: int, one: int, other: int) -> None:
    assert (next_slot(name, interval, after=one) - next_slot(name, interval, after=other)) % interval == 0


@given(names, intervals, moments, st.integers(min_value=0, max_value=100))
def test_a_range_holds_every_slot_and_no_other(name: str, interval: int, start: int, count: int) -> None:
    end = start + count * interval
    found = list(slots(name, interval, start, end))
    assert len(found) == count
    assert all(start <= slot < end for slot in found)
    assert all(later - earlier == interval for earlier, later in pairwise(found))


def test_the_load_spreads_evenly_over_the_interval() -> None:
    per_second = [0] * 60
    for number in range(6_000):
        per_second[phase(f"api/check-{number}", MINUTE) // SECOND] += 1
    assert min(per_second) > 60
    assert max(per_second) < 145


def test_a_check_keeps_its_place_for_ever() -> None:
    assert phase("orders/list-orders", MINUTE) == 29_332_226
