from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from probe.model.result import State
from probe.model.run import Run
from probe.slo.spans import Span
from probe.slo.spans import spans as spans_of
from probe.slo.timeline import runs_of

UP, DOWN, DEGRADED, UNKNOWN = State.UP, State.DOWN, State.DEGRADED, State.UNKNOWN


def spans(verdicts: list[tuple[int, State]], *, interval: int, until: int) -> tuple[Span, ...]:
    runs = [Run(at, 0, 1, state, None, interval) for at, state in verdicts]
    found = spans_of(runs, interval=interval, until=until)
    assert found == spans_of(runs_of(runs), interval=1, until=until), "joined, slots come to the same"
    return found


series = st.lists(
    st.tuples(st.integers(0, 1000), st.sampled_from(State)),
    max_size=30,
    unique_by=lambda item: item[0],
).map(sorted)


def test_a_verdict_holds_until_the_next() -> None:
    assert spans([(0, UP), (10, DOWN), (20, UP)], interval=10, until=30) == (
        Span(0, 10, UP),
        Span(10, 20, DOWN),
        Span(20, 30, UP),
    )


def test_neighbours_of_one_state_are_one_span() -> None:
    assert spans([(0, UP), (10, UP), (20, UP)], interval=10, until=30) == (Span(0, 30, UP),)


def test_beyond_two_intervals_nothing_is_known() -> None:
    assert spans([(0, UP), (50, UP)], interval=10, until=100) == (
        Span(0, 20, UP),
        Span(20, 50, UNKNOWN),
        Span(50, 70, UP),
        Span(70, 100, UNKNOWN),
    )


def test_nothing_measured_is_no_span_at_all() -> None:
    assert spans([], interval=10, until=100) == ()


def test_what_lies_after_the_end_is_left_out() -> None:
    assert spans([(0, UP), (10, DOWN)], interval=10, until=10) == (Span(0, 10, UP),)


@given(series, st.integers(1, 100))
def test_the_spans_cover_the_time_since_the_first_slot_once(verdicts: list[tuple[int, State]], interval: int) -> None:
    found = spans(verdicts, interval=interval, until=1100)
    assert sum(span.end - span.start for span in found) == (1100 - verdicts[0][0] if verdicts else 0)
    assert all(one.end == next_.start and one.state is not next_.state for one, next_ in itertools.pairwise(found))


def test_each_verdict_holds_by_the_interval_it_was_measured_with() -> None:
    slow_then_fast = [Run(0, 0, 1, UP, None, 50), Run(100, 0, 1, UP, None, 5)]
    assert spans_of(slow_then_fast, interval=1, until=200) == (Span(0, 110, UP), Span(110, 200, UNKNOWN))
