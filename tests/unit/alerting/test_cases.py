from __future__ import annotations

from dataclasses import replace

import pytest

from probe.alerting.cases import Case, CaseState, UpdateKind, down_slot, holds, of_incident, orphans, updates
from probe.alerting.incidents import incidents
from probe.alerting.outages import Policy, outages_of
from probe.model.incident import Annotation, AnnotationKind, Incident
from probe.model.result import State
from probe.model.run import Run
from probe.slo.timeline import runs_of
from tests.unit.alerting.slots import ASSERTION, TIMEOUT, confirm, slots


def told(line: str, runs: int = 1) -> tuple[Incident, ...]:
    return incidents(outages_of(slots(line), Policy.of(confirm(runs), interval=1)), max_gap=2)


def said(moment: int, kind: AnnotationKind = AnnotationKind.NOTE, made_at: int = 100) -> Annotation:
    return Annotation(check="a/b", location="c", moment=moment, kind=kind, made_at=made_at, author="ada", text="")


def case(line: str, runs: int = 1, *annotations: Annotation) -> Case:
    (incident,) = told(line, runs)
    return Case(check="a/b", location="c", incident=incident, annotations=annotations)


def test_it_is_called_by_its_check_and_its_start() -> None:
    assert case("ud").ref == "a/b@1970-01-01T00:00:00.000001Z"


def test_it_stands_open_until_it_has_recovered_and_is_retired_with_its_check() -> None:
    gone = Case(check="a/b", location="c", incident=case("ud").incident, goes_on=False)
    assert [each.state for each in (case("ud"), case("udu"), gone)] == [
        CaseState.OPEN, CaseState.RECOVERED, CaseState.RETIRED,
    ]  # fmt: skip


def test_it_lasted_as_long_as_its_outages() -> None:
    assert case("ddudududd").lasted(10) == 2 + 1 + 1 + 3


def test_what_lay_in_maintenance_is_no_part_of_it() -> None:
    assert replace(case("ddudududd"), apart=((1, 4), (9, 12))).lasted(10) == 1 + 0 + 1 + 2


def test_the_first_acknowledgement_counts_and_the_rest_are_notes() -> None:
    first, second = (said(1, AnnotationKind.ACKNOWLEDGEMENT, at) for at in (5, 6))
    found = case("ud", 1, first, said(1), second)
    assert (found.acknowledgement, found.notes) == (first, (said(1), second))


def test_one_that_flapped_holds_the_time_between_its_outages_too() -> None:
    (incident,) = told("udududu")
    assert [holds(incident, moment) for moment in (0, 1, 2, 5, 6)] == [False, True, True, True, False]


def test_what_was_said_belongs_to_the_incident_that_holds_its_moment() -> None:
    first, second = told("uduuuduu")
    notes = [said(moment) for moment in (1, 3, 5)]
    assert (of_incident(notes, first), of_incident(notes, second)) == ((said(1),), (said(5),))
    assert orphans(notes, (first, second)) == (said(3),)


@pytest.mark.parametrize(("moment", "slot"), [(0, 1), (1, 1), (2, 2), (3, 2), (4, 4), (9, 5)])
def test_what_is_said_belongs_to_a_result_that_was_down(moment: int, slot: int) -> None:
    (incident,) = told("udd?dd")
    for runs in (slots("udd?dd"), runs_of(slots("udd?dd"))):
        assert down_slot(runs, incident, moment) == slot


def test_in_a_long_run_it_is_the_last_slot_up_to_the_moment() -> None:
    run = Run(10, 10, 5, State.DOWN, TIMEOUT, 10)
    (incident,) = incidents(outages_of((run,), Policy.of(confirm(), interval=10)), max_gap=20)
    assert [down_slot((run,), incident, moment) for moment in (10, 19, 20, 49, 50, 99)] == [10, 10, 20, 40, 50, 50]


def test_all_that_happened_is_told_in_order() -> None:
    found = updates(case("udadua", 2, said(1, made_at=3)), slots("udadua"))
    assert [(each.at, each.kind, each.failure) for each in found] == [
        (1, UpdateKind.OPENED, TIMEOUT),
        (2, UpdateKind.DETECTED, None),
        (2, UpdateKind.CAUSE_CHANGED, ASSERTION),
        (3, UpdateKind.CAUSE_CHANGED, TIMEOUT),
        (3, UpdateKind.NOTED, None),
        (4, UpdateKind.RECOVERED, None),
    ]


def test_one_that_flapped_is_opened_once_and_reopened() -> None:
    found = updates(case("dududu"), slots("dududu"))
    assert [each.kind for each in found] == [
        UpdateKind.OPENED, UpdateKind.RECOVERED, UpdateKind.REOPENED, UpdateKind.RECOVERED, UpdateKind.REOPENED,
        UpdateKind.RECOVERED,
    ]  # fmt: skip
    assert {each.failure for each in found} == {TIMEOUT, None}
