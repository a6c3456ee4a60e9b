"""An answer from before is never older than the policy allows, nor than it says itself; and memory is bounded."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from probe.model.check import Family
from probe.model.units import SECOND
from probe.probers.dns.cache import Cache, Key
from probe.probers.dns.lookup import Found

SIZE = 3
MOMENTS = st.floats(0, 1_000, allow_nan=False)
KEYS = st.integers(0, 5).map(lambda number: (f"n{number}", (), Family.ANY))
PUTS = st.tuples(KEYS, st.integers(0, 600), MOMENTS)


@given(st.lists(st.tuples(PUTS, KEYS, st.integers(1, 600), MOMENTS)))
def test_what_it_gives_is_young_enough_and_the_last_that_was_put(
    steps: list[tuple[tuple[Key, int, float], Key, int, float]],
) -> None:
    cache, last, now = Cache(SIZE), dict[Key, tuple[Found, float]](), 0.0
    for number, ((key, ttl, later), wanted, most, later_still) in enumerate(steps):
        now += later
        last[key] = Found((f"10.0.0.{number}",), ttl), now
        cache.put(key, *last[key])
        now += later_still
        if addresses := cache.get(wanted, most * SECOND, now):
            found, asked_at = last[wanted]
            assert addresses == found.addresses
            assert now - asked_at < min(most, found.ttl)
        assert len(cache) <= SIZE


@given(st.integers(1, 600), st.integers(1, 600), st.floats(0, 600))
def test_it_gives_whatever_is_young_enough(ttl: int, most: int, age: float) -> None:
    cache, key = Cache(), ("www", (), Family.ANY)
    cache.put(key, Found(("::1",), ttl), 0.0)
    assert (cache.get(key, most * SECOND, age) is not None) == (age < min(ttl, most))


def test_the_one_used_longest_ago_goes_first() -> None:
    cache = Cache(2)
    first, second, third = (((name, (), Family.ANY)) for name in "abc")
    for key in (first, second):
        cache.put(key, Found((key[0],), 60), 0.0)
    assert cache.get(first, SECOND, 0.5) == ("a",)
    cache.put(third, Found(("c",), 60), 0.5)
    assert [cache.get(key, SECOND, 0.6) for key in (first, second, third)] == [("a",), None, ("c",)]
