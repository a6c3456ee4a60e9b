"""Incidents as they are worked out of a store: what is read of it is always enough."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final
from zoneinfo import ZoneInfo

import pytest

from probe.alerting.cases import CaseState, UpdateKind
from probe.model.alert import Outcome, Stage
from probe.model.check import Api, Check, Confirm
from probe.model.incident import AnnotationKind
from probe.model.result import Result, State
from probe.model.rule import Subject, SubjectKind
from probe.model.sample import FailureKind
from probe.model.settings import Retention
from probe.model.sla import SlaRules
from probe.model.units import DAY, HOUR, MINUTE, Micros
from probe.runtime.incidents import Alerted, Detail, annotation, detail_at, incident_log, open_detail
from probe.runtime.sla import SlaJob, assess
from probe.slo.periods import Period
from probe.store import Store
from tests.contract.alerting import ME, alert, decision, entered, plan, resolved
from tests.contract.test_store import T0, a_check, down, up

UTC: Final = ZoneInfo("UTC")
CHECK: Final = "orders/list"
NOW: Final = T0 + 60 * DAY


def minutes(line: str, start: Micros) -> Iterable[Result]:
    """A letter a minute: `u` up, `d` down, `t` timed out, `?` unknown; a blank is a slot of which there is nothing."""
    for number, letter in enumerate(line):
        slot = start + number * MINUTE
        if letter in "dt":
            reason = FailureKind.TIMEOUT if letter == "t" else FailureKind.ASSERTION
            yield down(scheduled_at=slot, failure=reason, detail=f"slot {number}")
        elif letter != " ":
            yield up(scheduled_at=slot, state=State.UNKNOWN if letter == "?" else State.UP)


def checked(runs: int = 1, recoveries: int = 1) -> Check:
    return replace(a_check(CHECK), confirm=Confirm(retries=0, after=0, runs=runs, recoveries=recoveries))


def job(start: Micros, end: Micros, *checks: Check, now: Micros = NOW) -> SlaJob:
    return SlaJob(
        period=Period(start, end),
        now=now,
        zone=UTC,
        location="default",
        rules=SlaRules(),
        checks=tuple(check.facts for check in checks),
        apis=(),
        wanted=(CHECK,),
    )


def told(store: Store, start: Micros, end: Micros, check: Check | None = None) -> list[tuple[float, float | None]]:
    """Start and end of each incident, minutes after T0."""
    cases = incident_log(job(start, end, check or checked()), store).cases
    return [
        ((each.incident.start - T0) / MINUTE, None if each.incident.end is None else (each.incident.end - T0) / MINUTE)
        for each in cases
    ]


@pytest.fixture
def store(store: Store) -> Store:
    store.register([checked()])
    return store


def test_one_that_began_long_before_the_period_began_when_it_began(store: Store) -> None:
    store.record([*minutes("uuud", T0), *(down(scheduled_at=T0 + HOUR * number) for number in range(1, 40 * 24))])
    start = T0 + 39 * DAY
    assert told(store, start, start + HOUR) == [(3, None)]
    while not store.roll_up("default", now=NOW, zone=UTC, limit=500):
        pass
    for _ in store.purge(Retention(raw=2 * DAY, hour=5 * DAY), now=NOW):
        pass
    assert told(store, start, start + HOUR) == [(3, None)]


def test_one_that_is_confirmed_after_the_period_is_in_it_with_its_end(store: Store) -> None:
    store.record([*minutes("uuuudddddu", T0)])
    assert told(store, T0, T0 + 5 * MINUTE, checked(runs=3)) == [(4, 9)]
    assert told(store, T0, T0 + 4 * MINUTE, checked(runs=3)) == []
    assert told(store, T0, T0 + 5 * MINUTE, checked(runs=6)) == []


def test_one_that_flapped_is_one_on_both_sides_of_a_border(store: Store) -> None:
    store.record([*minutes("uuuududududuuuu", T0)])
    for border in range(5, 10):
        before, after = (T0, T0 + border * MINUTE), (T0 + border * MINUTE, T0 + DAY)
        assert told(store, *before) == [(4, 11)]
        assert told(store, *after) == [(4, 11)]


def test_two_outages_are_two_incidents_wherever_the_border_is(store: Store) -> None:
    store.record([*minutes("uuuududuuuuu", T0)])
    assert [told(store, T0, T0 + border * MINUTE) for border in (5, 6, 7, 8)] == [
        [(4, 5)], [(4, 5)], [(6, 7), (4, 5)], [(6, 7), (4, 5)],
    ]  # fmt: skip


def test_the_newest_come_first_and_before_them_those_that_are_open(store: Store) -> None:
    store.record([*minutes("uduuuuduuu", T0)])
    store.record([replace(each, check="orders/pay") for each in minutes("udd", T0)])
    wanted = replace(job(T0, NOW, checked(), a_check("orders/pay")), wanted=(CHECK, "orders/pay"))
    found = incident_log(wanted, store).cases
    assert [(case.check, case.state) for case in found] == [
        ("orders/pay", CaseState.OPEN), (CHECK, CaseState.RECOVERED), (CHECK, CaseState.RECOVERED),
    ]  # fmt: skip
    assert found[1].incident.start > found[2].incident.start
    assert found[0].evidence is not None
    assert found[0].evidence.detail == "slot 1"


def test_one_of_a_check_that_is_gone_is_not_open(store: Store) -> None:
    store.record([*minutes("ud", T0)])
    (case,) = incident_log(job(T0, NOW), store).cases
    assert case.state is CaseState.RETIRED


def acknowledged(store: Store, found: Detail | None, moment: Micros, *, now: Micros = NOW) -> None:
    assert found is not None
    kind = AnnotationKind.ACKNOWLEDGEMENT
    store.annotate(annotation(found, kind, now=now, author="ada", text="", moment=moment))


def test_what_is_said_stays_where_it_belongs_when_late_results_change_history(store: Store) -> None:
    store.record([*minutes("uuu dddd dd", T0)])
    wanted = job(T0, NOW, checked())
    acknowledged(store, open_detail(wanted, store, CHECK), NOW)
    acknowledged(store, detail_at(wanted, store, CHECK, T0 + 5 * MINUTE), T0 + 5 * MINUTE)
    (case,) = incident_log(wanted, store).cases
    assert [(each.moment - T0) // MINUTE for each in case.annotations] == [10, 5]
    store.record([*minutes("   d    u", T0)])  # the start moves, and it is two
    later, earlier = incident_log(wanted, store).cases
    assert [(each.moment - T0) // MINUTE for each in later.annotations] == [10]
    assert [(each.moment - T0) // MINUTE for each in earlier.annotations] == [5]
    assert (earlier.incident.start, later.incident.start) == (T0 + 3 * MINUTE, T0 + 9 * MINUTE)


def test_what_was_said_of_one_that_turned_out_to_be_none_is_told_as_such(store: Store) -> None:
    store.record([*minutes("uud d uuu", T0)])
    wanted = job(T0, NOW, checked(runs=2))
    acknowledged(store, detail_at(wanted, store, CHECK, T0 + 2 * MINUTE), T0 + 2 * MINUTE)
    assert incident_log(wanted, store).orphaned == ()
    store.record([*minutes("   u", T0)])
    log = incident_log(wanted, store)
    assert log.cases == ()
    assert [(each.check, each.author) for each in log.orphaned] == [(CHECK, "ada")]


def test_who_takes_on_an_incident_of_a_check_takes_on_that_of_its_api(store: Store) -> None:
    store.record([*minutes("uuddduuuuuudduuu", T0)])
    wanted = replace(job(T0, T0 + 16 * MINUTE, checked()), apis=(Api(id="orders", name="Orders"),))
    acknowledged(store, detail_at(wanted, store, CHECK, T0 + 3 * MINUTE), T0 + 3 * MINUTE, now=T0 + 7 * MINUTE)
    assessed = assess(wanted, store)
    assert [level.recovery.mtta for level in (*assessed.checks, *assessed.apis)] == [5 * MINUTE] * 2


def test_it_tells_how_an_incident_went_on(store: Store) -> None:
    store.record([*minutes("uud?dttddu", T0)])
    found = detail_at(job(T0, NOW, checked(runs=2)), store, CHECK, T0 + 6 * MINUTE)
    assert found is not None
    assert [((update.at - T0) // MINUTE, update.kind, update.failure) for update in found.updates] == [
        (2, UpdateKind.OPENED, FailureKind.ASSERTION),
        (4, UpdateKind.DETECTED, None),
        (5, UpdateKind.CAUSE_CHANGED, FailureKind.TIMEOUT),
        (7, UpdateKind.CAUSE_CHANGED, FailureKind.ASSERTION),
        (9, UpdateKind.RECOVERED, None),
    ]
    assert (found.slots(State.DOWN), found.slots(State.UNKNOWN)) == (6, 1)
    assert {(slot - T0) // MINUTE: each.detail for slot, each in found.evidence.items()} == {
        2: "slot 2", 5: "slot 5", 7: "slot 7", 8: "slot 8",
    }  # fmt: skip


def test_it_tells_which_alerts_went_on_in_it_and_whom_they_were_told(store: Store) -> None:
    store.record([*minutes("uuddduudd", T0)])
    its_own = alert(1, since=T0 + 2 * MINUTE, fired_at=T0 + 3 * MINUTE)
    over = resolved(its_own)
    elsewhere = alert(2, subject=Subject(SubjectKind.CHECK, "orders/pay"), since=T0 + 2 * MINUTE)
    later = alert(3, since=T0 + 7 * MINUTE)
    decisions = (
        decision(its_own, at=T0 + 3 * MINUTE),
        decision(later, at=T0 + 7 * MINUTE),
        decision(its_own, at=T0 + 4 * MINUTE, stage=Stage.SILENCE, outcome=Outcome.SUPPRESSED, reason="silence s1"),
    )
    assert store.alerts.lease(ME, now=T0, until=NOW)
    store.alerts.enter(entered(plan=plan(over, elsewhere, later, decisions=decisions)), holder=ME, now=T0)
    found = detail_at(job(T0, NOW, checked()), store, CHECK, T0 + 3 * MINUTE)
    assert found is not None
    assert found.alerted == (Alerted(over, (decisions[0], decisions[2])),)


def test_where_there_was_none_none_is_found(store: Store) -> None:
    store.record([*minutes("uudu", T0)])
    wanted = job(T0, NOW, checked())
    assert detail_at(wanted, store, CHECK, T0) is None
    assert detail_at(wanted, store, CHECK, T0 + 3 * MINUTE) is None
    assert open_detail(wanted, store, CHECK) is None
    assert detail_at(wanted, store, "orders/none", T0) is None
