"""History comes in as it was told, line by line, into every store."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from probe.model.alert import Turn
from probe.model.check import Check
from probe.model.errors import StoreError, StoreUnreachable
from probe.model.ndjson import to_json
from probe.model.result import AssertionOutcome, Record, Result, State, Transcript, Verdict
from probe.model.sample import FailureKind, Phases
from probe.model.sensitive import Sensitive
from probe.model.settings import ReportSettings, Settings
from probe.model.units import DAY, HOUR, MINUTE, SECOND, to_iso
from probe.runtime.importing import LARGEST_BATCH, MOST_LOCATIONS, Imported, import_results
from probe.runtime.lines import Line
from probe.runtime.origins import Measured, Origins, Refused
from probe.store import Recorded, Store, Whole
from tests.fakes.checks import make_check

T0: Final = 1_793_491_200 * SECOND
NOW: Final = T0 + 30 * DAY
EVER: Final = 1 << 60
KNOWN: Final = make_check("shop/list", interval=5 * MINUTE)
DOWN: Final = Result(
    check="shop/gone",
    location="west",
    scheduled_at=T0,
    state=State.DOWN,
    failure=FailureKind.ASSERTION,
    detail="expected status == 200, found 500",
    http_status=500,
    latency_us=123_400,
    phases=Phases(dns=1_200, wait=108_000),
    bytes_sent=180,
    bytes_received=1_420,
    lateness_us=800,
    attempts=3,
    address="192.0.2.1:443",
    outcomes=(
        AssertionOutcome(expectation="latency < 1s", verdict=Verdict.PASSED),
        AssertionOutcome(expectation="status == 200", verdict=Verdict.FAILED, actual="500"),
    ),
    definition="0123456789abcdef",
    transcript=Transcript(connection="address: 192.0.2.1:443", request="GET /", body="oh no"),
)


def configuration(*checks: Check, location: str = "default") -> Settings:
    return Settings(
        source="checks.yaml",
        store=Sensitive.plain("sqlite:///unused"),
        timezone="UTC",
        location=location,
        listen=None,
        report=ReportSettings(directory="reports", every=MINUTE, title=""),
        apis=(),
        checks=checks,
    )


def told(check: str = "shop/gone", slot: int = 0, **more: object) -> dict[str, object]:
    """The least that a line must tell, and more."""
    return {"check": check, "scheduled_at": to_iso(T0 + slot), "state": "up", **more}


def imported(
    store: Store, lines: Iterable[Mapping[str, object] | bytes], *, settings: Settings | None = None
) -> Imported:
    content = (line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines)
    numbered = [Line(number, each) for number, each in enumerate(content, start=1)]
    *_, last = [Imported(), *import_results(numbered, store, settings or configuration(KNOWN), now=NOW)]
    return last


def whole(store: Store, check: str = "shop/gone") -> list[Whole]:
    return list(store.results(check, start=0, end=EVER))


def stored(store: Store, check: str = "shop/gone") -> list[Record]:
    return list(store.records(check, start=0, end=EVER))


def test_a_line_with_everything_comes_out_as_it_went_in(store: Store) -> None:
    assert imported(store, [to_json(DOWN, 30 * SECOND)]).new == 1
    assert whole(store) == [Whole(DOWN, 30 * SECOND)]


def test_check_slot_and_state_are_enough(store: Store) -> None:
    assert imported(store, [told()], settings=configuration(location="berlin")).new == 1
    (found,) = whole(store)
    assert found.result == Result(
        check="shop/gone",
        location="berlin",
        scheduled_at=T0,
        state=State.UP,
        definition="imported-60000000",
    )


def test_importing_again_changes_nothing(store: Store) -> None:
    lines: list[Mapping[str, object]] = [
        to_json(DOWN, 30 * SECOND),
        told(slot=MINUTE),
        told(slot=MINUTE, state="down"),
    ]
    first = imported(store, lines)
    assert (first.lines, first.new, first.present, first.bad) == (3, 2, 1, 0)
    before = whole(store)
    again = imported(store, lines)
    assert (again.new, again.present, again.retired) == (0, 3, frozenset())
    assert whole(store) == before
    assert len(store.definitions()) == 2


def test_a_measurement_that_is_there_already_stays(store: Store) -> None:
    store.record([replace(DOWN, location="default")])
    assert imported(store, [told()]).present == 1
    assert [each.state for each in stored(store)] == [State.DOWN]


def test_lines_come_in_any_order(store: Store) -> None:
    total = imported(store, [told(slot=slot * MINUTE) for slot in (7, 1, 5, 3)])
    assert total.new == 4
    assert [each.scheduled_at for each in stored(store)] == [T0 + slot * MINUTE for slot in (1, 3, 5, 7)]


def test_years_of_days_are_no_more_than_a_store_can_take(store: Store) -> None:
    lines = [told(slot=-number * 7 * DAY) for number in range(250)]
    assert imported(store, lines).new == 250
    assert len(stored(store)) == 250


def test_checks_that_the_file_does_not_define_are_told_once(store: Store) -> None:
    total = imported(store, [told("shop/list"), told("shop/gone"), told("other/gone"), told("shop/gone", MINUTE)])
    assert total.retired == {"shop/gone", "other/gone"}
    assert store.checks() == ("other/gone", "shop/gone", "shop/list")
    assert imported(store, [told("shop/gone", HOUR)]).retired == frozenset()


WRONG: Final = [
    (b"{", "isn't JSON: Expecting property name enclosed in double quotes at column 2"),
    (b"\xff{}", "isn't UTF-8"),
    (b"[" * 100_000, "nested too deeply"),
    (b'{"check": ' + b"9" * 5_000 + b"}", "a number with thousands of digits"),
    (b"3", "must be an object"),
    (b'{"check": "shop/home", "check": "shop/other", "state": "up"}', 'has "check" twice'),
    (told(state="fine"), "state must be one of up, degraded, down, unknown"),
    (told("list"), "check must be an id such as shop/home"),
    (told(slot=-27 * 365 * DAY), "which lies before 2000"),
    (told(slot=31 * DAY), "which lies in the future: it is 2026-12-01T00:00Z now"),
    (told(state="down", failure="missed"), "failure missed makes a result unknown; state is down"),
    (told(state="unknown", failure="dns"), "failure dns makes a result down; state is unknown"),
    (told(failure="dns"), "failure says why a result is down or unknown"),
    (told(interval_ms=0), "interval_ms must be more than 0 and at most 34560000000 (400 days)"),
    (told(interval_ms=401 * 86_400_000), "interval_ms must be more than 0"),
    (told(bytes_sent=2**60), "bytes_sent and bytes_received are at most"),
    (told(lateness_ms=-1), "lateness_ms must be a number of at least 0"),
    (told(expectations=[{"expectation": "a\0b", "verdict": "passed"}]), "expectations[0].expectation must be"),
]


@pytest.mark.parametrize(("line", "why"), WRONG, ids=[why for _, why in WRONG])
def test_a_bad_line_is_told_and_the_rest_goes_on(store: Store, line: Mapping[str, object] | bytes, why: str) -> None:
    total = imported(store, [told(), line, told(slot=MINUTE)])
    assert (total.new, total.bad) == (2, 1)
    assert total.refused[0].line == 2
    assert why in total.refused[0].why


def test_a_line_that_could_not_be_read_is_bad(store: Store) -> None:
    steps = import_results([Line(9, b"", "is too long")], store, configuration(), now=NOW)
    assert [step.refused for step in steps] == [(Refused(9, "is too long"),)]


def test_a_clock_that_goes_ahead_a_little_is_no_reason_to_refuse(store: Store) -> None:
    assert imported(store, [told(slot=30 * DAY + MINUTE)]).new == 1


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
        max_leaves=10,
    ),
    st.sampled_from(sorted(to_json(DOWN, 1))),
)
def test_no_value_of_any_field_stops_an_import(store: Store, value: object, field: str) -> None:
    total = imported(store, [told() | {field: value}, told(slot=HOUR)])
    assert total.lines == 2
    assert total.new + total.present + total.bad == 2
    assert total.bad <= 1


# How often it was measured: for how long a verdict holds.


def intervals(store: Store, check: str = "shop/gone") -> list[int | None]:
    return [record.interval for record in stored(store, check)]


def test_the_line_itself_knows_best(store: Store) -> None:
    imported(store, [told("shop/list", 0, interval_ms=1_500), told("shop/list", HOUR)])
    assert intervals(store, "shop/list") == [1_500_000, 5 * MINUTE]


def test_then_the_file_of_checks(store: Store) -> None:
    imported(store, [told("shop/list", slot * HOUR) for slot in range(5)])
    assert intervals(store, "shop/list") == [5 * MINUTE] * 5


def test_then_what_the_store_knows_of_the_check(opened: Callable[[], Store]) -> None:
    imported(opened(), [told(interval_ms=90_000)])
    store = opened()
    imported(store, [told(slot=HOUR), told(slot=2 * HOUR)])
    assert intervals(store) == [90 * SECOND] * 3


def test_then_the_usual_distance_of_slots(store: Store) -> None:
    slots = (0, 2, 4, 6, 20, 22)
    imported(store, [told(slot=slot * MINUTE, location=place) for slot in reversed(slots) for place in ("a", "b")])
    assert set(intervals(store)) == {2 * MINUTE}


def test_and_where_nothing_is_known_a_minute(store: Store) -> None:
    imported(store, [told(), told("shop/once", 5)])
    assert intervals(store) == intervals(store, "shop/once") == [MINUTE]


# By what definition.


def definitions(store: Store) -> list[tuple[str, int, int]]:
    return [(each.fingerprint, each.interval, len(each.expectations)) for each in store.definitions()]


def test_a_definition_that_was_exported_keeps_its_name(store: Store) -> None:
    missed = replace(
        DOWN, scheduled_at=T0 - MINUTE, state=State.UNKNOWN, failure=FailureKind.MISSED, detail=None,
        http_status=None, latency_us=None, phases=Phases(), address=None, outcomes=(), transcript=None,
    )  # fmt: skip
    imported(store, [to_json(missed, MINUTE), to_json(DOWN, MINUTE)])
    assert definitions(store) == [("0123456789abcdef", MINUTE, 2)]
    assert [each.result for each in whole(store)] == [missed, DOWN]


def test_the_file_s_own_definition_is_taken_where_it_is_meant(store: Store) -> None:
    lines = [told("shop/list", definition="d"), told("shop/list", MINUTE, definition="d", interval_ms=300_000)]
    imported(store, lines)
    assert definitions(store) == [("d", 5 * MINUTE, 0)]


@pytest.mark.parametrize(
    "other",
    [
        to_json(replace(DOWN, scheduled_at=T0 + HOUR), 2 * MINUTE),
        to_json(replace(DOWN, scheduled_at=T0 + HOUR, outcomes=DOWN.outcomes[:1]), MINUTE),
    ],
)
def test_a_name_that_means_something_else_here_is_not_taken(store: Store, other: dict[str, object]) -> None:
    imported(store, [to_json(DOWN, MINUTE)])
    imported(store, [other])
    first, second = whole(store)
    assert first.result == DOWN
    assert second.result.definition.startswith("imported-")
    assert [item.expectation for item in second.result.outcomes] == [
        item["expectation"]
        for item in other["expectations"]  # type: ignore[attr-defined]  # it is a list
    ]


def test_expectations_without_a_name_are_kept(store: Store) -> None:
    line = to_json(replace(DOWN, definition=""))
    imported(store, [line, {**line, "scheduled_at": to_iso(T0 + MINUTE)}])
    assert [each.result.outcomes for each in whole(store)] == [DOWN.outcomes] * 2
    assert len(store.definitions()) == 1


def test_more_definitions_than_can_be_meant_are_refused(store: Store) -> None:
    results = [replace(DOWN, check=f"shop/gone-{number}") for number in range(5)]
    batch = [Measured(number, result, MINUTE) for number, result in enumerate(results)]
    settled = Origins(store, [], most=3).settle(batch)
    assert [each.line for each in settled.results] == [0, 1, 2]
    assert [each.line for each in settled.refused] == [3, 4]
    assert len(store.definitions()) == 3


def test_more_locations_than_can_be_meant_are_refused(store: Store) -> None:
    lines = [told(location=f"place-{number}") for number in range(MOST_LOCATIONS + 2)]
    total = imported(store, [*lines, *lines[:5]])
    assert (total.new, total.present, total.bad) == (MOST_LOCATIONS, 5, 2)


# When the store refuses.


class Refusing(Store):
    """Stores nothing that was sent from a certain address, and nothing at all once it is away."""

    is_away = False

    def __init__(self, store: Store) -> None:
        super().__init__(store._engine, store._address)

    def record(self, results: Sequence[Result], turns: Sequence[Turn] = ()) -> Recorded:
        if self.is_away:
            raise StoreUnreachable("the store is away")
        if any(result.address == "bad" for result in results):
            raise StoreError("a row was refused")
        return super().record(results, turns)


def test_a_result_that_the_store_refuses_takes_no_other_with_it(store: Store) -> None:
    lines = [told(slot=slot * MINUTE, address="bad" if slot in (3, 11) else None) for slot in range(20)]
    total = imported(Refusing(store), lines)
    assert (total.new, total.bad) == (18, 2)
    assert total.refused == (Refused(4, "a row was refused"), Refused(12, "a row was refused"))


def test_what_was_stored_stays_when_the_store_goes_away(store: Store) -> None:
    broken = Refusing(store)
    most = LARGEST_BATCH + 500
    lines = [Line(number + 1, json.dumps(told(slot=number * SECOND)).encode()) for number in range(most)]
    steps = import_results(lines, broken, configuration(), now=NOW)
    assert next(steps).new == LARGEST_BATCH
    broken.is_away = True
    with pytest.raises(StoreUnreachable):
        next(steps)
    assert len(stored(store)) == LARGEST_BATCH
    *_, last = import_results(lines, store, configuration(), now=NOW)
    assert (last.new, last.present) == (500, LARGEST_BATCH)
