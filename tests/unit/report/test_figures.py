from __future__ import annotations

from dataclasses import replace

from probe.model.result import State
from probe.model.sla import MaintenanceRule, Method, SlaRules, UnknownRule
from probe.model.units import DAY, HOUR, MINUTE, SECOND, Micros
from probe.report.figures import Window, check_row, reason, standing, window, windows
from probe.report.rules import counted_text
from probe.report.site import Ongoing
from probe.report.words import Condition
from probe.slo.availability import StateTime
from probe.slo.past import Past
from probe.slo.periods import Period
from probe.slo.spans import Span
from tests.unit.report.material import (
    INTERVAL,
    NOW,
    ZONE,
    broken,
    check,
    evidence,
    healthy,
    past,
    slots,
)


def held(*steps: Span) -> Past:
    return Past(steps=steps, there=steps, apart=(), slots=(), outages=(), rules=SlaRules())


def said_of(time: StateTime, *, length: Micros) -> Window:
    """A window of so much time in each state."""
    lengths = (
        (time.up, State.UP),
        (time.degraded, State.DEGRADED),
        (time.down, State.DOWN),
        (time.unknown, State.UNKNOWN),
    )
    steps, at = list[Span](), 0
    for part, state in lengths:
        steps.append(Span(at, at + part, state))
        at += part
    return window("24 h", time, held(*steps).attained(Period(0, at)), length=length)


def test_a_check_stands_as_its_last_span_and_since_its_start() -> None:
    now = standing(broken().past, ZONE)
    assert (now.state, now.word, now.lasted) == (State.DOWN, "Down", "1 h")
    assert now.since is not None
    assert now.since.iso == "2026-11-20T11:00:00Z"


def test_a_check_without_results_is_unknown_not_up() -> None:
    now = standing(None, ZONE)
    assert (now.state, now.word, now.since) == (State.UNKNOWN, "No results", None)


def test_a_check_that_went_silent_is_unknown() -> None:
    assert standing(past(slots(NOW - DAY, NOW - HOUR)).past, ZONE).state is State.UNKNOWN


def test_a_window_shows_availability_coverage_and_both_bounds() -> None:
    time = StateTime(up=90 * MINUTE, down=10 * MINUTE, unknown=100 * MINUTE)
    said = said_of(time, length=200 * MINUTE)
    assert (said.availability, said.coverage) == ("90.000%", "50.0%")
    assert (said.worst, said.best) == ("45.000%", "95.000%")
    assert (said.down, said.covers) == ("10 min", "3 h 20 min")


def test_data_are_insufficient_below_95_percent_of_coverage() -> None:
    assert said_of(StateTime(up=94_999, unknown=5_001), length=100_000).insufficient
    assert not said_of(StateTime(up=95_000, unknown=5_000), length=100_000).insufficient


def test_a_window_that_is_not_full_yet_says_on_how_much_it_rests() -> None:
    said = said_of(StateTime(up=36 * SECOND), length=DAY)
    assert (said.availability, said.insufficient, said.known) == ("100%", True, "36 s known")
    assert said_of(StateTime(up=18 * HOUR, unknown=6 * HOUR), length=DAY).known == "75.0% known"


def test_a_window_without_older_results_than_a_shorter_one_is_told_apart() -> None:
    two_days = held(Span(NOW - 2 * DAY, NOW, State.UP))
    assert [said.older for said in windows(two_days, NOW)] == [True, True, False, False]
    assert not any(said.older for said in windows(None, NOW))


def test_nothing_known_reads_not_available() -> None:
    said = said_of(StateTime(unknown=HOUR), length=HOUR)
    assert (said.availability, said.coverage, said.down) == ("n/a", "0.0%", "n/a")
    assert said.insufficient
    assert said_of(StateTime(), length=HOUR).availability == "n/a"


def test_availability_is_cut_off_in_every_window() -> None:
    spoilt = held(Span(NOW - 90 * DAY, NOW - 1, State.UP), Span(NOW - 1, NOW, State.DOWN))
    assert {said.availability for said in windows(spoilt, NOW)} == {"99.999%"}


def test_a_row_leads_to_the_checks_page_and_shows_its_latency() -> None:
    row = check_row(check(seen=healthy()), now=NOW, zone=ZONE)
    assert row.href == "checks/orders/list.html"
    assert (row.latency, row.p95) == ("120 ms", "120 ms")


def test_a_run_without_a_response_has_no_latency_to_show() -> None:
    assert check_row(check(seen=broken()), now=NOW, zone=ZONE).latency == "n/a"


def test_the_reason_is_that_of_the_state_which_holds() -> None:
    failing = check(seen=broken())
    assert reason(failing, standing(failing.history.past, ZONE)) == "no response within 10s"
    assert reason(failing, standing(healthy().past, ZONE)) == ""


def test_the_state_holds_until_two_intervals_without_a_verdict() -> None:
    quiet = past(slots(NOW - HOUR, NOW - INTERVAL))
    assert standing(quiet.past, ZONE).state is State.UP


def test_maintenance_is_no_part_of_a_window_nor_of_what_must_be_known() -> None:
    seen = past(slots(NOW - 2 * DAY, NOW), maintenance=[Period(NOW - 20 * HOUR, NOW - 8 * HOUR)])
    day = windows(seen.past, NOW)[0]
    assert (day.maintenance, day.covers, day.insufficient) == ("12 h", "1 d", False)
    assert (day.availability, day.coverage) == ("100%", "100%")
    assert windows(healthy().past, NOW)[0].maintenance == ""


def test_what_is_found_in_maintenance_is_no_downtime() -> None:
    records = slots(NOW - DAY, NOW - 3 * HOUR) + slots(NOW - 3 * HOUR, NOW - HOUR, State.DOWN) + slots(NOW - HOUR, NOW)
    without = windows(past(records).past, NOW)[0]
    apart = windows(past(records, maintenance=[Period(NOW - 3 * HOUR, NOW - HOUR)]).past, NOW)[0]
    assert (without.down, apart.down, apart.availability) == ("2 h", "0 s", "100%")


def test_a_check_in_maintenance_says_so_whatever_its_state_with_the_window_and_its_end() -> None:
    window = Ongoing(name="release", end=NOW + HOUR)
    now = standing(broken().past, ZONE, maintenance=window)
    assert (now.condition, now.word, now.state) == (Condition.MAINTENANCE, "Maintenance", State.DOWN)
    assert now.maintenance == "release, until 20 Nov 2026, 14:00 CET"
    assert standing(None, ZONE, maintenance=Ongoing(name="move", end=None)).maintenance == "move, open end"
    assert reason(check(seen=broken()), now) == ""


def test_a_failure_that_is_not_confirmed_yet_is_degraded_and_says_why() -> None:
    seen = past(slots(NOW - DAY, NOW - INTERVAL) + slots(NOW - INTERVAL, NOW, State.DOWN), runs=2)
    now = standing(seen.past, ZONE)
    assert now.condition is Condition.DEGRADED
    assert reason(replace(check(seen=seen), failures=(evidence(),)), now) == "not confirmed yet: no response within 10s"


def test_an_outage_goes_on_until_its_end_is_confirmed_and_keeps_its_reason() -> None:
    seen = past(slots(NOW - DAY, NOW - HOUR, State.DOWN) + slots(NOW - INTERVAL, NOW), recoveries=2)
    now = standing(seen.past, ZONE)
    newer = evidence("slow")._replace(state=State.DEGRADED)
    assert now.condition is Condition.DOWN
    assert reason(replace(check(seen=seen), failures=(newer, evidence())), now) == "no response within 10s"


def test_the_rules_are_told_in_words() -> None:
    told = counted_text(SlaRules())
    assert told.endswith("What was not measured counts as neither up nor down, nor does maintenance.")
    other = SlaRules(method=Method.TIMESLICES, unknown=UnknownRule.DOWN, maintenance=MaintenanceRule.COUNT_AS_UP)
    assert counted_text(other) == (
        "Availability by slices of 5m: good slices ÷ all, cut off, not rounded. "
        "What was not measured counts as down, maintenance as up."
    )
