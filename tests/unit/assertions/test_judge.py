from __future__ import annotations

from dataclasses import replace

import pytest

from probe.assertions.judge import compile_expectations
from probe.config.expressions import parse_expectation
from probe.model.check import Severity
from probe.model.result import AssertionOutcome, Verdict
from probe.model.sample import Failure, FailureKind
from tests.unit.assertions.judging import SAMPLE, found, judged, with_body


def test_outcomes_come_in_the_order_of_the_expectations() -> None:
    judge = compile_expectations(
        [
            parse_expectation("status == 200"),
            parse_expectation("latency < 500ms", Severity.WARN),
            parse_expectation("json $.n == 2"),
        ]
    )
    assert judge(SAMPLE) == (
        AssertionOutcome(expectation="status == 200", verdict=Verdict.PASSED),
        AssertionOutcome(expectation="latency < 500ms", verdict=Verdict.WARNED, actual="712ms"),
        AssertionOutcome(expectation="json $.n == 2", verdict=Verdict.FAILED, actual="1"),
    )


def test_without_a_complete_response_all_are_skipped() -> None:
    failure = Failure(kind=FailureKind.TIMEOUT, detail="no answer within 10s")
    for expectation in ("status == 200", "latency < 1h", "certificate.expires_in > 1d"):
        outcome = judged(expectation, replace(SAMPLE, failure=failure))
        assert (outcome.verdict, outcome.actual) == (Verdict.SKIPPED, None)


def test_nothing_expected_gives_no_outcomes() -> None:
    assert compile_expectations([])(SAMPLE) == ()


def test_one_judge_judges_each_sample_anew() -> None:
    judge = compile_expectations([parse_expectation("json $.n == 1")])
    verdicts = [judge(with_body(body))[0].verdict for body in (b'{"n": 1}', b"no", b'{"n": 1}')]
    assert verdicts == [Verdict.PASSED, Verdict.FAILED, Verdict.PASSED]


def test_several_expectations_of_a_broken_body_get_the_same_reason() -> None:
    judge = compile_expectations([parse_expectation("json $.n == 1"), parse_expectation("json $.m not exists")])
    reasons = {outcome.actual for outcome in judge(with_body(b""))}
    assert reasons == {"the body is empty"}


@pytest.mark.parametrize("size", [1, 300])
def test_what_was_found_is_told_at_full_length_for_it_is_masked_before_it_is_cut(size: int) -> None:
    assert found("body == y", with_body(b"x" * size)) == '"' + "x" * size + '"'
