"""What the page on incidents says is what the code does."""

from __future__ import annotations

from typing import Final

import pytest

from probe.alerting.cases import Case, CaseState, UpdateKind
from probe.cli.incidents.log import FORMATS
from probe.model.incident import Annotation, AnnotationKind, Incident, Outage
from probe.model.result import AssertionOutcome, Evidence, State, Transcript, Verdict
from probe.model.run import MAX_GAP
from probe.model.sample import FailureKind
from probe.report.incidents import COLUMNS, annotation_json, case_json, evidence_json
from tests.docs.pages import flat, read, spans
from tests.docs.test_commands import options

PAGE: Final = read("docs/incidents.md")
OUTAGE: Final = Outage(start=0, detected=1, end=2, failures=((FailureKind.TIMEOUT, 1),), slots=1)
SAID: Final = Annotation(
    check="a/b", location="c", moment=0, kind=AnnotationKind.ACKNOWLEDGEMENT, made_at=1, author="d", text=""
)
CASE: Final = Case(check="a/b", location="c", incident=Incident(outages=(OUTAGE,)), annotations=(SAID,))
EVIDENCE: Final = Evidence(
    0, State.DOWN, None, None, None, 1, "",
    (AssertionOutcome(expectation="e", verdict=Verdict.FAILED),), Transcript(),
)  # fmt: skip


def test_every_option_is_told() -> None:
    assert {word for word in spans(PAGE) if word.startswith("--")} >= options("incidents") - {
        "--config",
        "-c",
        "--help",
    }


@pytest.mark.parametrize(
    "names",
    [
        case_json(CASE, now=3),
        case_json(CASE, now=3)["outages"][0],  # type: ignore[index]
        annotation_json(SAID),
        evidence_json(EVIDENCE),
        [column.name for column in COLUMNS],
        CaseState,
        UpdateKind,
        FORMATS,
    ],
    ids=["case", "outage", "annotation", "evidence", "columns", "states", "updates", "formats"],
)
def test_every_name_is_told(names: dict[str, object] | list[str]) -> None:
    assert set(names) <= set(spans(PAGE))


def test_a_number_is_the_one_of_the_code() -> None:
    assert MAX_GAP == 2
    assert "`max_gap` (twice the interval unless told otherwise)" in flat(PAGE)
