from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from probe.alerting.outages import Policy, outages_of
from probe.model.check import Confirm
from probe.model.result import State
from probe.model.run import Run
from probe.model.sla import CalendarUnit, Method, Objective, ObjectiveKind, SlaRules
from probe.model.units import DAY, HOUR, MINUTE, SECOND, Micros, from_iso
from probe.slo.impact import impact, left_words, length_words, share_words
from probe.slo.past import past_of
from probe.slo.periods import Period
from probe.slo.service_level import Asked, Subject, status_of

UNTIL = from_iso("2026-10-21T00:00:00Z")
ASKED = Asked(Period(UNTIL - DAY, UNTIL), UNTIL, ZoneInfo("UTC"))
ROLLING = Objective(name="availability", kind=ObjectiveKind.AVAILABILITY, target=Fraction("0.999"), window=30 * DAY)
MONTHLY = replace(ROLLING, window=CalendarUnit.MONTH)


def run(back: int, slots: int, state: State) -> Run:
    """So many slots, a minute apart, from so many minutes before the end on."""
    return Run(UNTIL - back * MINUTE, MINUTE if slots > 1 else 0, slots, state, None, MINUTE)


def subject(down: int, *objectives: Objective, before: int = 0, maintenance: Sequence[Period] = ()) -> Subject:
    """Up for 30 days, down for the last `down` minutes, and `before` minutes five days ago."""
    whole, five = 30 * DAY // MINUTE, 5 * DAY // MINUTE
    runs = [run(whole, whole - five, State.UP)]
    runs += [run(five, before, State.DOWN)] if before else []
    runs.append(run(five - before, five - before - down, State.UP))
    runs += [run(down, down, State.DOWN)] if down else []
    outages = outages_of(runs, Policy.of(Confirm(retries=0, after=0), interval=MINUTE))
    return Subject(
        id="shop/home",
        past=past_of(runs, outages, maintenance, SlaRules(), interval=MINUTE, until=UNTIL),
        incidents=(),
        objectives=objectives,
        apdex=None,
        answers={},
        acknowledged={},
    )


def last(minutes: int) -> Period:
    return Period(UNTIL - minutes * MINUTE, UNTIL)


def test_it_says_what_this_outage_used_and_what_is_left() -> None:
    found = impact(subject(13, ROLLING, before=18), last(13), ASKED)
    assert found is not None
    assert found.sentence == "this outage used 30 % of the 30-day budget; 12 minutes are left"
    assert found.used_ratio == pytest.approx(13 / 43.2)
    assert found.spent_ratio == pytest.approx(31 / 43.2)
    assert found.left == 12 * MINUTE + 12 * SECOND
    assert found.objective == "availability 99.9% over 30d"


def test_a_budget_of_the_calendar_is_called_by_its_name() -> None:
    found = impact(subject(13, MONTHLY), last(13), ASKED)
    assert found is not None
    assert found.sentence == "this outage used 29 % of October's budget; 31 minutes are left"
    assert found.objective == "availability 99.9% of October 2026"


def test_a_budget_may_be_overdrawn() -> None:
    found = impact(subject(60, ROLLING), last(60), ASKED)
    assert found is not None
    assert found.sentence == "this outage used 138 % of the 30-day budget; the budget is overdrawn by 16 minutes"
    assert found.left < 0


@pytest.mark.parametrize("method", list(Method))
def test_what_is_spent_is_what_the_standing_of_the_objective_says(method: Method) -> None:
    objective = replace(ROLLING, method=method)
    its = subject(13, objective, before=18)
    found = impact(its, last(13), ASKED)
    status = status_of(objective, its, ASKED)
    assert found is not None
    assert status.spent is not None
    assert found.spent_ratio == float(status.spent / status.budget)
    assert found.left == int(status.budget - status.spent)
    assert found.used_ratio == pytest.approx(13 / 43.2, rel=0.2)  # slices are whole ones


def test_maintenance_uses_nothing() -> None:
    found = impact(subject(13, ROLLING, maintenance=[last(10)]), last(13), ASKED)
    assert found is not None
    assert found.used_ratio == pytest.approx(3 / 43.2, rel=0.001)


def test_what_was_down_before_the_window_is_no_part_of_it() -> None:
    objective = replace(ROLLING, window=5 * MINUTE)
    found = impact(subject(13, objective), last(13), ASKED)
    assert found is not None
    assert found.used_ratio == 1000


def test_of_several_objectives_it_tells_of_the_one_with_the_least_left() -> None:
    strict = replace(ROLLING, name="strict", target=Fraction("0.9999"))
    found = impact(subject(13, ROLLING, strict), last(13), ASKED)
    assert found is not None
    assert found.objective.startswith("strict")


def test_an_outage_that_used_nothing_has_no_impact() -> None:
    assert impact(subject(0, ROLLING), last(13), ASKED) is None
    assert impact(subject(13), last(13), ASKED) is None


def test_a_budget_that_burns_is_told_without_an_outage() -> None:
    found = impact(subject(0, ROLLING, before=18), last(13), ASKED, outage_called="")
    assert found is not None
    assert found.sentence == "41 % of the 30-day budget is spent; 25 minutes are left"


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (1, "less than 1 second"),
        (SECOND, "1 second"),
        (59 * SECOND, "59 seconds"),
        (9 * MINUTE + 5 * SECOND, "9 minutes 5 seconds"),
        (12 * MINUTE + 5 * SECOND, "12 minutes"),
        (HOUR, "1 hour"),
        (HOUR + 20 * MINUTE, "1 hour 20 minutes"),
        (3 * DAY + 4 * HOUR + MINUTE, "3 days 4 hours"),
    ],
)
def test_lengths_read_well(length: Micros, words: str) -> None:
    assert length_words(length) == words


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (12 * MINUTE, "12 minutes are left"),
        (HOUR, "1 hour is left"),
        (0, "nothing is left"),
        (-5 * MINUTE, "the budget is overdrawn by 5 minutes"),
    ],
)
def test_what_is_left_reads_well(left: Micros, words: str) -> None:
    assert left_words(left) == words


def test_shares_are_cut_off() -> None:
    assert [share_words(Fraction(each)) for each in ("0", "0.009", "0.319", "1.4")] == [
        "0 %",
        "less than 1 %",
        "31 %",
        "140 %",
    ]
