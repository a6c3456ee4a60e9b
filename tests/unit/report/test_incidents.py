from __future__ import annotations

import io
import json

from probe.alerting.cases import Case, Update, UpdateKind
from probe.model.incident import Annotation, AnnotationKind, Incident, Outage
from probe.model.result import AssertionOutcome, Evidence, State, Transcript, Verdict
from probe.model.sample import FailureKind
from probe.model.units import SECOND
from probe.report.export.separated import Separated
from probe.report.incidents import case_json, cases_table, cause_text, evidence_json, orphan_json, update_json

START = 1_793_491_200 * SECOND
SAID = Annotation(
    check="shop/home", location="default", moment=START, kind=AnnotationKind.ACKNOWLEDGEMENT,
    made_at=START + 90 * SECOND, author="=ada", text="on it",
)  # fmt: skip
EVIDENCE = Evidence(
    START, State.DOWN, FailureKind.ASSERTION, 500, 12_500, 3, "status == 200: 500",
    (
        AssertionOutcome(expectation="status == 200", verdict=Verdict.FAILED, actual="500"),
        AssertionOutcome(expectation="latency < 1s", verdict=Verdict.PASSED),
    ),
    Transcript(response="HTTP/1.1 500"),
)  # fmt: skip


def outage(start: int, end: int | None, failure: FailureKind | None = FailureKind.ASSERTION) -> Outage:
    return Outage(
        start=START + start * SECOND,
        detected=START + (start + 30) * SECOND,
        end=None if end is None else START + end * SECOND,
        failures=((failure, 2),),
        slots=2,
    )


def case(*outages: Outage, **changes: object) -> Case:
    plain = {"check": "shop/home", "location": "default", "incident": Incident(outages=outages)}
    return Case(**{**plain, **changes})  # type: ignore[arg-type]


def test_an_incident_is_told_with_times_in_utc_and_durations_in_seconds() -> None:
    told = case_json(case(outage(0, None), annotations=(SAID,), evidence=EVIDENCE), now=START + 100 * SECOND + 1)
    assert json.loads(json.dumps(told)) == {
        "ref": "shop/home@2026-11-01T00:00:00Z", "check": "shop/home", "location": "default", "state": "open",
        "start": "2026-11-01T00:00:00Z", "detected": "2026-11-01T00:00:30Z", "end": None,
        "duration_seconds": 100.000001, "detected_after_seconds": 30, "acknowledged_after_seconds": 60,
        "cause": {"failure": "assertion", "detail": "status == 200: 500"}, "flapping": False,
        "outages": [{
            "start": "2026-11-01T00:00:00Z", "detected": "2026-11-01T00:00:30Z", "end": None, "down_slots": 2,
            "failures": [{"failure": "assertion", "slots": 2}],
        }],
        "down_slots": 2, "acknowledged": {"at": "2026-11-01T00:01:30Z", "by": "=ada", "text": "on it"}, "notes": [],
    }  # fmt: skip


def test_what_is_not_known_is_null() -> None:
    told = case_json(case(outage(0, 60, None)), now=START)
    assert (told["cause"], told["acknowledged"], told["acknowledged_after_seconds"]) == (
        {"failure": None, "detail": None}, None, None,
    )  # fmt: skip


def test_a_cause_is_told_in_words() -> None:
    assert cause_text(case(outage(0, 60), evidence=EVIDENCE)) == "status == 200: 500"
    assert cause_text(case(outage(0, 60))) == "expectation not met"
    assert cause_text(case(outage(0, 60, None))) == "no reason is known"


def test_in_csv_nothing_that_people_say_is_a_formula() -> None:
    file = io.BytesIO()
    table = cases_table(now=START)
    Separated(file, table).write(table, [case(outage(0, 60), outage(70, 80), outage(90, 100), annotations=(SAID,))])
    _, row = file.getvalue().decode().splitlines()
    assert row == (
        "shop/home@2026-11-01T00:00:00Z,shop/home,default,recovered,2026-11-01T00:00:00Z,2026-11-01T00:00:30Z,"
        "2026-11-01T00:01:40Z,80,assertion,,true,3,6,2026-11-01T00:01:30Z,'=ada,0"
    )


def test_evidence_is_told_with_what_was_not_met_and_what_went_to_and_fro() -> None:
    told = evidence_json(EVIDENCE)
    assert told["expectations"] == [{"expectation": "status == 200", "verdict": "failed", "actual": "500"}]
    assert told["transcript"] == {"connection": "", "request": "", "response": "HTTP/1.1 500", "body": ""}
    assert evidence_json(EVIDENCE._replace(transcript=None))["transcript"] is None


def test_updates_and_what_was_said_of_none_are_told() -> None:
    assert update_json(Update(START, UpdateKind.ACKNOWLEDGED, annotation=SAID)) == {
        "at": "2026-11-01T00:00:00Z", "what": "acknowledged", "failure": None, "by": "=ada", "text": "on it",
    }  # fmt: skip
    assert update_json(Update(START, UpdateKind.OPENED, FailureKind.DNS))["failure"] == "dns"
    assert orphan_json(SAID)["kind"] == "acknowledgement"
