"""Whatever is asked of a store comes to the same, rolled up or not."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import pairwise
from threading import Thread
from typing import Final
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, event, func, select, update

from probe.model.result import Record, Result, State
from probe.model.sample import FailureKind
from probe.model.sensitive import Sensitive
from probe.model.units import DAY, HOUR, MINUTE, SECOND, Micros
from probe.slo.calendar import day_of
from probe.slo.histogram import Histogram, merged
from probe.slo.level import Level
from probe.slo.rollup import Rollup, by_period, of_records
from probe.slo.timeline import runs_of
from probe.store import Store, open_store
from probe.store.tables import days, hours, locations, results, rolled, stale

T0: Final = 1_793_491_200 * SECOND
"""A midnight in UTC."""

UTC: Final = ZoneInfo("UTC")
BERLIN: Final = ZoneInfo("Europe/Berlin")
KOLKATA: Final = ZoneInfo("Asia/Kolkata")
STEP: Final = 10 * MINUTE


def measured(minute: int, state: State = State.UP, **changes: object) -> Result:
    plain = Result(
        check="orders/list",
        location="default",
        scheduled_at=T0 + minute * MINUTE + 7,
        state=state,
        http_status=503 if state is State.DOWN else 200,
        failure=FailureKind.ASSERTION if state is State.DOWN else None,
        latency_us=100_000 + minute,
        bytes_sent=180,
        bytes_received=1_000 + minute,
        attempts=1,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def missed(minute: int) -> Result:
    return measured(
        minute, State.UNKNOWN, failure=FailureKind.MISSED, http_status=None, latency_us=None, attempts=0,
        bytes_sent=0, bytes_received=0,
    )  # fmt: skip


def three_days() -> list[Result]:
    """A slot every ten minutes, a bad hour in the second day, some that were missed."""
    bad = range(30 * 60, 31 * 60)
    return [
        missed(minute) if minute % 970 == 0 else measured(minute, State.DOWN if minute in bad else State.UP)
        for minute in range(0, 3 * 24 * 60, 10)
    ]


def roll(store: Store, *, now: Micros, zone: ZoneInfo = UTC, limit: int = 500) -> None:
    while not store.roll_up("default", now=now, zone=zone, limit=limit):
        pass


def figures(store: Store, cuts: list[Micros], check: str = "orders/list") -> tuple[Rollup, ...]:
    with store.ranges("default") as ranges:
        return by_period(ranges.tiles(check, cuts), cuts)


def from_results(kept: Iterable[Result], cuts: list[Micros]) -> tuple[Rollup, ...]:
    """What the results themselves come to, by way of a store that never rolls anything up."""
    chosen = {result.scheduled_at: result for result in kept}
    ordered = [record_of(chosen[slot]) for slot in sorted(chosen)]
    return tuple(
        of_records([item for item in ordered if start <= item.scheduled_at < end], start=start, end=end)
        for start, end in pairwise(cuts)
    )


def record_of(result: Result) -> Record:
    return Record(
        result.scheduled_at, result.state, result.failure, result.http_status, result.latency_us, (None,) * 6,
        result.bytes_sent, result.bytes_received, None,
    )  # fmt: skip


def count(store: Store, table: object) -> int:
    with store._engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()  # type: ignore[arg-type]


def purge(store: Store, *, before: Micros, tier: str) -> None:
    """As retention does."""
    table, moment, mark = {
        "raw": (results, results.c.scheduled_at, "raw_from"),
        "hours": (hours, hours.c.starts_at, "hours_from"),
    }[tier]
    with store._engine.begin() as connection:
        connection.execute(delete(table).where(moment < before))
        connection.execute(update(rolled).values({mark: before}))


def normal(histogram: Histogram) -> Histogram:
    """In the form in which histograms compare."""
    return merged([histogram, Histogram.of([0])])


WHOLE_DAYS: Final = [T0 + day * DAY for day in range(4)]
CROOKED: Final = [T0 + 17 * MINUTE, T0 + 5 * HOUR, T0 + 30 * HOUR + 25 * MINUTE, T0 + 31 * HOUR, T0 + 70 * HOUR + 3]


@pytest.mark.parametrize("zone", [UTC, BERLIN, KOLKATA], ids=str)
@pytest.mark.parametrize("now", [T0 + 3 * DAY + HOUR, T0 + 50 * HOUR], ids=["after", "between"])
@pytest.mark.parametrize("cuts", [WHOLE_DAYS, CROOKED], ids=["days", "crooked"])
def test_any_range_comes_to_what_its_results_come_to(
    store: Store, zone: ZoneInfo, now: Micros, cuts: list[Micros]
) -> None:
    store.record(three_days())
    assert figures(store, cuts) == from_results(three_days(), cuts)
    roll(store, now=now, zone=zone)
    assert figures(store, cuts) == from_results(three_days(), cuts)


@pytest.mark.parametrize("zone", [BERLIN, KOLKATA], ids=str)
@pytest.mark.parametrize("purged", [None, "hours"])
@pytest.mark.parametrize("late", [False, True], ids=["on-time", "late"])
def test_the_levels_of_all_checks_are_those_of_each(
    store: Store, zone: ZoneInfo, purged: str | None, late: bool
) -> None:
    ours = three_days()
    other = [replace(result, check="orders/get", latency_us=7) for result in three_days() if result.attempts][::3]
    kept = [*ours, *other]
    store.record(kept[10:] if late else kept)
    roll(store, now=T0 + 3 * DAY + HOUR, zone=zone)
    if purged:
        purge(store, before=T0 + 2 * DAY, tier="raw")
    if purged == "hours":
        purge(store, before=T0 + DAY, tier="hours")
    if late:
        store.record(kept[:10])
    for start, end in [*pairwise(CROOKED), *pairwise(WHOLE_DAYS), (CROOKED[0], CROOKED[-1]), (T0 - DAY, T0 + 4 * DAY)]:
        with store.ranges("default") as ranges:
            found = ranges.levels(start, end)
            for check in ("orders/list", "orders/get"):
                tiles = ranges.tiles(check, [start, end])
                wanted = by_period(tiles, [start, end])[0]
                level = found.get(check, Level())
                assert runs_of(level.runs) == wanted.runs, (check, start - T0, end - T0)
                assert normal(level.latency) == normal(wanted.figures.latency)
                assert normal(level.responses) == normal(wanted.figures.responses)


def test_days_and_hours_stand_in_for_results(store: Store) -> None:
    store.record(three_days())
    roll(store, now=T0 + 3 * DAY + HOUR)
    assert count(store, hours) == 72
    assert count(store, days) == 3
    assert count(store, stale) == 0
    purge(store, before=T0 + 3 * DAY, tier="raw")
    assert figures(store, WHOLE_DAYS) == from_results(three_days(), WHOLE_DAYS)
    purge(store, before=T0 + 3 * DAY, tier="hours")
    assert figures(store, WHOLE_DAYS) == from_results(three_days(), WHOLE_DAYS)


def test_states_are_exact_for_any_border_long_after_the_results_are_gone(store: Store) -> None:
    store.record(three_days())
    roll(store, now=T0 + 3 * DAY + HOUR)
    wanted = from_results(three_days(), CROOKED)
    for tier in ("raw", "hours"):
        purge(store, before=T0 + 3 * DAY, tier=tier)
        found = figures(store, CROOKED)
        assert [part.runs for part in found] == [part.runs for part in wanted]
        assert [part.figures.states for part in found] == [part.figures.states for part in wanted]
        assert [part.figures.failures for part in found] == [part.figures.failures for part in wanted]


def test_a_day_of_the_zone_is_a_row_also_where_midnight_is_at_half_past(store: Store) -> None:
    store.record(three_days())
    roll(store, now=T0 + 4 * DAY, zone=KOLKATA)
    purge(store, before=T0 + 3 * DAY, tier="raw")
    first = day_of(T0 + DAY, zone=KOLKATA)
    cuts = [first.start, first.end]
    assert first.start % HOUR == HOUR // 2
    assert figures(store, cuts) == from_results(three_days(), cuts)


def test_rolling_up_again_changes_nothing(store: Store) -> None:
    store.record(three_days())
    roll(store, now=T0 + 3 * DAY + HOUR)
    before = figures(store, WHOLE_DAYS)
    store.record(three_days())
    roll(store, now=T0 + 3 * DAY + 2 * HOUR)
    assert figures(store, WHOLE_DAYS) == before


@pytest.mark.parametrize("purged", [None, "raw", "hours"])
def test_late_results_count_at_once_and_stay_counted(store: Store, purged: str | None) -> None:
    on_time = [result for result in three_days() if (result.scheduled_at // STEP) % 7]
    late = [result for result in three_days() if not (result.scheduled_at // STEP) % 7]
    store.record(on_time)
    roll(store, now=T0 + 3 * DAY + HOUR)
    for tier in ("raw", "hours")[: {None: 0, "raw": 1, "hours": 2}[purged]]:
        purge(store, before=T0 + 3 * DAY, tier=tier)
    store.record(late[::2])
    store.record(late[1::2])
    wanted = from_results(three_days(), WHOLE_DAYS)
    if purged != "hours":  # then days take them in with the next rolling up
        assert figures(store, WHOLE_DAYS) == wanted
    roll(store, now=T0 + 3 * DAY + 2 * HOUR)
    assert figures(store, WHOLE_DAYS) == wanted
    assert count(store, stale) == 0


def test_history_that_arrives_in_a_young_store_is_rolled_up(store: Store) -> None:
    store.record([measured(4 * 24 * 60)])
    roll(store, now=T0 + 5 * DAY + HOUR)
    store.record(three_days())
    roll(store, now=T0 + 5 * DAY + HOUR)
    assert count(store, days) == 4
    assert figures(store, WHOLE_DAYS) == from_results(three_days(), WHOLE_DAYS)


def test_another_zone_makes_the_days_anew(store: Store) -> None:
    store.record(three_days())
    roll(store, now=T0 + 3 * DAY + HOUR)
    roll(store, now=T0 + 3 * DAY + HOUR, zone=BERLIN)
    with store._engine.connect() as connection:
        starts = connection.execute(select(days.c.starts_at).order_by(days.c.starts_at)).scalars().all()
    assert {day_of(start, zone=BERLIN).start for start in starts} == set(starts)
    assert figures(store, WHOLE_DAYS) == from_results(three_days(), WHOLE_DAYS)


def test_days_of_another_zone_stay_where_their_hours_are_gone(store: Store) -> None:
    store.record(three_days())
    roll(store, now=T0 + 3 * DAY + HOUR)
    purge(store, before=T0 + 2 * DAY, tier="raw")
    purge(store, before=T0 + 2 * DAY, tier="hours")
    roll(store, now=T0 + 3 * DAY + HOUR, zone=BERLIN)
    cuts = [T0, T0 + DAY, T0 + 2 * DAY]
    assert figures(store, cuts) == from_results(three_days(), cuts)
    whole = [T0, T0 + 3 * DAY]
    assert figures(store, whole)[0].figures.states == from_results(three_days(), whole)[0].figures.states


def test_a_little_at_a_time_comes_to_the_same(store: Store) -> None:
    store.record(three_days())
    roll(store, now=T0 + 3 * DAY + HOUR, limit=5)
    assert count(store, hours) == 72
    assert figures(store, WHOLE_DAYS) == from_results(three_days(), WHOLE_DAYS)


def test_checks_and_locations_are_apart(store: Store) -> None:
    other = [replace(result, check="orders/get") for result in three_days()[::2]]
    elsewhere = [replace(result, location="elsewhere") for result in three_days()[::3]]
    store.record([*three_days(), *other, *elsewhere])
    roll(store, now=T0 + 3 * DAY + HOUR)
    assert figures(store, WHOLE_DAYS) == from_results(three_days(), WHOLE_DAYS)
    assert figures(store, WHOLE_DAYS, "orders/get") == from_results(other, WHOLE_DAYS)
    with store.ranges("elsewhere") as ranges:
        assert by_period(ranges.tiles("orders/list", WHOLE_DAYS), WHOLE_DAYS) == from_results(elsewhere, WHOLE_DAYS)


def test_nothing_is_known_of_an_unknown_check_or_place(store: Store) -> None:
    assert store.roll_up("default", now=T0, zone=UTC)
    assert figures(store, WHOLE_DAYS) == tuple(Rollup(start=start, end=end) for start, end in pairwise(WHOLE_DAYS))
    store.record(three_days())
    with store.ranges("nowhere") as ranges:
        assert ranges.tiles("orders/list", WHOLE_DAYS) == []


def test_an_hour_is_waited_for_until_its_last_results_are_in(store: Store) -> None:
    store.record([measured(minute) for minute in range(0, 60, 10)])
    roll(store, now=T0 + HOUR + MINUTE)
    assert count(store, hours) == 0
    roll(store, now=T0 + HOUR + 2 * MINUTE)
    assert count(store, hours) == 1


def test_what_is_recorded_while_an_hour_is_rolled_up_is_not_forgotten(
    store: Store, opened: Callable[[], Store]
) -> None:
    """Two processes: whichever is first, the hour comes to hold all of it."""
    store.record(three_days()[:6])
    roll(store, now=T0 + 2 * HOUR)
    other = opened()
    for number in range(1, 50):
        late = measured(number, scheduled_at=T0 + number * MINUTE)
        other.record([late])
        store.roll_up("default", now=T0 + 2 * HOUR, zone=UTC, limit=1)
    roll(store, now=T0 + 2 * HOUR)
    assert figures(store, [T0, T0 + HOUR])[0].figures.slots == 6 + 49


def test_what_is_recorded_while_a_location_is_rolled_up_for_the_first_time_is_not_forgotten(
    store: Store, opened: Callable[[], Store]
) -> None:
    """Older than all that is there, and not committed yet when the oldest result is looked for."""
    store.record([measured(3 * 60)])
    other = opened()
    rolling = Thread(target=roll, args=(other,), kwargs={"now": T0 + 4 * HOUR})

    def meanwhile(*arguments: object) -> None:
        if "FROM rolled" in str(arguments[2]) and not rolling.ident:
            rolling.start()
            rolling.join(0.5)

    event.listen(store._engine, "after_cursor_execute", meanwhile)
    store.record([measured(0)])
    rolling.join()
    roll(store, now=T0 + 5 * HOUR)
    assert [part.figures.slots for part in figures(store, [T0, T0 + HOUR, T0 + 4 * HOUR])] == [1, 1]


slots = st.lists(st.integers(0, 2 * 24 * 12 - 1), max_size=40, unique=True)


@pytest.mark.parametrize("database_kind", ["sqlite"])
@given(batches=st.lists(slots, max_size=5), moments=st.lists(st.integers(0, 80), max_size=5))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_order_of_results_and_rolling_up_comes_to_the_same(
    database_kind: str, tmp_path_factory: pytest.TempPathFactory, batches: list[list[int]], moments: list[int]
) -> None:
    url = Sensitive.plain(f"sqlite:///{tmp_path_factory.mktemp('any') / 'probe.db'}")
    with open_store(url) as store:
        kept: list[Result] = []
        for number, batch in enumerate(batches):
            found = [measured(slot * 5) for slot in batch]
            store.record(found)
            kept += found
            if number < len(moments):
                roll(store, now=T0 + moments[number] * HOUR)
        cuts = [T0, T0 + DAY, T0 + 2 * DAY]
        assert figures(store, cuts) == from_results(kept, cuts)


def test_a_location_without_a_name_in_the_store_has_nothing_to_roll_up(store: Store) -> None:
    assert count(store, locations) == 0
    assert store.roll_up("default", now=T0, zone=BERLIN)
