from __future__ import annotations

from dataclasses import replace

import pytest

from probe.assertions.conclusion import conclude
from probe.assertions.judge import compile_expectations
from probe.config.expressions import parse_expectation
from probe.model.check import Check, Confirm, Request, Severity
from probe.model.result import Result, State, Verdict
from probe.model.sample import Failure, FailureKind, Sample
from probe.model.sensitive import Redactor, Sensitive
from probe.model.units import MINUTE, SECOND
from tests.unit.assertions.judging import SAMPLE, STARTED, with_body

SECRET = "hunter2-" * 8


def _check(*expectations: str, warnings: tuple[str, ...] = ()) -> Check:
    return Check(
        id="orders/list",
        api="orders",
        name="List",
        interval=MINUTE,
        timeout=10 * SECOND,
        confirm=Confirm(retries=0, after=0),
        request=Request(method="GET", url=Sensitive.plain("http://127.0.0.1/"), max_body=1_000),
        expectations=(
            *map(parse_expectation, expectations),
            *(parse_expectation(text, Severity.WARN) for text in warnings),
        ),
        definition="f00d",
        redactor=Redactor.of([SECRET]),
    )


def _result(check: Check, sample: Sample = SAMPLE, attempts: int = 1) -> Result:
    return conclude(
        check,
        sample,
        compile_expectations(check.expectations)(sample),
        location="default",
        scheduled_at=STARTED,
        lateness_us=800,
        attempts=attempts,
    )


def test_it_is_up_when_all_is_as_expected() -> None:
    result = _result(_check("status == 200", "json $.n == 1"))
    assert (result.state, result.failure, result.detail) == (State.UP, None, None)


def test_it_carries_what_was_measured() -> None:
    sample = replace(SAMPLE, bytes_sent=180, bytes_received=1_420, address="127.0.0.1:80")
    result = _result(_check(), sample, attempts=3)
    assert result == Result(
        check="orders/list",
        location="default",
        scheduled_at=STARTED,
        state=State.UP,
        http_status=200,
        latency_us=712_000,
        phases=SAMPLE.phases,
        bytes_sent=180,
        bytes_received=1_420,
        lateness_us=800,
        attempts=3,
        address="127.0.0.1:80",
        definition="f00d",
        tls=SAMPLE.tls,
    )


def test_a_sockets_path_shows_nothing_that_a_reference_brought_in() -> None:
    check = replace(_check(), redactor=Redactor.of(["s3cret"]))
    assert _result(check, replace(SAMPLE, address="unix:/run/s3cret.sock")).address == "unix:/run/***.sock"


def test_it_is_down_when_an_expectation_failed() -> None:
    result = _result(_check("status == 201", warnings=("latency < 1ms",)))
    assert (result.state, result.failure) == (State.DOWN, FailureKind.ASSERTION)
    assert result.detail == "expected status == 201, found 200"


def test_it_is_degraded_when_only_warnings_are_unmet() -> None:
    result = _result(_check("status == 200", warnings=("latency < 500ms",)))
    assert (result.state, result.failure) == (State.DEGRADED, None)
    assert result.detail == "expected latency < 500ms, found 712ms"


def test_the_detail_tells_the_first_three_and_counts_the_rest() -> None:
    result = _result(_check(*(f"status == {code}" for code in range(301, 306))))
    assert result.detail == (
        "expected status == 301, found 200; expected status == 302, found 200; "
        "expected status == 303, found 200; and 2 more"
    )


@pytest.mark.parametrize("kind", FailureKind)
def test_a_failure_is_the_targets_or_the_probers_own(kind: FailureKind) -> None:
    sample = replace(SAMPLE, failure=Failure(kind=kind, detail="as it was"))
    result = _result(_check("status == 200"), sample)
    ours = kind in ("missed", "interrupted", "not_running", "lost", "proxy", "prober_fault")
    assert result.state is (State.UNKNOWN if ours else State.DOWN)
    assert (result.failure, result.detail) == (kind, "as it was")
    assert [outcome.verdict for outcome in result.outcomes] == [Verdict.SKIPPED]


def test_without_an_attempt_there_is_no_latency() -> None:
    failure = Failure(kind=FailureKind.MISSED, detail="the slot was missed")
    sample = Sample(started_at=STARTED, latency_us=0, failure=failure)
    assert _result(_check(), sample, attempts=0).latency_us is None


def test_a_reflected_secret_is_masked() -> None:
    sample = replace(SAMPLE, headers=(("x-echo", f"token {SECRET}"),))
    result = _result(_check("header x-echo == a"), sample)
    assert result.detail == 'expected header x-echo == a, found "token ***"'
    assert result.outcomes[0].actual == '"token ***"'


@pytest.mark.parametrize("before", range(120, 205, 5))
def test_no_part_of_a_secret_survives_where_the_text_is_cut(before: int) -> None:
    result = _result(_check("body == a"), with_body(b"x" * before + SECRET.encode() + b"y" * 100))
    actual = result.outcomes[0].actual or ""
    assert len(actual) <= 200
    assert "hunter" not in actual + (result.detail or "")


def test_the_failures_own_words_are_masked_too() -> None:
    failure = Failure(kind=FailureKind.PROTOCOL, detail=f"bad line: {SECRET}")
    assert _result(_check(), replace(SAMPLE, failure=failure)).detail == "bad line: ***"


def test_long_findings_are_cut() -> None:
    result = _result(_check("body == a"), with_body(b"x" * 5_000))
    assert result.outcomes[0].actual == '"' + "x" * 198 + "…"


def test_every_text_can_be_stored_as_utf_8() -> None:
    result = _result(_check("json $.a == x"), with_body(b'{"a": "\\ud800\\u0000"}'))
    assert result.outcomes[0].actual == r'"\ud800\u0000"'


def test_what_a_terminal_would_obey_is_made_visible() -> None:
    failure = Failure(kind=FailureKind.PROTOCOL, detail="said \x1b[2J\x9b31m\u202e\ud800 and\nmore")
    result = _result(_check(), replace(SAMPLE, failure=failure))
    assert result.detail == r"said \x1b[2J\x9b31m\u202e\ud800 and\nmore"


def test_what_looks_like_a_secret_of_the_targets_own_is_masked_in_what_was_found() -> None:
    result = _result(_check("body == a"), with_body(b'{"password": "abc", "n": 1}'))
    assert result.outcomes[0].actual == r'"{\"password\": \"***\", \"n\": 1}"'
