from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from probe.model.result import Record, State
from probe.model.run import Run
from probe.model.units import DAY, MINUTE
from probe.slo.timeline import runs_of, single
from probe.store.packing import pack, unpack, unpack_all
from tests.unit.slo.material import STEP, records


@given(records())
def test_a_timeline_is_read_as_it_was_written(kept: list[Record]) -> None:
    runs = runs_of(map(single, kept))
    assert unpack(pack(runs, 0), 0) == runs


def test_a_healthy_day_takes_a_dozen_bytes() -> None:
    start = 20_000 * DAY
    runs = (Run(start + 12_345_678, MINUTE, 1440, State.UP, None, MINUTE),)
    packed = pack(runs, start)
    assert len(packed) <= 13
    assert unpack(packed, start) == runs


@given(st.lists(records(slots=20), max_size=6))
def test_timelines_that_follow_one_another_are_read_as_one_by_one(parts: list[list[Record]]) -> None:
    starts = [number * 21 * STEP for number in range(len(parts))]
    packed = [(pack(runs_of(map(single, part)), 0), start) for part, start in zip(parts, starts, strict=True)]
    assert runs_of(unpack_all(packed)) == runs_of(run for part, start in packed for run in unpack(part, start))


def test_equal_days_that_follow_one_another_are_one_run() -> None:
    day = (Run(7, MINUTE, 1440, State.UP, None, MINUTE),)
    assert unpack_all([(pack(day, 0), number * DAY) for number in range(90)]) == [day[0]._replace(slots=90 * 1440)]


def test_nothing_takes_nothing() -> None:
    assert unpack(pack((), 0), 0) == ()
