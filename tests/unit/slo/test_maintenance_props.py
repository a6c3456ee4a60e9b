"""Against an oracle that looks at a clock on the wall each minute, by the rules of Alertmanager's `ContainsTime`."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as st

from probe.model.maintenance import MaintenanceWindow, Once, Recurring, Scope
from probe.model.units import DAY, MINUTE, Micros, from_iso, to_datetime
from probe.slo.maintenance import merged, periods, periods_by_check
from probe.slo.periods import Period

# Where and when the clocks change: by an hour, by half an hour, by three hours, at midnight, and never.
CHANGES = [
    ("Europe/Berlin", "2026-03-29"),
    ("Europe/Berlin", "2026-10-25"),
    ("America/New_York", "2026-03-08"),
    ("America/New_York", "2026-11-01"),
    ("Australia/Lord_Howe", "2026-04-04"),
    ("Australia/Lord_Howe", "2026-10-03"),
    ("Antarctica/Casey", "2020-10-03"),
    ("Antarctica/Casey", "2021-03-13"),
    ("Africa/Cairo", "2026-04-24"),
    ("Africa/Cairo", "2026-10-29"),
    ("Asia/Kathmandu", "2026-02-28"),
    ("UTC", "2026-12-31"),
]
MINUTES = st.integers(0, 1439)
TIMES = st.tuples(MINUTES, st.integers(1, 1440)).filter(lambda times: times[0] != times[1])
RANGES = st.one_of(
    st.tuples(st.integers(1, 31), st.integers(1, 31)),
    st.tuples(st.integers(-31, -1), st.integers(-31, -1)),
    st.tuples(st.integers(1, 31), st.integers(-31, -1)),
)
RULES = st.fixed_dictionaries(
    {
        "times": st.lists(TIMES, max_size=3).map(tuple),
        "weekdays": st.frozensets(st.integers(0, 6), max_size=4),
        "days_of_month": st.lists(RANGES, max_size=2).map(tuple),
        "months": st.frozensets(st.integers(1, 12)),
        "years": st.lists(st.just((2020, 2026)), max_size=1).map(tuple),
    }
)
SPANS = st.lists(st.tuples(st.integers(0, 50), st.integers(1, 9)).map(lambda span: Period(span[0], sum(span))))


def contains(rule: Recurring, moment: Micros) -> bool:
    """Whether the clock on the wall shows a time of the window; after midnight it may be one of the day before."""
    clock = to_datetime(moment).astimezone(ZoneInfo(rule.zone)).replace(tzinfo=None)
    minute = clock.hour * 60 + clock.minute
    return any(
        (fits(rule, clock) and (first <= minute < last if first < last else first <= minute))
        or (last < first and minute < last and fits(rule, clock - timedelta(days=1)))
        for first, last in rule.times or ((0, 1440),)
    )


def fits(rule: Recurring, clock: datetime) -> bool:
    if rule.days_of_month:
        next_month = (clock.replace(day=1) + timedelta(days=31)).replace(day=1)
        length = (next_month - timedelta(days=1)).day
        days = [
            tuple(number if number > 0 else length + number + 1 for number in numbers) for numbers in rule.days_of_month
        ]
        if not any(first <= clock.day <= last for first, last in days if first <= length):
            return False
    if rule.months and clock.month not in rule.months:
        return False
    if rule.weekdays and clock.weekday() not in rule.weekdays:
        return False
    return not rule.years or any(first <= clock.year <= last for first, last in rule.years)


def window(*rules: Recurring) -> MaintenanceWindow:
    return MaintenanceWindow(name="w", scope=Scope(), schedule=rules)


@given(st.sampled_from(CHANGES), RULES, st.integers(0, 2 * 1440), st.integers(1, 2 * 1440))
@example(CHANGES[1], {"times": ((150, 210),)}, 600, 2_000)
@example(CHANGES[0], {"times": ((120, 180),)}, 600, 2_000)
@example(CHANGES[9], {"times": ((1380, 60),)}, 0, 2_880)
def test_a_moment_is_in_maintenance_when_the_clock_on_the_wall_says_so(
    change: tuple[str, str], fields: dict[str, object], skipped: int, length: int
) -> None:
    zone, date = change
    rule = Recurring(zone=zone, **fields)  # type: ignore[arg-type]  # Hypothesis builds the right ones
    start = from_iso(f"{date}T00:00:00Z") - DAY + skipped * MINUTE
    end = start + length * MINUTE
    found = periods(window(rule), start=start, end=end)
    expected = {moment for moment in range(start, end, MINUTE) if contains(rule, moment)}
    assert {moment for period in found for moment in range(period.start, period.end, MINUTE)} == expected
    assert sum(period.end - period.start for period in found) == len(expected) * MINUTE


@given(st.sampled_from(CHANGES), RULES, st.integers(1, 3 * 1440 - 1))
def test_two_parts_of_a_range_come_to_the_whole(change: tuple[str, str], fields: dict[str, object], cut: int) -> None:
    zone, date = change
    of = window(Recurring(zone=zone, **fields))  # type: ignore[arg-type]  # Hypothesis builds the right ones
    start = from_iso(f"{date}T00:00:00Z") - DAY
    border, end = start + cut * MINUTE, start + 3 * DAY
    halves = (*periods(of, start=start, end=border), *periods(of, start=border, end=end))
    assert merged(halves) == periods(of, start=start, end=end)


@given(SPANS)
def test_merged_periods_ascend_with_time_between_them_and_cover_the_same(parts: list[Period]) -> None:
    found = merged(parts)
    assert all(first.end < second.start for first, second in pairwise(found))
    assert {at for part in found for at in range(*part)} == {at for part in parts for at in range(*part)}


@given(st.lists(SPANS, max_size=4))
def test_a_check_is_in_maintenance_while_any_of_its_windows_counts(of_windows: list[list[Period]]) -> None:
    parts = [part for spans in of_windows for part in spans]
    windows = [
        MaintenanceWindow(name="w", scope=Scope(), schedule=Once(start=part.start, end=part.end)) for part in parts
    ]
    assert periods_by_check([("a/b", ())], windows, start=0, end=100) == {"a/b": merged(parts)}
