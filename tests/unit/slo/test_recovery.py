from __future__ import annotations

from fractions import Fraction

from probe.alerting.incidents import incidents
from probe.slo.past import Past
from probe.slo.periods import Period
from probe.slo.recovery import Recovery, recovery
from tests.unit.slo.lines import STEP, past, whole


def of(found: Past, period: Period, **acknowledged: int) -> Recovery:
    told = incidents(found.outages, max_gap=2 * STEP)
    taken_on = {int(start.removeprefix("at")) * STEP: at * STEP for start, at in acknowledged.items()}
    return recovery(found, told, period, acknowledged=taken_on)


def test_means_are_over_the_incidents_of_the_period() -> None:
    line = "uuddddddddduuuuuuuudddduuuuuuuuu"
    found = of(past(line, confirm=(3, 1)), whole(line), at2=6)
    assert [(one.start, one.end) for one in found.incidents] == [(2 * STEP, 11 * STEP), (19 * STEP, 23 * STEP)]
    assert found.mttr == Fraction((9 + 4) * STEP, 2)
    assert found.mttd == 2 * STEP
    assert found.mtta == 2 * STEP
    assert found.mtbf == Fraction((32 - 13) * STEP, 2)


def test_without_an_incident_there_is_no_mean() -> None:
    assert of(past("uuuu"), whole("uuuu")) == Recovery(incidents=(), mttr=None, mttd=None, mtta=None, mtbf=None)


def test_an_incident_that_goes_on_counts_as_downtime_only() -> None:
    line = "uuudddd"
    found = of(past(line), whole(line))
    assert (len(found.incidents), found.mttr, found.mtbf) == (1, None, Fraction(3 * STEP))


def test_one_that_began_before_counts_whole_and_one_that_ends_later_goes_on() -> None:
    found = past("uuddddddduuu")
    assert of(found, Period(5 * STEP, 12 * STEP)).mttr == 7 * STEP
    assert of(found, Period(0, 5 * STEP)).mttr is None


def test_maintenance_is_no_part_of_an_outage_and_makes_no_incident() -> None:
    found = past("uuddddduuuudduuu", maintenance=[(5, 8), (10, 14)])
    told = of(found, Period(0, 16 * STEP))
    assert ([one.start for one in told.incidents], told.mttr) == ([2 * STEP], Fraction(3 * STEP))


def test_unknown_time_belongs_to_the_outage_and_not_to_the_downtime() -> None:
    line = "uudd????duuu"
    found = past(line)
    told = of(found, whole(line))
    assert (len(told.incidents), told.mttr) == (1, Fraction(7 * STEP))
    assert found.time(whole(line)).down == 3 * STEP


def test_a_check_that_flaps_has_one_incident_of_several_outages() -> None:
    line = "uududududuuuuuu"
    told = of(past(line), whole(line))
    assert (len(told.incidents), told.mttr) == (1, Fraction(4 * STEP))
    assert told.incidents[0].is_flapping


def test_an_outage_that_ends_with_the_period_ended_in_it() -> None:
    found = past("uuuuddduuu")
    border = Period(0, 7 * STEP)
    assert of(found, border).mttr == 3 * STEP
    assert of(found, Period(7 * STEP, 10 * STEP)).incidents == ()
