from __future__ import annotations

from probe.model.result import State
from probe.model.units import DAY, HOUR, MINUTE, SECOND
from probe.report.figures import check_row, reason, standing, window, windows
from probe.slo.availability import StateTime
from probe.slo.spans import Span
from tests.unit.report.material import (
    INTERVAL,
    NOW,
    ZONE,
    broken,
    check,
    healthy,
    past,
    slots,
)


def test_a_check_stands_as_its_last_span_and_since_its_start() -> None:
    now = standing(broken().spans, ZONE)
    assert (now.state, now.word, now.lasted) == (State.DOWN, "Down", "1 h")
    assert now.since is not None
    assert now.since.iso == "2026-11-20T11:00:00Z"


def test_a_check_without_results_is_unknown_not_up() -> None:
    now = standing((), ZONE)
    assert (now.state, now.word, now.since) == (State.UNKNOWN, "No results", None)


def test_a_check_that_went_silent_is_unknown() -> None:
    assert standing(past(slots(NOW - DAY, NOW - HOUR)).spans, ZONE).state is State.UNKNOWN


def test_a_window_shows_availability_coverage_and_both_bounds() -> None:
    time = StateTime(up=90 * MINUTE, down=10 * MINUTE, unknown=100 * MINUTE)
    said = window("24 h", time, length=200 * MINUTE)
    assert (said.availability, said.coverage) == ("90.000%", "50.0%")
    assert (said.worst, said.best) == ("45.000%", "95.000%")
    assert (said.down, said.covers) == ("10 min", "3 h 20 min")


def test_data_are_insufficient_below_95_percent_of_coverage() -> None:
    assert window("", StateTime(up=94_999, unknown=5_001), length=100_000).insufficient
    assert not window("", StateTime(up=95_000, unknown=5_000), length=100_000).insufficient


def test_a_window_that_is_not_full_yet_says_on_how_much_it_rests() -> None:
    said = window("24 h", StateTime(up=36 * SECOND), length=DAY)
    assert (said.availability, said.insufficient, said.known) == ("100%", True, "36 s known")
    assert window("24 h", StateTime(up=18 * HOUR, unknown=6 * HOUR), length=DAY).known == "75.0% known"


def test_a_window_without_older_results_than_a_shorter_one_is_told_apart() -> None:
    spans = [Span(NOW - 2 * DAY, NOW, State.UP)]
    assert [said.older for said in windows(spans, NOW)] == [True, True, False, False]
    assert not any(said.older for said in windows([], NOW))


def test_nothing_known_reads_not_available() -> None:
    said = window("", StateTime(unknown=HOUR), length=HOUR)
    assert (said.availability, said.coverage, said.down) == ("n/a", "0.0%", "n/a")
    assert said.insufficient
    assert window("", StateTime(), length=HOUR).availability == "n/a"


def test_availability_is_cut_off_in_every_window() -> None:
    spans = [Span(NOW - 90 * DAY, NOW - 1, State.UP), Span(NOW - 1, NOW, State.DOWN)]
    assert {said.availability for said in windows(spans, NOW)} == {"99.999%"}


def test_a_row_leads_to_the_checks_page_and_shows_its_latency() -> None:
    row = check_row(check(seen=healthy()), now=NOW, zone=ZONE)
    assert row.href == "checks/orders/list.html"
    assert (row.latency, row.p95) == ("120 ms", "120 ms")


def test_a_run_without_a_response_has_no_latency_to_show() -> None:
    assert check_row(check(seen=broken()), now=NOW, zone=ZONE).latency == "n/a"


def test_the_reason_is_that_of_the_state_which_holds() -> None:
    failing = check(seen=broken())
    assert reason(failing, standing(failing.history.spans, ZONE)) == "no response within 10s"
    assert reason(failing, standing(healthy().spans, ZONE)) == ""


def test_the_state_holds_until_two_intervals_without_a_verdict() -> None:
    quiet = past(slots(NOW - HOUR, NOW - INTERVAL))
    assert standing(quiet.spans, ZONE).state is State.UP
