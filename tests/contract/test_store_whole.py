"""What goes into a store comes out of it whole, so that it can be taken to another one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from sqlalchemy import event

from probe.model.check import Severity
from probe.model.definition import Definition
from probe.model.result import AssertionOutcome, Result, State, Transcript, Verdict
from probe.model.sample import FailureKind, Phases
from probe.model.units import MINUTE, SECOND
from probe.store import Store, Whole

T0: Final = 1_793_491_200 * SECOND
EVER: Final = 1 << 60
TEXTS: Final = ("status == 200", "latency < 500ms", "status == 200")
DEFINITION: Final = Definition(
    check="orders/list",
    fingerprint="aaaa",
    interval=MINUTE,
    expectations=tuple((text, Severity.FAIL) for text in TEXTS),
)


def outcomes(*verdicts: Verdict, actual: str | None = None) -> tuple[AssertionOutcome, ...]:
    """One for each expectation; the last unmet one has found something."""
    told = [AssertionOutcome(expectation=text, verdict=each) for text, each in zip(TEXTS, verdicts, strict=True)]
    if actual:
        told[-1] = replace(told[-1], actual=actual)
    return tuple(told)


UP: Final = Result(
    check="orders/list",
    location="default",
    scheduled_at=T0,
    state=State.UP,
    http_status=200,
    latency_us=123_400,
    phases=Phases(dns=1_200, connect=3_000, send=100, wait=108_000, transfer=2_000),
    bytes_sent=180,
    bytes_received=1_420,
    lateness_us=800,
    attempts=1,
    outcomes=outcomes(Verdict.PASSED, Verdict.PASSED, Verdict.PASSED),
    definition="aaaa",
)
DOWN: Final = replace(
    UP,
    scheduled_at=T0 + MINUTE,
    state=State.DOWN,
    failure=FailureKind.ASSERTION,
    detail="expected status == 200, found 500",
    address="192.0.2.1:443",
    outcomes=outcomes(Verdict.PASSED, Verdict.WARNED, Verdict.FAILED, actual="500"),
    transcript=Transcript(connection="address: 192.0.2.1:443", request="GET /", response="HTTP/1.1 500", body="{}"),
)
MISSED: Final = Result(
    check="orders/list",
    location="default",
    scheduled_at=T0 + 2 * MINUTE,
    state=State.UNKNOWN,
    failure=FailureKind.MISSED,
    definition="aaaa",
)
DOWN_AGAIN: Final = replace(DOWN, scheduled_at=T0 + 3 * MINUTE, transcript=None)
ELSEWHERE: Final = replace(DOWN, location="west")
SERIES: Final = (UP, DOWN, MISSED, DOWN_AGAIN)


def whole(store: Store, *, start: int = 0, end: int = EVER, location: str | None = None) -> list[Whole]:
    return list(store.results("orders/list", start=start, end=end, location=location))


def test_results_are_read_back_as_they_were_recorded(store: Store) -> None:
    store.define([DEFINITION])
    store.record([*reversed(SERIES), ELSEWHERE, replace(DOWN, check="orders/other")])
    assert whole(store) == [Whole(result, MINUTE) for result in (*SERIES, ELSEWHERE)]
    assert whole(store, location="west") == [Whole(ELSEWHERE, MINUTE)]


def test_a_period_holds_its_start_and_not_its_end(store: Store) -> None:
    store.define([DEFINITION])
    store.record(SERIES)
    found = whole(store, start=T0 + MINUTE, end=T0 + 3 * MINUTE)
    assert [each.result for each in found] == [DOWN, MISSED]


def test_without_its_definition_a_result_tells_what_was_not_met(store: Store) -> None:
    store.record([UP, DOWN])
    up, down = whole(store)
    assert (up.result.outcomes, up.interval) == ((), None)
    assert down.result.outcomes == tuple(item for item in DOWN.outcomes if item.verdict is not Verdict.PASSED)


def test_results_are_read_while_they_are_asked_for(store: Store) -> None:
    store.record([replace(UP, scheduled_at=T0 + slot) for slot in range(3_000)])
    reading = store.results("orders/list", start=0, end=EVER)
    assert next(reading).result.scheduled_at == T0
    assert sum(1 for _ in reading) == 2_999


def test_results_are_those_of_one_moment(store: Store, opened: Callable[[], Store]) -> None:
    """Also where a measurement has just replaced an unknown: it must not lend that its evidence."""
    store.record([MISSED])
    other = opened()

    def replace_it(*arguments: object) -> None:
        if str(arguments[2]).startswith("SELECT results."):
            other.record([replace(DOWN, scheduled_at=MISSED.scheduled_at)])

    event.listen(store._engine, "after_cursor_execute", replace_it)
    (missed,) = whole(store)
    event.remove(store._engine, "after_cursor_execute", replace_it)
    assert missed.result == replace(MISSED, definition="")
    (down,) = whole(store)
    assert down.result.transcript == DOWN.transcript


def test_a_store_knows_its_checks_locations_and_definitions(store: Store) -> None:
    assert (store.checks(), store.locations(), store.definitions()) == ((), (), ())
    other = replace(DEFINITION, check="a/retired", fingerprint="bbbb", expectations=())
    store.define([DEFINITION])
    store.define([other, DEFINITION])
    store.record([ELSEWHERE, UP])
    assert store.checks() == ("a/retired", "orders/list")
    assert store.locations() == ("default", "west")
    assert store.definitions() == (DEFINITION, other)
