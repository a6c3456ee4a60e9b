from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from probe.model.result import Record, State
from probe.model.sla import SlaRules
from probe.slo.availability import StateTime
from probe.slo.past import Past, past_of
from probe.slo.periods import Period
from probe.slo.rollup import of_records
from probe.slo.series import Part, series
from probe.slo.timeline import runs_of, single

UP, DOWN, UNKNOWN = State.UP, State.DOWN, State.UNKNOWN
END: Final = 400

slots = st.lists(
    st.tuples(st.integers(0, END - 1), st.sampled_from(State)), max_size=30, unique_by=lambda slot: slot[0]
)
borders = st.lists(st.integers(1, END - 1), max_size=8, unique=True).map(lambda inner: [0, *sorted(inner), END])


def record(at: int, state: State) -> Record:
    return Record(at, state, None, 200, 5, (None,) * 6, 1, 2, 10)


def past(records: list[Record], *, goes_on: bool = True, maintenance: tuple[Period, ...] = ()) -> Past:
    runs = runs_of(map(single, records))
    return past_of(runs, (), maintenance, SlaRules(), interval=10, until=END, goes_on=goes_on)


def parts(records: list[Record], cuts: list[int], found: Past) -> list[Part]:
    figures = (
        (
            Period(start, end),
            of_records([each for each in records if start <= each.scheduled_at < end], start=start, end=end).figures,
        )
        for start, end in pairwise(cuts)
    )
    return list(series(figures, found))


def test_a_verdict_holds_over_a_border() -> None:
    records = [record(95, UP), record(110, UP)]
    first, second = parts(records, [0, 100, 200], past(records))
    assert (first.time, second.time) == (StateTime(up=5), StateTime(up=30, unknown=70))
    assert (second.attained.availability, second.attained.worst) == (Fraction(1), Fraction(3, 10))


def test_parts_in_which_there_was_nothing_are_left_out() -> None:
    records = [record(110, UP)]
    found = parts(records, [0, 100, 200, 300], past(records, goes_on=False))
    assert [part.period for part in found] == [Period(100, 200)]
    assert [part.period for part in parts(records, [0, 100, 200, 300], past(records))] == [
        Period(100, 200),
        Period(200, 300),
    ]


def test_a_part_in_maintenance_is_told_though_nothing_of_it_counts() -> None:
    records = [record(at, UP) for at in range(0, END, 10)]
    found = parts(records, [0, 100, 200], past(records, maintenance=(Period(100, 200),)))
    assert found[1].time == StateTime(maintenance=100)
    assert found[1].attained.availability is None
    assert found[1].figures.slots == 10


@given(slots, borders)
def test_parts_together_are_the_whole(found: list[tuple[int, State]], cuts: list[int]) -> None:
    records = [record(*slot) for slot in sorted(found)]
    told = past(records)
    pieces = parts(records, cuts, told)
    assert sum((part.time for part in pieces), StateTime()) == told.time(Period(0, END))
    assert sum(part.figures.slots for part in pieces) == len(records)
