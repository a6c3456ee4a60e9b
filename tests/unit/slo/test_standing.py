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
from probe.model.sla import CalendarUnit, Objective, ObjectiveKind, SlaRules
from probe.model.units import DAY, HOUR, MILLISECOND, MINUTE, from_iso
from probe.slo.answers import Answers
from probe.slo.burn import BurnReason
from probe.slo.histogram import Histogram
from probe.slo.level import Level
from probe.slo.past import past_of
from probe.slo.periods import Period
from probe.slo.service_level import Asked, Subject
from probe.slo.standing import ObjectiveStanding, Standings, burn_periods, standings

UNTIL = from_iso("2026-11-01T00:00:00Z")
ASKED = Asked(Period(UNTIL - DAY, UNTIL), UNTIL, ZoneInfo("UTC"))
OBJECTIVE = Objective(name="availability", kind=ObjectiveKind.AVAILABILITY, target=Fraction("0.999"), window=30 * DAY)
FAST = Objective(
    name="latency", kind=ObjectiveKind.LATENCY, target=Fraction("0.99"), window=DAY, under=300 * MILLISECOND
)
MINUTES = 30 * DAY // MINUTE


def run(back: int, slots: int, state: State) -> Run:
    """So many slots, a minute apart, from so many minutes before the end on."""
    return Run(UNTIL - back * MINUTE, MINUTE if slots > 1 else 0, slots, state, None, MINUTE)


def subject(runs: Sequence[Run], objective: Objective = OBJECTIVE, **levels: tuple[Period, list[int]]) -> Subject:
    outages = outages_of(runs, Policy.of(Confirm(retries=0, after=0), interval=MINUTE))
    return Subject(
        id="shop/home",
        past=past_of(runs, outages, (), SlaRules(), interval=MINUTE, until=UNTIL),
        incidents=(),
        objectives=(objective,),
        apdex=None,
        answers={
            period: Answers.of(Level(runs=(), latency=Histogram.of(values))) for period, values in levels.values()
        },
        acknowledged={},
    )


def standing(runs: Sequence[Run], objective: Objective = OBJECTIVE) -> ObjectiveStanding:
    (found,) = standings(subject(runs, objective), ASKED)
    return found


def reasons(found: ObjectiveStanding) -> list[BurnReason]:
    return [pair.reason for pair in found.pairs]


def test_a_quiet_month_leaves_the_whole_budget() -> None:
    found = standing([run(MINUTES, MINUTES, State.UP)])

    assert found.status.remaining_ratio == 1
    assert found.burn_rate == found.status.burn_rate == 0
    assert set(reasons(found)) == {BurnReason.NOT_BURNING}
    assert found.is_fine


def test_an_outage_that_goes_on_burns_in_every_window() -> None:
    found = standing([run(MINUTES, MINUTES - 5, State.UP), run(5, 5, State.DOWN)])

    assert set(reasons(found)) == {BurnReason.BURNING}
    assert found.burn_rate == Fraction(5, MINUTES) * 1000
    assert found.status.burn_rate == Fraction(5, DAY // MINUTE) * 1000
    assert not found.is_fine


def test_an_outage_that_is_over_burns_no_more_in_the_short_window() -> None:
    found = standing([run(MINUTES, MINUTES - 20, State.UP), run(20, 10, State.DOWN), run(10, 10, State.UP)])

    assert reasons(found) == [BurnReason.SHORT_WINDOW_FINE, *[BurnReason.BURNING] * 3]


def test_one_failed_probe_of_a_minute_tells_nobody() -> None:
    """It is a burn rate of 16.7 over the hour, where 14.4 is too fast."""
    found = standing([run(MINUTES, MINUTES - 1, State.UP), run(1, 1, State.DOWN)])

    assert found.pairs[0].long == Fraction(1000, 60)
    assert reasons(found)[0] is BurnReason.TOO_FEW_BAD_SAMPLES
    assert found.is_fine


def test_a_check_that_was_never_measured_stands_nowhere() -> None:
    found = standing([])

    assert (found.status.met, found.burn_rate, found.status.burn_rate) == (None, None, None)
    assert set(reasons(found)) == {BurnReason.NOTHING_KNOWN}
    assert found.is_fine


@pytest.mark.parametrize(("slow", "fine"), [(1, True), (50, False)])
def test_slow_results_burn_the_budget_of_a_latency_objective(slow: int, fine: bool) -> None:
    latencies = [100 * MILLISECOND] * (100 - slow) + [500 * MILLISECOND] * slow
    periods = [*burn_periods([FAST], ASKED), ASKED.so_far]
    levels = {str(number): (period, latencies) for number, period in enumerate(periods)}
    (found,) = standings(subject([run(MINUTES, MINUTES, State.UP)], FAST, **levels), ASKED)

    assert found.burn_rate == slow
    assert {pair.bad_samples for pair in found.pairs} == {slow}
    assert found.is_fine is fine


def test_what_looks_no_further_back_than_the_objective_needs_nothing_more() -> None:
    assert burn_periods([OBJECTIVE], ASKED) == set()


def test_windows_that_reach_beyond_a_young_month_are_asked_for() -> None:
    young = Asked(Period(UNTIL, UNTIL + HOUR), UNTIL + HOUR, ZoneInfo("UTC"))
    month = replace(OBJECTIVE, window=CalendarUnit.MONTH)

    assert {period.end - period.start for period in burn_periods([month], young)} == {6 * HOUR, DAY, 3 * DAY}


def test_all_are_fine_while_each_is() -> None:
    good = standing([run(MINUTES, MINUTES, State.UP)])
    bad = standing([run(MINUTES, MINUTES - 5, State.UP), run(5, 5, State.DOWN)])

    assert Standings(asked=ASKED, checks=(good,), apis=()).is_fine
    assert not Standings(asked=ASKED, checks=(good,), apis=(bad,)).is_fine
