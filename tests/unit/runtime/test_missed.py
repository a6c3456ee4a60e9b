from __future__ import annotations

import pytest

from probe.model.sample import FailureKind
from probe.model.units import MINUTE
from probe.runtime.missed import MissedSlots
from probe.runtime.scheduler import Gap
from tests.fakes.checks import make_check


@pytest.mark.parametrize(
    ("length", "slots"),
    [(1, 1), (MINUTE - 1, 1), (MINUTE, 1), (MINUTE + 1, 2), (3 * MINUTE - 1, 3), (3 * MINUTE, 3)],
)
def test_a_gap_has_as_many_slots_as_are_stored_for_it(length: int, slots: int) -> None:
    start = 100 * MINUTE
    gap = Gap(make_check(interval=MINUTE), start, start + length, FailureKind.MISSED)
    assert MissedSlots().count(gap) == slots == len(range(gap.start, gap.end, MINUTE))
