from __future__ import annotations

from hypothesis import given

from probe.model.result import Record, State
from probe.model.units import DAY, MINUTE
from probe.slo.timeline import Run, runs_of, single
from probe.store.packing import pack, unpack
from tests.unit.slo.material import records


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


def test_nothing_takes_nothing() -> None:
    assert unpack(pack((), 0), 0) == ()
