"""A measurement replaces an unknown, in whatever order they arrive."""

from __future__ import annotations

from dataclasses import replace
from itertools import count, pairwise
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from probe.model.result import Result, State, Transcript
from probe.model.sample import FailureKind
from probe.model.sensitive import Sensitive
from probe.store import Recorded, Store, open_store
from probe.store.into_postgresql import COPIED_FROM
from probe.store.tables import evidence, results, transcripts
from tests.contract.test_store import down, rows, stored, up

TOLD = Transcript(response="HTTP/1.1 500 Internal Server Error")


def unmeasured(slot: int = 0, **changes: object) -> Result:
    return up(
        slot,
        **{
            "state": State.UNKNOWN,
            "failure": FailureKind.MISSED,
            "attempts": 0,
            "http_status": None,
            "outcomes": (),
            **changes,
        },
    )


def spoilt(slot: int = 0) -> Result:
    """Measured, but it says nothing of the target."""
    return up(slot, state=State.UNKNOWN, failure=FailureKind.PROBER_FAULT, detail="we lagged", attempts=2)


@pytest.mark.parametrize("measured", [up(), down(transcript=TOLD), spoilt(), up(attempts=0)])
@pytest.mark.parametrize("unknown", [unmeasured(), unmeasured(detail="nobody was there", transcript=TOLD)])
def test_a_measured_result_replaces_an_unknown_with_all_that_was_kept_of_it(
    store: Store, unknown: Result, measured: Result
) -> None:
    store.record([unknown, unmeasured(1)])
    assert store.record([measured, up(2)]) == Recorded(stored=2, duplicates=0, replaced=1)
    row, missed, _ = rows(store, results)
    assert row["attempts"] == measured.attempts
    assert missed["failure"] == 18
    assert [item["detail"] for item in rows(store, evidence)] == ([measured.detail] if measured.detail else [])
    assert len(rows(store, transcripts)) == (measured.transcript is not None)


@pytest.mark.parametrize("late", [unmeasured(), unmeasured(detail="nobody was there"), unmeasured(failure=None)])
@pytest.mark.parametrize("first", [up(), down(), spoilt(), unmeasured(failure=FailureKind.LOST)])
def test_an_unknown_that_was_not_measured_replaces_nothing(store: Store, first: Result, late: Result) -> None:
    store.record([first])
    before = rows(store, results), rows(store, evidence)
    assert store.record([late]) == Recorded(stored=0, duplicates=1)
    assert (rows(store, results), rows(store, evidence)) == before


def test_of_two_measured_results_the_first_stays(store: Store) -> None:
    store.record([unmeasured()])
    assert store.record([up(), down()]) == Recorded(stored=1, duplicates=1, replaced=1)
    assert store.record([down()]) == Recorded(stored=0, duplicates=1)
    assert [record.state for record in stored(store)] == [State.UP]
    assert rows(store, evidence) == []


def test_within_a_batch_too(store: Store) -> None:
    batch = [unmeasured(detail="nobody was there"), up(), unmeasured(), down()]
    assert store.record(batch) == Recorded(stored=1, duplicates=3)
    assert [record.state for record in stored(store)] == [State.UP]
    assert rows(store, evidence) == []


@pytest.mark.parametrize("number", [COPIED_FROM - 1, 2 * COPIED_FROM])
def test_many_are_replaced_at_once(store: Store, number: int) -> None:
    store.record([unmeasured(slot) for slot in range(0, number, 2)])
    batch = [up(slot) if slot % 3 else down(slot) for slot in range(number)]
    unknown = len(range(0, number, 2))
    assert store.record(batch) == Recorded(stored=number, duplicates=0, replaced=unknown)
    assert store.record(batch) == Recorded(stored=0, duplicates=number)
    assert len(rows(store, evidence)) == len(range(0, number, 3))
    assert {record.state for record in stored(store)} == {State.UP, State.DOWN}


@pytest.mark.postgres
@pytest.mark.parametrize("database_kind", ["postgres"])
def test_two_processes_that_replace_the_same_unknown_leave_the_result_its_evidence(
    database_kind: str, database: Sensitive
) -> None:
    with open_store(database) as store, open_store(database) as other:
        store.record([unmeasured()])

        def be_first(*arguments: object) -> None:
            """Just when it has been seen that there is an unknown."""
            if str(arguments[2]).startswith("SELECT results.check_id"):
                other.record([down()])

        event.listen(store._engine, "after_cursor_execute", be_first)
        assert store.record([up()]) == Recorded(stored=0, duplicates=1)
        event.remove(store._engine, "after_cursor_execute", be_first)
        assert [record.state for record in stored(store)] == [State.DOWN]
        assert [item["detail"] for item in rows(store, evidence)] == [down().detail]


_CASE = count()
_MEASURED = st.sampled_from([up(), down(), down(transcript=TOLD), spoilt()])
_UNKNOWN = st.sampled_from([unmeasured(), unmeasured(detail="nobody was there")])
_SLOTS = st.lists(st.tuples(st.none() | _MEASURED, st.none() | _UNKNOWN), max_size=5)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(slots=_SLOTS, order=st.randoms(use_true_random=False), cuts=st.sets(st.integers(0, 20)), again=st.booleans())
def test_any_order_and_any_splitting_give_the_same_rows(
    store: Store, slots: list[tuple[Result | None, Result | None]], order: Random, cuts: set[int], again: bool
) -> None:
    check = f"props/{next(_CASE)}"
    numbered = [
        replace(result, check=check, scheduled_at=up(slot).scheduled_at)
        for slot, both in enumerate(slots)
        for result in both
        if result
    ]
    arriving = numbered * (2 if again else 1)
    order.shuffle(arriving)
    edges = [0, *sorted(cut for cut in cuts if cut < len(arriving)), len(arriving)]
    batches = [arriving[start:end] for start, end in pairwise(edges)]
    counted = [store.record(batch) for batch in batches]

    best = {
        up(slot).scheduled_at: measured or unknown
        for slot, (measured, unknown) in enumerate(slots)
        if measured or unknown
    }
    found = [whole.result for whole in store.results(check, start=0, end=1 << 60)]
    assert [(r.scheduled_at, r.state, r.failure, r.attempts, r.detail, r.transcript) for r in found] == [
        (slot, r.state, r.failure, r.attempts, r.detail, r.transcript) for slot, r in sorted(best.items()) if r
    ]
    assert sum(each.stored - each.replaced for each in counted) == len(best)
    assert sum(each.stored + each.duplicates for each in counted) == len(arriving)
