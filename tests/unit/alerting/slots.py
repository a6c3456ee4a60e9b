"""Slots told in a line, and strategies for them."""

from __future__ import annotations

from typing import Final

from hypothesis import strategies as st

from probe.model.check import Confirm
from probe.model.result import State
from probe.model.run import Run, Runs
from probe.model.sample import FailureKind
from probe.slo.timeline import runs_of, single
from tests.unit.slo.material import STEP, records

TIMEOUT, ASSERTION = FailureKind.TIMEOUT, FailureKind.ASSERTION

_STATES: Final = {
    "u": (State.UP, None),
    "g": (State.DEGRADED, None),
    "d": (State.DOWN, TIMEOUT),
    "a": (State.DOWN, ASSERTION),
    "?": (State.UNKNOWN, FailureKind.MISSED),
}


def slots(line: str, *, step: int = 1, interval: int | None = 1) -> Runs:
    """`uudda?u`: a letter a slot, from 0 on; a blank is a slot of which there is nothing at all."""
    return tuple(
        Run(number * step, 0, 1, *_STATES[letter], interval) for number, letter in enumerate(line) if letter != " "
    )


def confirm(runs: int = 1, recoveries: int = 1) -> Confirm:
    """So many results in a row."""
    return Confirm(retries=0, after=0, runs=runs, recoveries=recoveries)


confirms = st.builds(confirm, st.integers(1, 4), st.integers(1, 4))
gaps = st.none() | st.integers(0, 5 * STEP)
pasts = records(slots=60).map(lambda kept: tuple(map(single, kept)))


@st.composite
def cuts(draw: st.DrawFn, single_slots: Runs) -> Runs:
    """The same slots in runs, cut somewhere: as a store would have them, tile by tile."""
    borders = sorted(draw(st.sets(st.integers(0, 60 * STEP), max_size=6)))
    parts: list[Run] = []
    for start, end in zip([-1, *borders], [*borders, 10**12], strict=True):
        parts += runs_of(run for run in single_slots if start <= run.start < end)
    return tuple(parts)
