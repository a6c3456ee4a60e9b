from __future__ import annotations

import pickle
from dataclasses import replace

import pytest

from probe.model.sample import FailureKind
from probe.model.units import DAY, HOUR, MINUTE, SECOND, Micros
from probe.report.contents import pages
from probe.report.overview import Overview
from probe.report.prober import Host, ProberPanel, prober_panel, unmeasured_sentence
from probe.report.rendering import render
from probe.report.site import ProberFacts, Site
from tests.unit.report.markup import Reader
from tests.unit.report.material import NOW, ZONE, check, healthy, past, site, slots, unmeasured

FACTS = ProberFacts(since=NOW - 3 * DAY)


def ill() -> Site:
    seen = past(
        slots(NOW - 2 * DAY, NOW - 2 * HOUR)
        + unmeasured(NOW - 2 * HOUR, NOW - HOUR)
        + unmeasured(NOW - HOUR, NOW - 30 * MINUTE, FailureKind.PROBER_FAULT)
        + slots(NOW - 30 * MINUTE, NOW)
    )
    return site(check("fine"), check("ill", seen=seen))


def panel(seen: Site) -> ProberPanel:
    found = prober_panel(seen, ZONE)
    assert found is not None
    return found


def page(seen: Site, path: str = "index.html") -> str:
    return Reader(next(render(item) for item in pages(seen) if item.path == path)).text


def test_it_tells_what_was_not_measured_and_why_the_most_frequent_first() -> None:
    found = panel(ill())
    assert (found.slots, found.unmeasured) == ("576", "18 (3.12%)")
    assert found.reasons == (("run missed", "12"), ("a fault of probe itself", "6"))


def test_when_all_was_measured_it_says_so() -> None:
    found = panel(site())
    assert (found.unmeasured, found.reasons) == ("", ())
    assert "Not measurednone" in page(site())


def test_what_is_older_than_a_day_is_not_told() -> None:
    old = past(unmeasured(NOW - 2 * DAY, NOW - DAY) + slots(NOW - DAY, NOW))
    assert panel(site(check("list", seen=old))).unmeasured == ""


def test_a_share_too_small_for_its_digits_is_not_told_as_nothing() -> None:
    one = past(slots(NOW - DAY, NOW - HOUR) + unmeasured(NOW - HOUR, NOW - HOUR + 1) + slots(NOW - HOUR + 1, NOW))
    crowd = site(*(check(f"c{number}") for number in range(60)), check("ill", seen=one))
    assert panel(crowd).unmeasured == "1 (less than 0.01%)"


def test_a_site_without_a_slot_has_no_panel() -> None:
    assert prober_panel(site(check("fresh", seen=past([]))), ZONE) is None
    assert prober_panel(replace(site(), apis=()), ZONE) is None


def test_without_a_daemon_there_is_neither_lag_nor_control() -> None:
    found = panel(site())
    assert (found.stall, found.since, found.control) == ("", None, ())


@pytest.mark.parametrize(
    ("longest", "told"), [(0, "none"), (310_000, "310 ms"), (1_230_000, "1.23 s"), (95 * SECOND, "1 min 35 s")]
)
def test_it_tells_the_longest_standstill(longest: Micros, told: str) -> None:
    assert panel(replace(site(), prober=replace(FACTS, longest_stall=longest))).stall == told


def test_a_young_daemon_says_since_when_it_knows() -> None:
    assert panel(replace(site(), prober=FACTS)).since is None
    young = panel(replace(site(), prober=replace(FACTS, since=NOW - HOUR)))
    assert young.since is not None
    assert young.since.text == "20 Nov 2026, 12:00 CET"


def test_control_targets_are_told_with_their_last_answer() -> None:
    facts = replace(FACTS, control=(("a.example", True), ("b.example", False), ("c.example", None)))
    seen = replace(site(), prober=facts)
    assert panel(seen).control[1] == Host(name="b.example", is_up=False)
    text = page(seen)
    for said in ("a.example: answers", "b.example: no answer", "c.example: not asked yet"):
        assert said in text


def test_that_no_control_target_answers_is_told_before_anything_else() -> None:
    seen = replace(site(), prober=replace(FACTS, silent_since=NOW - HOUR))
    view = pages(seen)[0].view
    assert isinstance(view, Overview)
    assert view.notices[0] == (
        "No control target answers since 20 Nov 2026, 12:00 CET: probe's own network fails, and what fails by it is unknown."
    )
    assert len(view.notices) == len(site().notices) + 1


def test_a_store_that_is_away_is_told_with_what_waits_for_it() -> None:
    seen = replace(site(), prober=replace(FACTS, store_away_since=NOW - HOUR, spooled=12_345))
    text = page(seen)
    assert "The store takes no results since 20 Nov 2026, 12:00 CET: what was measured after that is not in" in text
    assert "Waiting on disk for the store12,345 results" in text
    assert "Lost" not in text


def test_results_that_were_lost_are_told() -> None:
    text = page(replace(site(), prober=replace(FACTS, lost=1)))
    assert "1 result could be kept neither in the store nor on disk, and so became unknown." in text
    assert "Lost since the start1 result" in text
    assert "Waiting on disk" not in text


def test_a_check_tells_what_of_it_was_not_measured() -> None:
    said = "18 of 288 slots in the last 24 hours were not measured, through no fault of the target: run missed (12), a fault of probe itself (6)."
    assert said in page(ill(), "checks/orders/ill.html")
    assert "were not measured" not in page(ill(), "checks/orders/fine.html")
    assert unmeasured_sentence(healthy()) == ""


def test_a_check_that_is_unknown_now_says_why() -> None:
    seen = past(slots(NOW - DAY, NOW - HOUR) + unmeasured(NOW - HOUR, NOW, FailureKind.PROBER_FAULT))
    assert "not measured: a fault of probe itself" in page(site(check("ill", seen=seen)))


def test_what_a_daemon_knows_travels_to_another_process() -> None:
    seen = replace(ill(), prober=replace(FACTS, control=(("a.example", True),)))
    assert pickle.loads(pickle.dumps(seen)) == seen
