from __future__ import annotations

from itertools import pairwise
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from probe.model.result import Record, State
from probe.slo.availability import StateTime
from probe.slo.rollup import Rollup, of_records
from probe.slo.series import Part, merged_parts, series
from probe.slo.spans import Span, merge_weakest, spans
from probe.slo.timeline import single

UP, DOWN, DEGRADED, UNKNOWN = State.UP, State.DOWN, State.DEGRADED, State.UNKNOWN
END: Final = 400

slots = st.lists(
    st.tuples(st.integers(0, END - 1), st.sampled_from(State)), max_size=30, unique_by=lambda slot: slot[0]
)
borders = st.lists(st.integers(1, END - 1), max_size=8, unique=True).map(lambda inner: [0, *sorted(inner), END])


def record(at: int, state: State, interval: int | None = 10) -> Record:
    return Record(at, state, None, 200, 5, (None,) * 6, 1, 2, interval)


def rolled(records: list[Record], cuts: list[int]) -> list[Rollup]:
    return [
        of_records([each for each in records if start <= each.scheduled_at < end], start=start, end=end)
        for start, end in pairwise(cuts)
    ]


def parts(records: list[Record], cuts: list[int], *, goes_on: bool = True) -> list[Part]:
    return list(series(rolled(records, cuts), interval=10, goes_on=goes_on))


def test_a_verdict_holds_over_a_border() -> None:
    found = parts([record(95, DOWN), record(110, UP)], [0, 100, 200])
    assert [part.steps for part in found] == [
        (Span(95, 100, DOWN),),
        (Span(100, 110, DOWN), Span(110, 130, UP), Span(130, 200, UNKNOWN)),
    ]


def test_a_check_that_is_not_measured_any_more_ends_with_its_last_verdict() -> None:
    records = [record(50, UP), record(95, DOWN)]
    found = parts(records, [0, 100, 110, 200, 300], goes_on=False)
    assert [part.steps for part in found] == [
        (Span(50, 70, UP), Span(70, 95, UNKNOWN), Span(95, 100, DOWN)),
        (Span(100, 110, DOWN),),
        (Span(110, 115, DOWN),),
        (),
    ]
    assert [part.is_empty for part in found] == [False, False, False, True]


def test_what_lies_between_results_is_unknown_whether_it_goes_on_or_not() -> None:
    records = [record(5, UP), record(305, UP)]
    for goes_on in (True, False):
        found = parts(records, [0, 100, 200, 300, END], goes_on=goes_on)
        assert [part.steps for part in found[1:3]] == [(Span(100, 200, UNKNOWN),), (Span(200, 300, UNKNOWN),)]


def test_what_a_check_was_when_it_began_long_ago_is_not_known() -> None:
    rollups = rolled([record(150, UP)], [100, 140, 200])
    for goes_on in (True, False):
        found = list(series(rollups, interval=10, goes_on=goes_on, began=7))
        assert found[0].steps == (Span(100, 140, UNKNOWN),)
        assert found[1].steps[:2] == (Span(140, 150, UNKNOWN), Span(150, 170, UP))


def test_a_check_that_ended_long_ago_is_nowhere() -> None:
    rollups = rolled([], [100, 140, 200])
    assert all(part.is_empty for part in series(rollups, interval=10, goes_on=False, began=7))
    assert [part.time.unknown for part in series(rollups, interval=10, goes_on=True, began=7)] == [40, 60]


def test_slots_without_an_interval_take_the_one_that_is_given() -> None:
    assert parts([record(0, UP, None)], [0, 100])[0].steps == (Span(0, 20, UP), Span(20, 100, UNKNOWN))


@given(slots, borders)
def test_parts_together_are_the_whole(found: list[tuple[int, State]], cuts: list[int]) -> None:
    records = [record(*slot) for slot in sorted(found)]
    (whole,) = parts(records, [0, END])
    pieces = parts(records, cuts)
    assert [(part.start, part.end) for part in pieces] == list(pairwise(cuts))
    assert sum((part.time for part in pieces), StateTime()) == whole.time
    assert sum(part.figures.slots for part in pieces) == len(records)
    assert whole.steps == spans(map(single, records), interval=10, until=END)


@given(slots, borders)
def test_a_check_that_has_ended_has_the_same_parts_but_for_what_comes_after(
    found: list[tuple[int, State]], cuts: list[int]
) -> None:
    records = [record(*slot) for slot in sorted(found)]
    end = records[-1].scheduled_at + 20 if records else 0
    before = sum((part.time for part in parts(records, cuts)), StateTime())
    after = sum((part.time for part in parts(records, cuts, goes_on=False)), StateTime())
    assert (after.up, after.degraded, after.down) == (before.up, before.degraded, before.down)
    assert before.unknown - after.unknown == (max(0, END - end) if records else 0)


@given(st.lists(slots, min_size=1, max_size=4))
def test_a_group_is_the_same_in_whichever_way_it_is_put_together(members: list[list[tuple[int, State]]]) -> None:
    each = [parts([record(*slot) for slot in sorted(found)], [0, END], goes_on=False)[0] for found in members]
    together = merged_parts(each)
    one_by_one = each[0]
    for part in each[1:]:
        one_by_one = merged_parts((one_by_one, part))
    assert together.steps == merge_weakest([part.steps for part in each])
    assert one_by_one.time == together.time
    assert one_by_one.figures == together.figures
