"""What every store promises about results."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import astuple, replace
from itertools import count
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Table, func, select

from probe.model.check import Check, Confirm, Expectation, Operator, Request, Severity
from probe.model.errors import StoreError, StoreUnreachable
from probe.model.result import AssertionOutcome, Evidence, Record, Result, State, Verdict
from probe.model.sample import NO_PHASES, FailureKind, Phases
from probe.model.sensitive import Sensitive
from probe.model.units import MINUTE, SECOND
from probe.store import Recorded, Store, open_store
from probe.store.records import newest
from probe.store.tables import checks, definitions, evidence, locations, results

T0: Final = 1_793_491_200 * SECOND
EVER: Final = 1 << 60
PASSED: Final = AssertionOutcome(expectation="status == 200", verdict=Verdict.PASSED)
SLOW: Final = AssertionOutcome(expectation="latency < 500ms", verdict=Verdict.WARNED, actual="812 ms")
WRONG: Final = AssertionOutcome(expectation="json $.id exists", verdict=Verdict.FAILED, actual="no such member")
SKIPPED: Final = AssertionOutcome(expectation="status == 200", verdict=Verdict.SKIPPED)


def up(slot: int = 0, **changes: object) -> Result:
    """A result that is plainly up, `slot` minutes after the first one."""
    plain = Result(
        check="orders/list",
        location="default",
        scheduled_at=T0 + slot * MINUTE,
        state=State.UP,
        http_status=200,
        latency_us=123_400,
        phases=Phases(dns=1_200, connect=3_000, tls=9_100, send=100, wait=108_000, transfer=2_000),
        bytes_sent=180,
        bytes_received=1_420,
        lateness_us=800,
        attempts=1,
        address="192.0.2.1:443",
        outcomes=(PASSED, PASSED, PASSED),
        definition="aaaa",
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def down(slot: int = 0, **changes: object) -> Result:
    """A result with evidence."""
    return up(
        slot,
        **{
            "state": State.DOWN,
            "failure": FailureKind.ASSERTION,
            "detail": "json $.id exists: no such member",
            "outcomes": (PASSED, SLOW, WRONG),
            "attempts": 3,
            **changes,
        },
    )


def a_check(check: str = "orders/list", definition: str = "aaaa") -> Check:
    texts = (
        ("status == 200", Severity.FAIL),
        ("latency < 500ms", Severity.WARN),
        ("json $.id exists", Severity.FAIL),
    )
    return Check(
        id=check,
        api="orders",
        name=check,
        interval=MINUTE,
        timeout=10 * SECOND,
        confirm=Confirm(retries=0, after=0),
        request=Request(method="GET", url=Sensitive.plain("http://127.0.0.1/"), max_body=1),
        expectations=tuple(
            Expectation(text=text, subject="status", operator=Operator.EQUAL, severity=severity)
            for text, severity in texts
        ),
        definition=definition,
    )


def record_of(result: Result, interval: int | None = None) -> Record:
    return Record(
        result.scheduled_at,
        result.state,
        result.failure,
        result.http_status,
        result.latency_us,
        astuple(result.phases),
        result.bytes_sent,
        result.bytes_received,
        interval,
    )


def stored(store: Store, check: str = "orders/list", location: str | None = None) -> list[Record]:
    return list(store.records(check, start=0, end=EVER, location=location))


def rows(store: Store, table: Table) -> list[dict[str, object]]:
    query = select(table).order_by(*table.primary_key.columns)
    with store._engine.connect() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


def test_a_new_store_is_empty(store: Store) -> None:
    assert stored(store) == []
    assert store.failures("orders/list", limit=5) == ()
    assert store.covered_until("default") == {}
    assert store.simulated_until() is None


@pytest.mark.parametrize(
    "result",
    [
        up(),
        up(state=State.DEGRADED, detail="latency < 500ms: 812 ms", outcomes=(PASSED, SLOW)),
        down(),
        up(
            state=State.DOWN,
            failure=FailureKind.TIMEOUT,
            detail="no answer within 10s",
            http_status=None,
            latency_us=10_000_000,
            phases=Phases(dns=0, connect=7_200_000_000),
            outcomes=(SKIPPED,),
        ),
        Result(
            check="orders/list",
            location="default",
            scheduled_at=T0,
            state=State.UNKNOWN,
            failure=FailureKind.MISSED,
        ),
        up(bytes_sent=1 << 40, bytes_received=1 << 41, phases=NO_PHASES, outcomes=()),
    ],
)
def test_every_kind_of_result_is_read_back_as_it_was(store: Store, result: Result) -> None:
    assert store.record([result]) == Recorded(stored=1, duplicates=0)
    assert stored(store) == [record_of(result)]


def test_every_field_has_its_column(store: Store) -> None:
    store.register([a_check()])
    store.record([down(7)])

    (row,) = rows(store, results)
    (definition,) = rows(store, definitions)
    assert row == {
        "check_id": rows(store, checks)[0]["id"],
        "location_id": rows(store, locations)[0]["id"],
        "scheduled_at": T0 + 7 * MINUTE,
        "state": 3,
        "failure": 17,
        "http_status": 200,
        "latency_us": 123_400,
        "dns_us": 1_200,
        "connect_us": 3_000,
        "tls_us": 9_100,
        "send_us": 100,
        "wait_us": 108_000,
        "transfer_us": 2_000,
        "bytes_sent": 180,
        "bytes_received": 1_420,
        "lateness_us": 800,
        "attempts": 3,
        "definition_id": definition["id"],
        "outcomes": "pwf",
    }


def test_the_same_batch_twice_is_stored_once(store: Store) -> None:
    batch = [up(0), down(1), up(2)]
    assert store.record(batch) == Recorded(stored=3, duplicates=0)
    assert store.record(batch) == Recorded(stored=0, duplicates=3)
    assert stored(store) == [record_of(result) for result in batch]
    assert len(rows(store, evidence)) == 1


def test_overlapping_batches_add_only_what_is_new(store: Store) -> None:
    store.record([up(0), up(1)])
    assert store.record([up(1), down(1), up(2), down(3)]) == Recorded(stored=2, duplicates=2)
    assert [record.state for record in stored(store)] == [State.UP] * 3 + [State.DOWN]


def test_nothing_to_record_is_nothing_done(store: Store) -> None:
    assert store.record([]) == Recorded(stored=0, duplicates=0)


@pytest.mark.parametrize("first", [up(), down()])
def test_a_late_result_of_a_stored_slot_leaves_no_evidence(store: Store, first: Result) -> None:
    store.record([first])
    store.record([down(detail="a later story")])
    assert [item.detail for item in store.failures("orders/list", limit=9)] == (
        [] if first.state is State.UP else [first.detail]
    )


def test_within_a_batch_the_first_of_a_slot_wins_with_its_evidence(store: Store) -> None:
    assert store.record([up(), down()]) == Recorded(stored=1, duplicates=1)
    assert store.record([down(1), up(1), down(1, detail="later")]) == Recorded(stored=1, duplicates=2)
    assert [record.state for record in stored(store)] == [State.UP, State.DOWN]
    assert [item.detail for item in store.failures("orders/list", limit=9)] == [down().detail]


_CASE = count()
_RESULTS = st.builds(
    lambda slot, place, fails, status: (down if fails else up)(
        slot, location=place, http_status=status, detail=str(status) if fails else None
    ),
    st.integers(0, 3),
    st.sampled_from(["east", "west"]),
    st.booleans(),
    st.integers(200, 209),
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=st.lists(st.lists(_RESULTS, max_size=8), max_size=5))
def test_whatever_is_replayed_the_first_value_of_a_slot_stays(store: Store, batches: list[list[Result]]) -> None:
    check = f"props/{next(_CASE)}"
    first: dict[tuple[str, int], Result] = {}
    for batch in batches:
        named = [replace(result, check=check) for result in batch]
        before = len(first)
        for result in named:
            first.setdefault((result.location, result.scheduled_at), result)
        new = len(first) - before
        assert store.record(named) == Recorded(stored=new, duplicates=len(named) - new)

    for place in ("east", "west"):
        expected = sorted((key[1], value) for key, value in first.items() if key[0] == place)
        assert stored(store, check, place) == [record_of(result) for _, result in expected]
    told = sorted((item.scheduled_at, item.detail) for item in store.failures(check, limit=99))
    assert told == sorted((r.scheduled_at, r.detail) for r in first.values() if r.detail)


def test_a_range_is_half_open(store: Store) -> None:
    store.record([up(slot) for slot in range(5)])
    found = store.records("orders/list", start=T0 + MINUTE, end=T0 + 3 * MINUTE)
    assert [record.scheduled_at for record in found] == [T0 + MINUTE, T0 + 2 * MINUTE]


def test_results_ascend_in_time_however_they_came(store: Store) -> None:
    for slot in (3, 0, 4, 1, 2):
        store.record([up(slot, location=place) for place in ("b", "a")])
    slots = [T0 + slot * MINUTE for slot in range(5)]
    assert [record.scheduled_at for record in stored(store, location="a")] == slots
    assert [record.scheduled_at for record in stored(store)] == [slot for slot in slots for _ in "ab"]


def test_equal_slots_come_by_the_name_of_their_location(store: Store) -> None:
    store.record([up(http_status=201, location="b"), up(http_status=202, location="a")])
    assert [record.http_status for record in stored(store)] == [202, 201]


def test_checks_and_locations_are_kept_apart(store: Store) -> None:
    store.record([up(), up(1, check="orders/other"), up(2, location="elsewhere")])
    assert [record.scheduled_at for record in stored(store, location="default")] == [T0]
    assert stored(store, location="nowhere") == []
    assert stored(store, "orders/unheard-of") == []


def test_reading_streams_and_may_be_broken_off(store: Store) -> None:
    store.record([up(slot) for slot in range(5_000)])
    reader = store.records("orders/list", start=0, end=EVER)
    assert next(reader).scheduled_at == T0
    assert sum(1 for _ in store.records("orders/list", start=0, end=EVER)) == 5_000
    store.record([up(5_000)])
    assert sum(1 for _ in reader) == 4_999  # a snapshot of when it began


def test_failures_are_the_newest_of_what_was_not_up_and_has_a_reason(store: Store) -> None:
    degraded = up(1, state=State.DEGRADED, detail="latency < 500ms: 812 ms", outcomes=(SLOW,))
    ours = up(3, state=State.UNKNOWN, failure=FailureKind.PROBER_FAULT, detail="we lagged")
    missed = up(4, state=State.UNKNOWN, failure=FailureKind.MISSED)
    store.record([down(0), degraded, down(2, location="west"), ours, missed, up(5)])

    found = store.failures("orders/list", limit=3)
    assert (found[0].state, found[0].failure, found[0].detail) == (State.UNKNOWN, FailureKind.PROBER_FAULT, "we lagged")
    assert found[1:] == (
        Evidence(
            scheduled_at=T0 + 2 * MINUTE,
            state=State.DOWN,
            failure=FailureKind.ASSERTION,
            http_status=200,
            latency_us=123_400,
            attempts=3,
            detail="json $.id exists: no such member",
            outcomes=(SLOW, WRONG),
        ),
        Evidence(
            scheduled_at=T0 + MINUTE,
            state=State.DEGRADED,
            failure=None,
            http_status=200,
            latency_us=123_400,
            attempts=1,
            detail="latency < 500ms: 812 ms",
            outcomes=(SLOW,),
        ),
    )
    assert len(store.failures("orders/list", limit=99)) == 4


def test_evidence_is_kept_of_what_is_not_plainly_up(store: Store) -> None:
    fault = {"state": State.UNKNOWN, "failure": FailureKind.PROBER_FAULT}
    store.record([up(0), up(1, **fault, detail="we lagged"), up(2, **fault), down(3)])
    kept = rows(store, evidence)
    assert [(row["scheduled_at"], row["detail"], row["address"]) for row in kept] == [
        (T0 + MINUTE, "we lagged", "192.0.2.1:443"),
        (T0 + 3 * MINUTE, "json $.id exists: no such member", "192.0.2.1:443"),
    ]


@pytest.mark.parametrize("text", ["\0", "a\ud800b", "Ärger 😀 'quoted' \\ {}", "%s %(x)s ?"])
def test_what_a_target_sends_can_not_stop_a_batch(store: Store, text: str) -> None:
    found = replace(WRONG, actual=text)
    assert store.record([down(detail=text, outcomes=(found,)), up(1)]).stored == 2
    (told,) = store.failures("orders/list", limit=1)
    kept = text.replace("\0", "\ufffd").replace("\ud800", "?")
    assert (told.detail, told.outcomes[0].actual) == (kept, kept)


def test_a_definition_is_kept_with_all_that_decodes_its_outcomes(store: Store) -> None:
    store.register([a_check(), a_check("orders/other", "bbbb"), a_check("orders/bare", "")])
    found = rows(store, definitions)
    assert [(row["fingerprint"], row["interval_us"]) for row in found] == [
        ("aaaa", MINUTE),
        ("bbbb", MINUTE),
    ]
    assert json.loads(str(found[0]["expectations"])) == [
        ["status == 200", "fail"],
        ["latency < 500ms", "warn"],
        ["json $.id exists", "fail"],
    ]
    assert [row["key"] for row in rows(store, checks)] == [
        "orders/bare",
        "orders/list",
        "orders/other",
    ]


def test_registering_again_changes_nothing_and_a_new_definition_is_added(
    opened: Callable[[], Store],
) -> None:
    first = opened()
    first.register([a_check()])
    before = rows(first, definitions)
    first.register([a_check()])
    again = opened()
    again.register([a_check()])
    assert rows(first, definitions) == before
    again.register([a_check(definition="bbbb")])
    assert [row["fingerprint"] for row in rows(first, definitions)] == ["aaaa", "bbbb"]


def test_a_result_points_to_the_definition_it_was_judged_by(store: Store) -> None:
    store.register([a_check(definition="aaaa")])
    store.record([up(0)])
    store.register([a_check(definition="bbbb")])
    store.record([up(1), up(2, definition="bbbb"), up(3, definition=""), up(4, definition="??")])
    store.register([a_check(definition="??")])
    store.record([up(5, definition="??")])

    ids = {row["fingerprint"]: row["id"] for row in rows(store, definitions)}
    assert [row["definition_id"] for row in rows(store, results)] == [
        ids["aaaa"],
        ids["aaaa"],
        ids["bbbb"],
        None,
        None,
        ids["??"],
    ]


def test_a_store_that_is_opened_again_knows_what_was_registered(
    opened: Callable[[], Store],
) -> None:
    opened().register([a_check()])
    again = opened()
    again.record([up()])
    assert rows(again, results)[0]["definition_id"] == rows(again, definitions)[0]["id"]


def test_a_check_is_covered_until_its_newest_result_in_a_location_ends(store: Store) -> None:
    store.register([a_check("orders/never"), a_check("orders/list", definition="a minute")])
    known = [up(at, definition="a minute") for at in (3, 9, 5)]
    store.record([*known, up(7, check="orders/other"), up(99, location="west")])
    assert store.covered_until("default") == {
        "orders/list": T0 + 10 * MINUTE,
        "orders/other": T0 + 7 * MINUTE + 1,
    }
    assert store.covered_until("nowhere") == {}


def test_a_record_knows_the_interval_it_was_measured_with(store: Store) -> None:
    store.register([a_check("orders/list", definition="a minute")])
    store.record([up(1, definition="a minute"), up(2, definition="long forgotten")])
    assert [record.interval for record in stored(store)] == [MINUTE, None]


def test_the_newest_results_are_looked_up_in_the_primary_key(tmp_path: Path) -> None:
    with (
        open_store(Sensitive.plain(f"sqlite:///{tmp_path / 'probe.db'}")) as store,
        store._engine.connect() as connection,
    ):
        query = newest(1).compile(store._engine, compile_kwargs={"literal_binds": True})
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}")]
    assert any("SEARCH results USING PRIMARY KEY" in step for step in plan)
    assert not any("SCAN results" in step for step in plan)


def test_the_simulated_mark_is_kept(opened: Callable[[], Store]) -> None:
    opened().mark_simulated(T0)
    opened().mark_simulated(T0 + 1)
    assert opened().simulated_until() == T0 + 1


def test_two_stores_find_each_others_names(opened: Callable[[], Store]) -> None:
    one, other = opened(), opened()
    one.record([up(0)])
    other.record([up(1), up(1, check="orders/other")])
    one.record([up(2, check="orders/other"), up(2)])
    assert len(rows(one, checks)) == 2
    assert len(rows(one, locations)) == 1
    assert [record.scheduled_at for record in stored(one)] == [T0 + n * MINUTE for n in range(3)]


def test_a_number_that_no_column_holds_is_refused(store: Store) -> None:
    with pytest.raises(StoreError, match="refused a row") as refused:
        store.record([up(0), up(1, bytes_received=1 << 80)])
    assert not isinstance(refused.value, StoreUnreachable)
    assert rows(store, results) == []


def test_a_refused_row_takes_its_whole_batch_back_and_no_key_is_remembered(store: Store) -> None:
    with pytest.raises(StoreError, match="refused a row") as refused:
        store.record([down(0), up(1, http_status=1_000)])
    assert not isinstance(refused.value, StoreUnreachable)
    assert rows(store, checks) == rows(store, results) == rows(store, evidence) == []

    # Others take the numbers that the lost transaction had used.
    store.record([up(0, check="orders/other", location="west")])
    store.record([up(0)])
    assert len(stored(store)) == len(stored(store, "orders/other")) == 1


def test_results_without_a_registered_check_make_one(store: Store) -> None:
    store.record([up()])
    with store._engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(checks)).scalar() == 1
