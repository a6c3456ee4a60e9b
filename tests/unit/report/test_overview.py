from __future__ import annotations

from dataclasses import replace

import pytest

from probe.model.result import State
from probe.model.sla import GroupKind, GroupRule
from probe.model.units import DAY, HOUR
from probe.report.group import ApiGroup, api_group
from probe.report.overview import Overview, headline, overview
from probe.report.site import Ongoing, Site
from probe.report.words import Condition
from tests.unit.report.material import NOW, ZONE, broken, check, group, past, site, slots

UP, DEGRADED, DOWN, UNKNOWN = Condition.UP, Condition.DEGRADED, Condition.DOWN, Condition.UNKNOWN
MAINTENANCE = Condition.MAINTENANCE


def groups(seen: Site) -> list[ApiGroup]:
    return [api_group(api, now=seen.now, zone=ZONE) for api in seen.apis]


def viewed(seen: Site) -> Overview:
    return overview(seen, groups(seen), ZONE)


@pytest.mark.parametrize(
    ("conditions", "text"),
    [
        ([], "No checks are defined yet"),
        ([UP], "The one check is up"),
        ([UP] * 14, "All 14 checks are up"),
        ([UP] * 12 + [DOWN] * 2, "2 of 14 checks are down"),
        ([UP, DOWN, UNKNOWN, DEGRADED], "1 of 4 checks is down"),
        ([UP, DEGRADED], "1 of 2 checks is degraded"),
        ([UP, UNKNOWN, DEGRADED], "1 of 3 checks is unknown"),
        ([DOWN] * 3, "All 3 checks are down"),
        ([UP] * 5 + [MAINTENANCE] * 2, "5 checks are up, 2 in maintenance"),
        ([UP, MAINTENANCE], "1 check is up, 1 in maintenance"),
        ([MAINTENANCE] * 2, "All 2 checks are in maintenance"),
        ([UP, MAINTENANCE, DEGRADED], "1 of 3 checks is degraded"),
    ],
)
def test_the_headline_says_at_once_how_things_stand(conditions: list[Condition], text: str) -> None:
    assert headline(conditions).text == text


def test_every_state_that_occurs_is_counted_the_worst_first() -> None:
    assert headline([UP, DOWN, DOWN]).counts == ((DOWN, "down", 2), (UP, "up", 1))


def test_what_needs_attention_comes_worst_first_with_its_reason() -> None:
    silent = past(slots(NOW - DAY, NOW - HOUR))
    view = viewed(site(check("silent", seen=silent), check("fine"), check("bad", seen=broken())))
    assert [(item.name, item.reason) for item in view.urgent] == [
        ("bad", "no response within 10s"),
        ("silent", ""),
    ]


def test_a_flood_of_failures_is_cut_and_counted() -> None:
    bad = broken()
    view = viewed(site(*(check(f"c{index}", seen=bad) for index in range(15))))
    assert (len(view.urgent), view.hidden) == (12, 3)


def test_an_api_is_up_only_while_all_its_checks_are() -> None:
    shown = groups(site(check("fine"), check("bad", seen=broken())))[0]
    assert shown.standing.condition is DOWN
    assert shown.windows[0].availability == "95.833%"
    assert shown.tally == "1 of 2 up"


def test_the_tab_tells_the_state_too() -> None:
    assert viewed(site()).frame.title == "All up · Example APIs"
    assert viewed(site(check(seen=broken()))).frame.title == "1 down · Example APIs"


def test_open_incidents_come_first_also_where_nothing_is_known_any_more() -> None:
    lost = past(slots(NOW - DAY, NOW - 2 * HOUR, State.DOWN))
    slow = past(slots(NOW - DAY, NOW - HOUR) + slots(NOW - HOUR, NOW, State.DEGRADED))
    silent = past(slots(NOW - DAY, NOW - HOUR))
    view = viewed(site(check("slow", seen=slow), check("silent", seen=silent), check("lost", seen=lost)))
    assert [(item.name, item.incident and item.incident[1]) for item in view.urgent] == [
        ("lost", "1 d"),
        ("silent", None),
        ("slow", None),
    ]


def test_a_check_in_maintenance_needs_no_attention_and_its_window_is_told_once() -> None:
    window = Ongoing(name="release", end=NOW + HOUR)
    members = (replace(check("a", seen=broken()), maintenance=window), replace(check("b"), maintenance=window))
    view = viewed(site(*members, check("c")))
    assert view.urgent == ()
    assert view.headline.text == "1 check is up, 2 in maintenance"
    assert view.maintenance == ("In maintenance: release, until 20 Nov 2026, 14:00 CET; 2 checks",)
    assert view.groups[0].tally == "1 of 3 up, 2 in maintenance"


@pytest.mark.parametrize(
    ("rule", "condition", "text"),
    [
        (GroupRule(), DOWN, "this API is up only while all its checks are"),
        (GroupRule(kind=GroupKind.ANY), UP, "this API is up while any of its checks is"),
        (GroupRule(kind=GroupKind.QUORUM, quorum=2), UP, "this API is up while 2 of its checks are"),
        (GroupRule(kind=GroupKind.MEAN), DOWN, "this API is up at each moment to the share of its checks that are"),
    ],
)
def test_an_api_is_up_by_its_rule_and_says_so(rule: GroupRule, condition: Condition, text: str) -> None:
    api = group(check("a"), check("b"), check("bad", seen=broken()), rule=rule)
    shown = api_group(api, now=NOW, zone=ZONE)
    assert (shown.standing.condition, shown.rule) == (condition, text)


def test_a_mean_tells_the_share() -> None:
    api = group(check("a"), check("bad", seen=broken()), rule=GroupRule(kind=GroupKind.MEAN))
    assert api_group(api, now=NOW, zone=ZONE).windows[0].availability == "97.916%"
