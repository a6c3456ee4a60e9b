from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from probe.alerting.incidents import incidents
from probe.alerting.outages import Policy, outages_of
from probe.model.incident import Incident
from probe.model.run import Runs
from tests.unit.alerting.slots import ASSERTION, confirm, pasts, slots
from tests.unit.slo.material import STEP


def found(line: str, *, max_gap: int = 2) -> list[tuple[int, int | None, bool]]:
    told = incidents(outages_of(slots(line), Policy.of(confirm(), interval=1)), max_gap=max_gap)
    return [(each.start, each.end, each.is_flapping) for each in told]


def test_an_outage_is_an_incident() -> None:
    assert found("uddu") == [(1, 3, False)]


def test_two_outages_close_together_are_two_incidents() -> None:
    assert found("dudu") == [(0, 1, False), (2, 3, False)]


def test_three_are_one_that_flapped() -> None:
    assert found("duduudu") == [(0, 6, True)]


def test_it_is_open_while_the_last_outage_is() -> None:
    assert found("duduud") == [(0, None, True)]


def test_outages_further_apart_are_incidents_of_their_own() -> None:
    assert found("duuuduuudu") == [(0, 1, False), (4, 5, False), (8, 9, False)]
    assert found("duuuduuudu", max_gap=3) == [(0, 9, True)]


def test_its_cause_is_that_of_its_first_slot() -> None:
    (told,) = incidents(outages_of(slots("aduddudd"), Policy.of(confirm(), interval=1)), max_gap=2)[:1]
    assert told.cause is ASSERTION


@given(pasts, st.integers(0, 5))
def test_every_outage_is_in_one_incident(past: Runs, gaps: int) -> None:
    told = outages_of(past, Policy.of(confirm(), interval=STEP))
    found: tuple[Incident, ...] = incidents(told, max_gap=gaps * STEP)
    assert tuple(outage for each in found for outage in each.outages) == told
    assert all(len(each.outages) != 2 for each in found)
