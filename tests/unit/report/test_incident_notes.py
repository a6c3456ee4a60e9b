from __future__ import annotations

from probe.alerting.incidents import incidents
from probe.model.result import Record, State
from probe.model.units import DAY, HOUR
from probe.report.contents import pages
from probe.report.incident_notes import MOST, incident_list
from probe.report.rendering import render
from probe.slo.history import History
from probe.slo.periods import Period
from tests.unit.report.markup import Reader
from tests.unit.report.material import INTERVAL, NOW, ZONE, broken, check, healthy, past, site, slots


def flapping(count: int, *, every: int) -> list[Record]:
    """Up, with so many outages of one slot, the last of them `every` before now."""
    bad = {NOW - number * every for number in range(1, count + 1)}
    return [
        item if item.scheduled_at not in bad else slots(item.scheduled_at, item.scheduled_at + 1, State.DOWN)[0]
        for item in slots(NOW - 2 * DAY, NOW)
    ]


def texts(seen: History) -> list[tuple[str, bool, str, str]]:
    found = incident_list(seen.incidents, seen.past, now=NOW, zone=ZONE)
    return [(note.lasted, note.is_open, note.cause, note.flapping) for note in found.notes]


def test_an_open_incident_comes_first_and_lasts_up_to_now() -> None:
    records = slots(NOW - DAY, NOW - 9 * HOUR) + slots(NOW - 9 * HOUR, NOW - 8 * HOUR, State.DOWN)
    records += slots(NOW - 8 * HOUR, NOW - HOUR) + slots(NOW - HOUR, NOW, State.DOWN)
    assert texts(past(records)) == [("1 h", True, "timed out", ""), ("1 h", False, "timed out", "")]


def test_a_check_that_flapped_has_one_incident_that_says_so() -> None:
    assert texts(past(flapping(3, every=2 * INTERVAL))) == [("15 min", False, "timed out", "3 outages")]


def test_what_lasted_in_maintenance_is_no_part_of_it_and_what_was_only_in_maintenance_is_none() -> None:
    records = slots(NOW - DAY, NOW - 3 * HOUR) + slots(NOW - 3 * HOUR, NOW - HOUR, State.DOWN) + slots(NOW - HOUR, NOW)
    assert texts(past(records, maintenance=[Period(NOW - 2 * HOUR, NOW)])) == [("1 h", False, "timed out", "")]
    assert texts(past(records, maintenance=[Period(NOW - 4 * HOUR, NOW)])) == []


def test_what_is_older_than_ninety_days_is_not_told() -> None:
    records = [*slots(NOW - 91 * DAY, NOW - 91 * DAY + HOUR, State.DOWN), *slots(NOW - 91 * DAY + HOUR, NOW - 80 * DAY)]
    assert texts(past(records)) == []


def test_a_page_tells_twenty_and_where_the_others_are() -> None:
    seen = past(flapping(MOST + 5, every=HOUR))
    assert len(incidents(seen.past.outages, max_gap=2 * INTERVAL)) == MOST + 5
    for page in pages(site(check(seen=seen))):
        if page.path != "index.html":
            assert "… 5 more with probe incidents" in Reader(render(page)).text


def test_the_page_of_an_api_tells_its_own_incidents() -> None:
    api = next(
        page for page in pages(site(check("fine"), check("bad", seen=broken()))) if page.path == "apis/orders.html"
    )
    assert "1 htimed outopen" in Reader(render(api)).text.replace("\n", "")
    quiet = next(page for page in pages(site(check(seen=healthy()))) if page.path == "apis/orders.html")
    assert "None in the last 90 days." in Reader(render(quiet)).text
