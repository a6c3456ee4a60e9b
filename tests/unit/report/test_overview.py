from __future__ import annotations

import pytest

from probe.model.result import State
from probe.model.units import DAY, HOUR
from probe.report.overview import headline, overview
from tests.unit.report.material import NOW, ZONE, broken, check, past, site, slots

UP, DEGRADED, DOWN, UNKNOWN = State.UP, State.DEGRADED, State.DOWN, State.UNKNOWN


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
    assert headline([("a", state) for state in states]).text == text


def test_the_headline_names_three_checks_and_counts_the_rest() -> None:
    said = headline([(f"c{index}", DOWN) for index in range(5)] + [("fine", UP)])
    assert said.names == ("c0", "c1", "c2")
    assert said.others == 2
    assert said.counts == ((DOWN, "down", 5), (UP, "up", 1))


def test_nothing_is_named_when_all_is_well() -> None:
    assert headline([("a", UP), ("b", UP)]).names == ()


def test_what_needs_attention_comes_worst_first_with_its_reason() -> None:
    silent = past(slots(NOW - DAY, NOW - HOUR))
    view = overview(site(check("silent", seen=silent), check("fine"), check("bad", seen=broken())), ZONE)  # fmt: skip
    assert [(item.name, item.reason) for item in view.urgent] == [
        ("bad", "no response within 10s"),
        ("silent", ""),
    ]


def test_a_flood_of_failures_is_cut_and_counted() -> None:
    bad = broken()
    view = overview(site(*(check(f"c{index}", seen=bad) for index in range(15))), ZONE)
    assert (len(view.urgent), view.hidden) == (12, 3)


def test_an_api_is_up_only_while_all_its_checks_are() -> None:
    group = overview(site(check("fine"), check("bad", seen=broken())), ZONE).groups[0]
    assert group.standing.state is State.DOWN
    assert group.windows[0].availability == "95.833%"


def test_the_tab_tells_the_state_too() -> None:
    assert overview(site(), ZONE).frame.title == "All up · Example APIs"
    assert overview(site(check(seen=broken())), ZONE).frame.title == "1 down · Example APIs"
