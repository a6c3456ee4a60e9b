from __future__ import annotations

import pytest

from probe.config.document import read_stream
from probe.model.errors import ConfigurationError
from tests.unit.config.openslo.material import LATENCY, SLO, changed, read, told


@pytest.mark.parametrize(
    ("old", "new", "place", "message"),
    [
        ("openslo/v1", "openslo/v9", "1:1: apiVersion", 'only openslo/v1 is read; found "openslo/v9"'),
        ("kind: SLO", "kind: SLOs", "2:1: kind", '"SLOs" is no kind of OpenSLO; did you mean "SLO"?'),
        ("{name: web-availability}", "{labels: {}}", "3:1: metadata", "name is missing"),
        ("  service: web\n", "", "4:1: spec", "service is missing"),
        ("service: web", "service:", "5:3: spec.service", "has no value; give it one, or remove the key"),
        ("service: web", "service: {}", "5:3: spec.service", "must be text; found a mapping"),
        ("  budgetingMethod: Occurrences\n", "", "4:1: spec", "budgetingMethod is missing"),
        ("Occurrences", "Any", "14:3: spec.budgetingMethod", '"Any" is none of Occurrences, Timeslices, RatioTimeslices'),
        ("Occurrences", "Timeslices", "15:16: spec.objectives[0]", "timeSliceTarget is missing"),
        ("target: 0.995", "op: gt", "15:16: spec.objectives[0]", "give either target or targetPercent"),
        ("{target", "{targetPercent: 9, target", "15:16: spec.objectives[0]", "give either target or targetPercent"),
        ("0.995", "1", "15:17: spec.objectives[0].target", "must be at least 0, and less than 1"),
        ("0.995", "high", "15:17: spec.objectives[0].target", 'must be a number; found "high"'),
        ("target: 0.995", "targetPercent: 100", "15:17: spec.objectives[0].targetPercent",
         "must be at least 0, and less than 100"),
        ("[{target: 0.995}]", "[]", "15:3: spec.objectives", "is empty"),
        ("[{target: 0.995}]", "5", "15:3: spec.objectives", "must be a list; found 5"),
        ("28d", "28 days", "13:17: spec.timeWindow[0].duration",
         '"28 days" is not a duration; write a number and one of m h d w M Q Y, such as 4w'),
        ("isRolling: true", "isRolling: false", "13:32: spec.timeWindow[0].isRolling",
         "a window that doesn't roll needs a calendar"),
        ("isRolling: true", "isRolling: maybe", "13:32: spec.timeWindow[0].isRolling",
         'must be true or false; found "maybe"'),
        ("{duration: 28d", "{duration: 1d}, {duration: 28d", "13:3: spec.timeWindow", "must have exactly one item; found 2"),
        ("isRolling: true", "calendar: {startTime: 2026-01-01 00:00:00, timeZone: Berlin}",
         "13:75: spec.timeWindow[0].calendar.timeZone",
         '"Berlin" is not a time zone; write an IANA name, such as Europe/Berlin'),
        ("isRolling: true", "calendar: {startTime: soon, timeZone: UTC}", "13:43: spec.timeWindow[0].calendar.startTime",
         '"soon" is not a date and a time without a zone, such as 2026-01-01 00:00:00'),
        ("good:", "best:", "9:7: spec.indicator.spec.ratioMetric", "give total with either good or bad; or raw"),
        ("ratioMetric", "mathMetric", "8:5: spec.indicator.spec", "give either thresholdMetric or ratioMetric"),
        ("objectives:", "alertPolicies: [fast]\n  objectives:", "15:19: spec.alertPolicies[0].alertPolicyRef",
         'there is no AlertPolicy of the name "fast"; name the file that has it too'),
        ("name: web-availability}", "name: a, annotations: {probe/method: guess}}",
         "3:35: metadata.annotations.probe/method", "must be state-time"),
        ("name: web-availability}", "name: a, annotations: {probe/min-bad-samples: some}}",
         "3:35: metadata.annotations.probe/min-bad-samples", "must be a whole number, at least 1"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place(old: str, new: str, place: str, message: str) -> None:
    _, findings = read(changed(SLO, (old, new)))

    assert f"slos.yaml:{place}: {message}" in told(findings.mistakes)


def test_a_latency_needs_a_value_to_be_below() -> None:
    _, findings = read(changed(LATENCY, ("op: lt, value: 0.3, ", "")))

    assert told(findings.mistakes) == [
        "slos.yaml:9:16: spec.objectives[0]: op is missing",
        "slos.yaml:9:16: spec.objectives[0]: value is missing",
    ]


def test_an_indicator_that_is_nowhere_is_a_mistake() -> None:
    _, findings = read(LATENCY.partition("---")[0])

    assert told(findings.mistakes) == [
        'slos.yaml:6:3: spec.indicatorRef: there is no SLI of the name "web-latencies"; name the file that has it too'
    ]


def test_every_mistake_is_told_at_once() -> None:
    broken = changed(SLO, ("28d", "soon"), ("0.995", "2"), ("Occurrences", "Never"), ("service: web", "service: [web]"))
    _, findings = read(broken + "---\n" + changed(SLO, ("kind: SLO", "kind: SL")) + "---\n- 5\n")

    assert [(problem.line, problem.path) for problem in sorted(findings.mistakes)] == [
        (5, "spec.service"),
        (13, "spec.timeWindow[0].duration"),
        (14, "spec.budgetingMethod"),
        (15, "spec.objectives[0].target"),
        (18, "kind"),
        (33, "[0]"),
    ]


def test_two_objects_of_one_name_are_a_mistake() -> None:
    _, findings = read(f"{SLO}---\n{SLO}")

    assert told(findings.mistakes) == ['slos.yaml:19:12: metadata.name: a second SLO has the name "web-availability"']


def test_a_key_that_stands_twice_is_a_mistake() -> None:
    _, findings = read(SLO + "  service: other\n")

    assert told(findings.mistakes) == [
        "slos.yaml:16:3: spec.service: the key stands here a second time (first in line 5); remove one"
    ]


def test_a_threshold_that_contradicts_its_budget_is_a_mistake() -> None:
    policy = (
        "  alertPolicies: [{spec: {conditions: [{spec: {severity: page, condition: {threshold: 10, budget: 2%,\n"
        "    lookbackWindow: 1h, shortWindow: 5m}}}]}}]\n"
    )
    _, findings = read(SLO + policy)

    assert [problem.message for problem in findings.mistakes] == ["doesn't fit the threshold; remove it"]


def test_the_bounds_of_a_file_hold_for_all_of_its_documents() -> None:
    bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n" for before, name in zip("abcd", "bcde", strict=True)
    )
    with pytest.raises(ConfigurationError, match="values"):
        read_stream("---\n".join([bomb] * 12).encode(), file="slos.yaml")


def test_empty_documents_are_none() -> None:
    assert read_stream(b"---\n---\n# nothing\n---\n", file="slos.yaml") == ()
    assert [document.value for document in read_stream(b"---\na: 1\n---\n---\nb: 2\n", file="x")] == [
        {"a": 1},
        {"b": 2},
    ]
