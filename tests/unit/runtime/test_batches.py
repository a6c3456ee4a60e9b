from __future__ import annotations

from probe.model.result import Result, State
from probe.runtime.batches import Batch


def result(slot: int, *, attempts: int = 1, lateness: int = 0, latency: int | None = None) -> Result:
    return Result(
        check="shop/list", location="default", scheduled_at=slot, state=State.UP, attempts=attempts,
        lateness_us=lateness, latency_us=latency,
    )  # fmt: skip


def test_its_halves_are_all_of_it() -> None:
    batch = Batch([result(slot) for slot in range(5)], list(range(10, 15)))
    former, latter = batch.halves()
    assert [*former.results, *latter.results] == batch.results
    assert [*former.came, *latter.came] == batch.came
    assert [len(half) for half in latter.halves()] == [1, 2]


def test_by_slot_each_result_keeps_its_time_and_of_one_slot_the_first_stays_first() -> None:
    batch = Batch([result(3), result(1), result(3, attempts=0), result(2)], [30, 10, 31, 20])
    assert batch.by_slot().came == [10, 20, 30, 31]
    assert [each.scheduled_at for each in batch.by_slot().results] == [1, 2, 3, 3]


def test_of_what_is_replayed_each_came_when_it_was_measured_as_far_as_it_tells() -> None:
    replayed = [result(100, lateness=5, latency=20), result(200), result(100, attempts=0), result(490, latency=30)]
    assert Batch.replayed(replayed, now=500).came == [125, 200, 500, 500]
