from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from probe.assertions.judge import compile_expectations
from probe.assertions.kind import EXISTENCE, LISTS
from probe.assertions.registry import SUBJECTS, AnySubject
from probe.config.expressions import (
    ExpressionError,
    expectation_from_fields,
    parse_expectation,
)
from probe.model.check import Expectation, Operator, Severity

WORDS = st.sampled_from([
    "status", "latency", "phase.tls", "header", "json", "body", "body.size", "certificate.expires_in", "x-id", "$.a", "$..b",
    "$[?@.a>1]", "==", "!=", "<", ">=", "=", "in", "not", "contains", "starts", "with", "matches", "exists", "is", "200", "2xx",
    "[200,", "]", "[", '"', "'", '"a"', "'b'", "5ms", "64KiB", "null", "true", "(a+)+", ",", "string",
])  # fmt: skip
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
TARGETS = {
    "path": st.sampled_from(["$", "$.a", "$[0]['b c']", '$[?@.x == "y z"].n', "$..é", "$[1:2]"]),
    "phase": st.sampled_from(["dns", "tls", "wait"]),
    "name": st.from_regex(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,10}", fullmatch=True),
}
VALUES: dict[str, st.SearchStrategy[object]] = {
    "status": st.integers(100, 999) | st.sampled_from(["2xx", "5XX", "404"]),
    "latency": st.integers(0, 10**12).map(lambda value: f"{value}us"),
    "phase": st.floats(0, 10**6).map(lambda value: f"{value:.3f}ms"),
    "header": TEXT,
    "json": st.none() | st.booleans() | st.integers() | st.floats(-1e300, 1e300) | TEXT,
    "body": TEXT,
    "body.size": st.integers(0, 2**40).map(lambda value: f"{value}B"),
    "tls.version": st.sampled_from(["TLSv1.2", "TLS 1.3", "1.3", 1.2, 1.3]),
    "http.version": st.sampled_from(["HTTP/1.0", "1.1", "h2", "HTTP/2.0", 1.0, 1.1, 2]),
    "certificate.expires_in": st.integers(0, 3_000).map(lambda value: f"{value}d"),
}


def _values(subject: AnySubject, operator: Operator) -> st.SearchStrategy[object]:
    if operator is Operator.IS:
        return st.sampled_from(["string", "null", "array"])
    one = VALUES[subject.name]
    if operator in LISTS:
        return st.lists(one, min_size=1, max_size=4)
    return one


@st.composite
def objects(draw: st.DrawFn) -> dict[str, object]:
    """An expectation in its object form; not every one is valid, for a text may be empty or no pattern."""
    subject = draw(st.sampled_from(list(SUBJECTS.values())))
    operator = draw(st.sampled_from(subject.operators))
    fields: dict[str, object] = {"subject": subject.name, "operator": str(operator)}
    if subject.operand:
        kind = "phase" if subject.name == "phase" else subject.operand.field
        fields[subject.operand.field] = draw(TARGETS[kind])
    if operator not in EXISTENCE:
        fields["value"] = draw(_values(subject, operator))
    return fields


def _read(fields: dict[str, object]) -> Expectation | None:
    try:
        return expectation_from_fields(fields)
    except ExpressionError:
        return None


@given(fields=objects(), severity=st.sampled_from(Severity))
@example(
    fields={"subject": "header", "name": "a!", "operator": "!=", "value": "="},
    severity=Severity.FAIL,
)
@example(
    fields={"subject": "json", "path": "$", "operator": "==", "value": "\u2028\x00\x7f"},
    severity=Severity.WARN,
)
def test_what_is_printed_is_read_back(fields: dict[str, object], severity: Severity) -> None:
    expectation = _read({**fields, "severity": str(severity)})
    if expectation is not None:
        assert parse_expectation(expectation.text, severity) == expectation


@given(fields=objects())
def test_what_was_accepted_can_be_compiled(fields: dict[str, object]) -> None:
    expectation = _read(fields)
    if expectation is not None:
        compile_expectations([expectation])


@given(text=st.text() | st.lists(WORDS).map(" ".join) | st.lists(WORDS).map("".join))
@example(text="json $[" + "(" * 400)
@example(text="json $[?" + "!" * 400 + "@.a] exists")
@example(text="json $[?@.a == 1e999] exists")
@example(text="body matches " + "(" * 900)
@example(text="body matches '\ud800'")
@example(text="json $.x == " + "[" * 900)
@example(text="json $.x == " + "9" * 900)
@example(text="status == ٣٣٣")
@example(text="latency < 5µs")
def test_no_text_raises_anything_but_an_expression_error(text: str) -> None:
    try:
        expectation = parse_expectation(text)
    except ExpressionError:
        return
    assert parse_expectation(expectation.text) == expectation
    expectation.text.encode()


@given(
    fields=st.dictionaries(
        st.sampled_from(["subject", "name", "path", "operator", "value", "severity"]) | st.text(),
        st.sampled_from([*SUBJECTS, *Operator, "$.a", "x"])
        | st.none()
        | st.booleans()
        | st.floats()
        | st.integers()
        | st.text()
        | st.lists(st.text()),
    )
)
def test_no_object_raises_anything_but_an_expression_error(fields: dict[str, object]) -> None:
    _read(fields)
