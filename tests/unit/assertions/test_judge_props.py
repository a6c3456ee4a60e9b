from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import example, given
from hypothesis import strategies as st

from probe.assertions.judge import compile_expectations
from probe.assertions.kind import NEGATED
from probe.config.expressions import parse_expectation
from probe.model.check import Expectation, JsonScalar, Operator
from probe.model.result import Verdict
from tests.unit.assertions.judging import SAMPLE, with_body

EVERY_SUBJECT = compile_expectations(
    [
        parse_expectation(text)
        for text in (
            "status == 200",
            "latency < 1s",
            "phase.tls < 1s",
            "header content-type contains json",
            "json $.a.b[0] == 1",
            "json $..a != x",
            "json $[?@.a > 1 && search(@.b, 'x')] not exists",
            "body matches '(a+)+$'",
            "body.size < 1KiB",
            "certificate.expires_in > 1d",
        )
    ]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
FINITE = st.none() | st.booleans() | st.integers() | st.floats(-1e300, 1e300) | st.text(min_size=1)
DOCUMENTS = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("ab"), inner),
)


@given(body=st.binary(), content_type=st.text())
@example(body=b"\xff\xfe", content_type="text/plain; charset=utf-16")
@example(body=b'{"a":' * 50_000, content_type="application/json")
@example(body=b"+2AA-", content_type="text/plain; charset=utf-7")
def test_no_response_makes_it_raise(body: bytes, content_type: str) -> None:
    outcomes = EVERY_SUBJECT(with_body(body, content_type))
    assert all((outcome.actual is None) == (outcome.verdict is Verdict.PASSED) for outcome in outcomes)


@given(document=DOCUMENTS)
def test_no_document_makes_it_raise(document: object) -> None:
    assert len(EVERY_SUBJECT(with_body(json.dumps(document).encode()))) == 10


@given(headers=st.lists(st.tuples(st.text(), st.text())))
def test_no_headers_make_it_raise(headers: list[tuple[str, str]]) -> None:
    assert len(EVERY_SUBJECT(replace(SAMPLE, headers=tuple(headers)))) == 10


@given(
    document=DOCUMENTS,
    path=st.sampled_from(["$", "$.a", "$[0]", "$[*]", "$..a"]),
    operator=st.sampled_from(sorted(NEGATED)),
    value=FINITE,
)
def test_a_negated_operator_holds_exactly_when_the_other_does_not_or_both_fail_alike(
    document: object, path: str, operator: Operator, value: JsonScalar
) -> None:
    is_text = operator is Operator.NOT_MATCHES
    expected = "a+" if is_text else (value,) if operator is Operator.NOT_IN else value
    judge = compile_expectations(
        [
            Expectation(text="", subject="json", target=path, operator=each, value=expected)
            for each in (operator, NEGATED[operator])
        ]
    )
    negated, plain = judge(with_body(json.dumps(document).encode()))
    if Verdict.PASSED in (negated.verdict, plain.verdict):
        assert negated.verdict is not plain.verdict
    else:
        assert negated.actual == plain.actual
