"""The reference itself, beside what comes out with pencil and paper. A slot a minute, a letter each."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Final

import pytest

from tests.reference.calendar import Weekly, midnight, window_around
from tests.reference.counting import Group, Period, Rules, availability, spent
from tests.reference.document import Asked, Objective, Subject, budget
from tests.reference.incidents import Times, times
from tests.reference.latency import apdex, percentile
from tests.reference.past import Outage, Past, Seen

MINUTE: Final = 60_000_000
LETTERS: Final = {"u": "up", "g": "degraded", "d": "down", "?": "unknown"}


def past(text: str, *, runs: int = 1, recoveries: int = 1, rest: tuple[int, int] = (0, 0)) -> Past:
    """A blank is a slot of which there is nothing; `rest` are the minutes of a maintenance."""
    seen = [
        Seen(at=number * MINUTE, state=LETTERS[letter], interval=MINUTE)
        for number, letter in enumerate(text)
        if letter != " "
    ]
    return Past(
        seen=tuple(seen),
        runs=runs,
        recoveries=recoveries,
        in_maintenance=lambda moment: rest[0] * MINUTE <= moment < rest[1] * MINUTE,
    )


def minutes(start: int, end: int) -> Period:
    return Period(start=start * MINUTE, end=end * MINUTE, tick=MINUTE // 6)


def outages(text: str, runs: int, recoveries: int) -> list[tuple[int, int, int | None]]:
    found = past(text, runs=runs, recoveries=recoveries).outages
    return [
        (each.start // MINUTE, each.detected // MINUTE, None if each.end is None else each.end // MINUTE)
        for each in found
    ]


@pytest.mark.parametrize(
    ("text", "runs", "recoveries", "expected"),
    [
        ("uddu", 1, 1, [(1, 1, 3)]),
        ("uddu", 2, 1, [(1, 2, 3)]),
        ("uddu", 3, 1, []),
        ("ud?du", 2, 1, [(1, 3, 4)]),
        ("ud  du", 2, 1, []),
        ("dudugg", 1, 2, [(0, 0, 3)]),
        ("du  udd", 1, 2, [(0, 0, None)]),
        ("d   u", 1, 1, [(0, 0, 4)]),
    ],
)
def test_outages(text: str, runs: int, recoveries: int, expected: list[tuple[int, int, int | None]]) -> None:
    assert outages(text, runs, recoveries) == expected


def figures(
    text: str, method: str, unknown: str = "exclude"
) -> tuple[Fraction | None, Fraction | None, Fraction | None]:
    asked = Rules(method=method, slice=2 * MINUTE, unknown=unknown)
    found = availability([past(text)], Group(), minutes(0, len(text)), asked)
    return found.availability, found.best, found.worst


def test_each_method() -> None:
    text = "uud ?du    u"  # up 0-1, down 2-3, unknown 4, down 5, up 6-7, nothing 8-10, up 11
    assert figures(text, "state-time") == (Fraction(5, 8), Fraction(9, 12), Fraction(5, 12))
    assert figures(text, "occurrences") == (Fraction(4, 6), Fraction(8, 10), Fraction(4, 10))  # 8, 9 and 10 are missing
    assert figures(text, "timeslices") == (Fraction(3, 5), Fraction(4, 6), Fraction(2, 6))
    assert figures(text, "timeslices", unknown="down")[0] == Fraction(2, 6)
    assert figures(text, "ratio-timeslices", unknown="up")[0] == Fraction(9, 12)


def test_groups() -> None:
    members = [past("uudd??"), past("ud?u??"), past("udd?u?")]
    found = {
        kind: availability(members, Group(kind=kind, quorum=2), minutes(0, 6), Rules())
        for kind in ("all", "any", "quorum", "mean")
    }
    assert found["all"].availability == Fraction(1, 4)
    assert (found["all"].best, found["all"].worst) == (Fraction(3, 6), Fraction(1, 6))
    assert found["any"].availability == Fraction(4, 4)
    assert found["quorum"].availability == Fraction(1, 3)
    assert found["mean"].availability == (1 + Fraction(1, 3) + 0 + Fraction(1, 2) + 1) / 5


def test_maintenance() -> None:
    resting = past("uuddu", rest=(1, 3))
    for rule, expected in (("exclude", Fraction(2, 3)), ("count_as_up", Fraction(4, 5)), ("ignore", Fraction(3, 5))):
        rules = Rules(maintenance=rule)
        assert availability([resting], Group(), minutes(0, 5), rules).availability == expected
    there = spent([resting], Group(), minutes(0, 5), Rules())
    assert there.down == MINUTE
    assert there.maintenance == 2 * MINUTE


def times_of(past: Past, period: Period) -> Times:
    return times([past], Group(), period, Rules(), 2 * MINUTE)


def test_times_of_incidents() -> None:
    # One began before, two follow closely and are two, one goes on.
    found = times_of(past("udduuududuuudd"), minutes(2, 14))
    assert found.incidents == 4
    assert found.mttr == Fraction(2 + 1 + 1, 3) * MINUTE
    assert found.mttd == 0
    assert found.mtbf == Fraction(3 + 1 + 3, 4) * MINUTE
    confirmed = times_of(past("udduuddd", runs=2), minutes(0, 8))
    assert confirmed.incidents == 2
    assert confirmed.mttd == MINUTE
    assert confirmed.mttr == 2 * MINUTE


def test_flapping_is_one_incident() -> None:
    flapping = past("uduudududuuu")
    assert len(flapping.outages) == 4
    found = times_of(flapping, minutes(0, 12))
    assert found.incidents == 1
    assert found.mttr == 4 * MINUTE


def test_a_budget() -> None:
    subject = Subject(members=[past("u" * 50 + "d" * 10)])
    asked = Asked(period=minutes(40, 60), rules=Rules(), zone="UTC")
    found = budget(subject, Objective(name="availability", target=Fraction(1, 2), window=60 * MINUTE), asked)
    assert found.budget == 30 * MINUTE
    assert found.spent == 10 * MINUTE
    assert found.remaining == Fraction(2, 3)
    assert found.met is True
    assert found.burn == 1
    assert found.exhausted_at == 100 * MINUTE


def test_percentiles_and_apdex() -> None:
    assert [percentile(range(1, 101), percent) for percent in (50, 90, 99)] == [50, 90, 99]
    assert percentile(range(1, 11), 90) == 9
    assert apdex([1, 2, 3, 8, 9], 2, satisfied=2) == Fraction(2 + 1 + 0, 7)
    assert apdex([], 0, satisfied=2) is None


def test_calendars() -> None:
    for zone, month, length in (("Europe/Berlin", 3, 44_580), ("Australia/Lord_Howe", 10, 44_610)):
        start, end = window_around(midnight(date(2026, month, 15), zone), "month", zone)
        assert (end - start) // MINUTE == length
    night = Weekly(zone="Europe/Berlin", days=(6,), start=60, end=180)
    first = midnight(date(2026, 10, 25), "Europe/Berlin")
    assert [night(first + hour * 60 * MINUTE) for hour in range(5)] == [False, True, True, True, False]


def test_an_outage_holds_from_its_start_up_to_its_end() -> None:
    outage = Outage(start=1, detected=1, end=3)
    assert [outage.holds(moment) for moment in range(5)] == [False, True, True, False, False]
