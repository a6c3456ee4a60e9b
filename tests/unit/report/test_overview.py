from __future__ import annotations

import pytest

from probe.model.result import State
from probe.model.units import DAY, HOUR
from probe.report.group import ApiGroup, api_group
from probe.report.overview import Overview, headline, overview
from probe.report.site import Site
from tests.unit.report.material import NOW, ZONE, broken, check, past, site, slots

UP, DEGRADED, DOWN, UNKNOWN = State.UP, State.DEGRADED, State.DOWN, State.UNKNOWN


def groups(seen: Site) -> list[ApiGroup]:
    return [api_group(api, now=seen.now, zone=ZONE) for api in seen.apis]


def viewed(seen: Site) -> Overview:
    return overview(seen, groups(seen), ZONE)


@pytest.mark.parametrize(
    ("states", "text"),
    [
        ([], "No checks are defined yet"),
        ([UP], "The one check is up"),
        ([UP] * 14, "All 14 checks are up"),
        ([UP] * 12 + [DOWN] * 2, "2 of 14 checks are down"),
        ([UP, DOWN, UNKNOWN, DEGRADED], "1 of 4 checks is down"),
        ([UP, DEGRADED], "1 of 2 checks is degraded"),
        ([UP, UNKNOWN, DEGRADED], "1 of 3 checks is unknown"),
        ([DOWN] * 3, "All 3 checks are down"),
    ],
)
def test_the_headline_says_at_once_how_things_stand(states: list[State], text: str) -> None:
    assert headline(states).text == text


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
    group = groups(site(check("fine"), check("bad", seen=broken())))[0]
    assert group.standing.state is State.DOWN
    assert group.windows[0].availability == "95.833%"
    assert group.tally == "1 of 2 up"


def test_the_tab_tells_the_state_too() -> None:
    assert viewed(site()).frame.title == "All up · Example APIs"
    assert viewed(site(check(seen=broken()))).frame.title == "1 down · Example APIs"
