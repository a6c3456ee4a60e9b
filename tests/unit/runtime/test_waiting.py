from __future__ import annotations

import pytest

from probe.model.result import Result, State, Transcript
from probe.runtime import waiting as module
from probe.runtime.waiting import Waiting


def result(slot: int, body: str | None = None) -> Result:
    transcript = None if body is None else Transcript(body=body)
    return Result(check="shop/list", location="default", scheduled_at=slot, state=State.DOWN, transcript=transcript)


def test_what_comes_first_stays_until_it_is_safe() -> None:
    waiting = Waiting()
    results = [result(slot, "a" if slot == 1 else None) for slot in range(5)]
    assert all(waiting.put(each, came) for came, each in enumerate(results))
    group = waiting.first(3)
    assert group.results == results[:3]
    assert waiting.first(3) == group
    waiting.drop(group)
    assert waiting.first(9).results == results[3:]


def test_a_group_is_dropped_once_by_whoever_comes_first() -> None:
    waiting = Waiting()
    for slot in range(5):
        waiting.put(result(slot), 0)
    slow, quick = waiting.first(2), waiting.first(3)
    waiting.drop(quick)
    waiting.drop(slow)
    assert [item.scheduled_at for item in waiting.first(9).results] == [3, 4]


def test_it_is_full_at_some_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_PENDING", 2)
    waiting = Waiting()
    assert [waiting.put(result(slot), 0) for slot in range(3)] == [True, True, False]
    waiting.drop(waiting.first(1))
    assert waiting.put(result(3), 0)


def test_in_want_of_room_the_oldest_evidence_goes_and_no_result(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_TOLD", 2)
    waiting = Waiting()
    for slot in range(4):
        waiting.put(result(slot, f"body {slot}"), 0)
    assert [item.transcript and item.transcript.body for item in waiting.first(9).results] == [
        None,
        None,
        "body 2",
        "body 3",
    ]
