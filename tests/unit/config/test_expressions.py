from __future__ import annotations

import jsonschema_rs
import pytest

from probe.assertions.registry import SUBJECTS
from probe.config.expressions import (
    ExpressionError,
    expectation_from_fields,
    expectation_schema,
    parse_expectation,
)
from probe.model.check import Expectation, ExpectedValue, Operator, Severity


@pytest.mark.parametrize(
    ("text", "subject", "target", "operator", "value"),
    [
        ("status == 200", "status", "", Operator.EQUAL, 200),
        ("status == 2xx", "status", "", Operator.EQUAL, "2xx"),
        ("status in [200, 204]", "status", "", Operator.IN, (200, 204)),
        ("status not in [4xx, 500]", "status", "", Operator.NOT_IN, ("4xx", 500)),
        ("latency < 500ms", "latency", "", Operator.LESS, 500_000),
        ("latency <= 1m30s", "latency", "", Operator.AT_MOST, 90_000_000),
        ("phase.tls < 100ms", "phase", "tls", Operator.LESS, 100_000),
        ("header content-type contains json", "header", "content-type", Operator.CONTAINS, "json"),
        ("header x-id exists", "header", "x-id", Operator.EXISTS, None),
        ("header x-id not exists", "header", "x-id", Operator.NOT_EXISTS, None),
        ("json $.items[0].id exists", "json", "$.items[0].id", Operator.EXISTS, None),
        ('json $.status == "ok"', "json", "$.status", Operator.EQUAL, "ok"),
        ("json $.n >= 1.5", "json", "$.n", Operator.AT_LEAST, 1.5),
        ("json $.n == true", "json", "$.n", Operator.EQUAL, True),
        ("json $.n == null", "json", "$.n", Operator.EQUAL, None),
        ('json $.n == "null"', "json", "$.n", Operator.EQUAL, "null"),
        ('json $.tags contains "a b"', "json", "$.tags", Operator.CONTAINS, "a b"),
        ('json $.kind in ["a", "b c", 3]', "json", "$.kind", Operator.IN, ("a", "b c", 3)),
        ("json $.x is string", "json", "$.x", Operator.IS, "string"),
        (
            "json $.items[?@.price > 10].name exists",
            "json",
            "$.items[?@.price > 10].name",
            Operator.EXISTS,
            None,
        ),
        ("body contains OK", "body", "", Operator.CONTAINS, "OK"),
        ('body not contains "error page"', "body", "", Operator.NOT_CONTAINS, "error page"),
        ('body matches "^ok$"', "body", "", Operator.MATCHES, "^ok$"),
        ("body.size < 64KiB", "body.size", "", Operator.LESS, 65_536),
        (
            "certificate.expires_in > 14d",
            "certificate.expires_in",
            "",
            Operator.GREATER,
            1_209_600_000_000,
        ),
    ],
)
def test_a_canonical_sentence_is_kept_as_it_is(
    text: str, subject: str, target: str, operator: Operator, value: ExpectedValue
) -> None:
    assert parse_expectation(text) == Expectation(
        text=text, subject=subject, target=target, operator=operator, value=value
    )


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("  status   ==\t200 ", "status == 200"),
        ("status==2XX", "status == 2xx"),
        ("status not  in [ 200 ,204 ]", "status not in [200, 204]"),
        ("latency<0.5s", "latency < 500ms"),
        ("phase.TLS < 100ms", "phase.tls < 100ms"),
        ("header X-ID == 'a'", "header x-id == a"),
        ("header x-id!=a", "header x-id != a"),
        ("header x-id == a;b", 'header x-id == "a;b"'),
        ("header x-id STARTS WITH a", "header x-id starts with a"),
        ("json $.status == ok", 'json $.status == "ok"'),
        ("json $.a>=1e3", "json $.a >= 1000.0"),
        ("json $.zip starts with 10", 'json $.zip starts with "10"'),
        (r"body matches '^\d+$'", r'body matches "^\\d+$"'),
        (r'body contains "\u00e9"', 'body contains "é"'),
        ("body contains don't", 'body contains "don\'t"'),
        ("body.size <= 65536B", "body.size <= 64KiB"),
    ],
)
def test_other_ways_to_write_it_give_the_same_sentence(written: str, canonical: str) -> None:
    assert parse_expectation(written) == parse_expectation(canonical)
    assert parse_expectation(written).text == canonical


def test_the_severity_is_kept() -> None:
    assert parse_expectation("latency < 1s", Severity.WARN).severity is Severity.WARN


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the expectation is empty; write one such as `status == 200`"),
        ("staus == 200", '"staus" is nothing that can be looked at; did you mean `status`?'),
        ("Status == 200", '"Status" is nothing that can be looked at; did you mean `status`?'),
        ("$.a == 1", '"$.a" is nothing that can be looked at; did you mean `json $.a`?'),
        (
            "header.x-id exists",
            '"header.x-id" is nothing that can be looked at; did you mean `header x-id`?',
        ),
        (
            "foo == 1",
            ('"foo" is nothing that can be looked at; begin with status, latency, phase, header, json, body, body.size, '
            "certificate.expires_in, tls.version or http.version"),
        ),
        (
            "status",
            "nothing is expected of `status`; add an operator and a value, such as `status == 200`",
        ),
        (
            "status 200",
            "there is no operator behind `status`; did you mean `status == 200`?",
        ),
        ("status = 200", '"=" is not an operator; did you mean `==`?'),
        ("status => 200", '"=>" is not an operator; did you mean `>=`?'),
        ("status is 200", '"is" is not an operator; did you mean `==`?'),
        ("json $.x is not null", '"is not" is not an operator; did you mean `!=`?'),
        ("header x-id is missing", '"is missing" is not an operator; did you mean `not exists`?'),
        ("body containz OK", '"containz" is not an operator; did you mean `contains`?'),
        ("latency contains 5", "`contains` can't be used with latency; use <, <=, > or >="),
        ("latency = 5ms", '"=" is not an operator; use <, <=, > or >='),
        (
            "status ==",
            "there is no value behind `status ==`; write one, as in `status == 200`",
        ),
        (
            "status in",
            "there is no value behind `status in`; write one, as in `status in [200]`",
        ),
        (
            "status in 200, 204",
            "`status in` takes a list; did you mean `status in [200, 204]`?",
        ),
        (
            "status in [200, 204",
            'a comma or `]` is missing behind the list\'s "204"; put text with spaces or brackets in quotation marks',
        ),
        (
            "status in [200,",
            "the list is never closed behind `status in`; write it as in `[a, b]`",
        ),
        (
            "status in []",
            "an item is missing in the list behind `status in`; write it as in `[a, b]`",
        ),
        ("status in [200] x", 'the list ends the expectation; remove "x"'),
        (
            "status == 200 or 201",
            '"or 201" is too much; for several values write `status in [200, …]`',
        ),
        (
            "status == 200 and latency < 1s",
            '"and latency < 1s" is too much; write what follows as an expectation of its own',
        ),
        (
            "header content-type == text/html; charset=utf-8",
            ('"charset=utf-8" is too much; text with spaces needs quotation marks: '
            '`header content-type == "text/html; charset=utf-8"`'),
        ),
        ('body == "a" b', '"b" is too much; remove it'),
        ("header x-id exists true", '`header x-id exists` is complete; remove "true" behind it'),
        (
            "header == a",
            "`header` needs a header's name behind it, as in `header content-type contains json`",
        ),
        ("phase < 5ms", "`phase` needs a phase behind it, as in `phase.tls < 100ms`"),
        ("phase.tsl < 5ms", '"tsl" is not a phase; did you mean `phase.tls`?'),
        (
            "phase.x < 5ms",
            '"x" is not a phase; there are dns, connect, tls, send, wait, transfer',
        ),
        ("latency < 500", "500 has no unit; write `500ms` or `500s`"),
        ("latency < 500 ms", '"500 ms" is not a duration; write 500ms'),
        ("certificate.expires_in > 14 days", '"14 days" is not a duration; write 14d'),
        (
            "latency < fast",
            '"fast" is not a duration; write a number and a unit (ms s m h d w), such as 30s or 1h30m',
        ),
        ("latency < 99999999d", '"99999999d" is too much; write at most 36500d'),
        ("body.size < 64", "64 has no unit; write `64B` or `64KiB`"),
        (
            "status == 20",
            '"20" is not a status; write three digits such as `200`, or a class such as `2xx`',
        ),
        (
            "status < 4xx",
            'a class such as "4xx" has no order; write a number, such as `status < 400`',
        ),
        ("json $.x < true", "true has no order; write a number or a text"),
        ("json $.x == True", 'True is not JSON; write `true`, or `"True"` for the text'),
        (
            "json $.x == 1e999",
            "NaN and numbers beyond 1e308 can't be compared; write a number that JSON can hold",
        ),
        (
            "json $.x == [1]",
            "arrays and objects can't be compared; name one value in it by its path, or use `is array` or `is object`",
        ),
        ("json $.x is str", '"str" is not a JSON type; did you mean `string`?'),
        (
            "json $.x is foo",
            '"foo" is not a JSON type; there are string, number, boolean, null, array, object',
        ),
        (
            "json status == ok",
            "a JSONPath starts with `$`, such as `$.items[0].id`; did you mean `$.status`?",
        ),
        ("json $.a[ == 1", "`$.a[ == 1` is not a JSONPath: unexpected token '=' in bracketed selection at character 6"),
        ("json $..a..b exists", "`$..a..b` searches everything below everything; write `..` only once"),
        ('body contains "OK', 'the quotation mark " is never closed: "OK'),
        (
            r'body matches "^\d"',
            (r'"^\d" has a backslash that means nothing between double quotation marks; write it twice, or use single ones, '
            "between which it stands for itself"),
        ),
        ('body contains ""', "the empty text is part of every text; write some text"),
        ("body matches (", '"(" is not a regular expression: missing ): ('),
        (
            "body matches '(?<=a)b'",
            '"(?<=a)b" is not a regular expression: look-behind is not supported',
        ),
        (
            r"body matches '(a)\1'",
            r'"(a)\\1" is not a regular expression: back-references are not supported',
        ),
        (
            "body matches (x+x+){1,900}",
            '"(x+x+){1,900}" is too large a regular expression; repeat less in it',
        ),
        (
            'body contains "\\ud800"',
            "half of a surrogate pair is no character; write the whole one",
        ),
        (
            "body contains " + "x" * 1_000,
            "the expectation has 1,014 characters; at most 1,000 are allowed",
        ),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_what_to_write_instead(text: str, message: str) -> None:
    with pytest.raises(ExpressionError) as refused:
        parse_expectation(text)
    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"subject": "status", "operator": "==", "value": 200}, "status == 200"),
        ({"subject": "status", "operator": "==", "value": "2xx"}, "status == 2xx"),
        ({"subject": "status", "operator": "in", "value": [200, "3xx"]}, "status in [200, 3xx]"),
        ({"subject": "latency", "operator": "<", "value": "500ms"}, "latency < 500ms"),
        (
            {"subject": "phase", "name": "tls", "operator": "<", "value": "100ms"},
            "phase.tls < 100ms",
        ),
        (
            {"subject": "header", "name": "X-Id", "operator": "not  exists"},
            "header x-id not exists",
        ),
        ({"subject": "json", "path": "$.a", "operator": "==", "value": 1}, "json $.a == 1"),
        ({"subject": "json", "path": "$.a", "operator": "==", "value": "1"}, 'json $.a == "1"'),
        ({"subject": "json", "path": "$.a", "operator": "==", "value": None}, "json $.a == null"),
        ({"subject": "json", "path": "$.a", "operator": "is", "value": None}, "json $.a is null"),
        (
            {"subject": "json", "path": "$.a", "operator": "in", "value": [1, "a b"]},
            'json $.a in [1, "a b"]',
        ),
        ({"subject": "body", "operator": "contains", "value": "a b"}, 'body contains "a b"'),
        ({"subject": "body.size", "operator": "<", "value": "64KiB"}, "body.size < 64KiB"),
    ],
)
def test_an_object_gives_the_same_as_its_sentence(fields: dict[str, object], text: str) -> None:
    assert expectation_from_fields(fields) == parse_expectation(text)


def test_an_objects_own_severity_comes_first() -> None:
    fields = {"subject": "status", "operator": "==", "value": 200}
    assert expectation_from_fields(fields, Severity.WARN).severity is Severity.WARN
    kept = expectation_from_fields({**fields, "severity": "fail"}, Severity.WARN)
    assert kept.severity is Severity.FAIL


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "`subject` is missing; write one, such as `subject: status`"),
        ({"subject": 5}, "`subject` must be text; write one, such as `subject: status`"),
        (
            {"subject": "staus"},
            '"staus" is nothing that can be looked at; did you mean `status`?',
        ),
        (
            {"subject": "status", "operator": "==", "valeu": 200},
            'unknown key "valeu"; did you mean `value`?',
        ),
        (
            {"subject": "status", "path": "$.a"},
            'unknown key "path"; known are subject, operator, value, severity',
        ),
        (
            {"subject": "json", "operator": "exists"},
            "`path` is missing; write one, such as `path: $.items[0].id`",
        ),
        (
            {"subject": "json", "path": "a", "operator": "exists"},
            "a JSONPath starts with `$`, such as `$.items[0].id`; did you mean `$.a`?",
        ),
        (
            {"subject": "status", "value": 200},
            '`operator` is missing; write one, such as `operator: "=="`',
        ),
        (
            {"subject": "status", "operator": "=", "value": 200},
            '"=" is not an operator; did you mean `==`?',
        ),
        (
            {"subject": "status", "operator": "=="},
            "`value` is missing; write one, such as `value: 200`",
        ),
        (
            {"subject": "header", "name": "a", "operator": "exists", "value": True},
            "`exists` takes no value; remove `value`",
        ),
        (
            {"subject": "status", "operator": "in", "value": 200},
            "`in` takes a list; write `value: [200]`",
        ),
        (
            {"subject": "status", "operator": "in", "value": []},
            "`in` takes a list; write `value: [200]`",
        ),
        (
            {"subject": "status", "operator": "==", "value": [200]},
            "`value` must be a single value for `==`, such as 200",
        ),
        (
            {"subject": "latency", "operator": "<", "value": 500},
            "500 has no unit; write `500ms` or `500s`",
        ),
        (
            {"subject": "body", "operator": "contains", "value": 5},
            "5 is not text; put it in quotation marks",
        ),
        (
            {"subject": "json", "path": "$.a", "operator": "matches", "value": 5},
            "5 is not text; put it in quotation marks",
        ),
        (
            {"subject": "json", "path": "$.a", "operator": "==", "value": float("nan")},
            "NaN and numbers beyond 1e308 can't be compared; write a number that JSON can hold",
        ),
        (
            {"subject": "status", "operator": "==", "value": True},
            '"True" is not a status; write three digits such as `200`, or a class such as `2xx`',
        ),
        (
            {"subject": "status", "operator": "==", "value": 200, "severity": "critical"},
            "`severity` must be fail or warn",
        ),
    ],
)
def test_a_mistake_in_an_object_is_told_likewise(fields: dict[str, object], message: str) -> None:
    with pytest.raises(ExpressionError) as refused:
        expectation_from_fields(fields)
    assert str(refused.value) == message


@pytest.mark.parametrize("subject", SUBJECTS.values(), ids=lambda subject: subject.name)
def test_every_subjects_example_holds_good(subject: object) -> None:
    example = getattr(subject, "example", "")
    assert parse_expectation(example).text == example


@pytest.mark.parametrize(
    "value",
    [
        "status == 200",
        "phase.tls < 1ms",
        {"subject": "status", "operator": "in", "value": [200, "3xx"]},
        {"subject": "header", "name": "x-id", "operator": "exists"},
        {"subject": "json", "path": "$.a", "operator": "==", "value": None, "severity": "warn"},
        {"subject": "latency", "operator": "<", "value": "500ms"},
        {"warn": "latency < 500ms"},
        {"warn": {"subject": "body", "operator": "contains", "value": "x"}},
    ],
)
def test_the_schema_takes_what_the_parser_takes(value: object) -> None:
    assert jsonschema_rs.validator_for(expectation_schema()).is_valid(value)


@pytest.mark.parametrize(
    "value",
    [
        "staus == 200",
        5,
        {"subject": "status", "operator": "contains", "value": 5},
        {"subject": "status", "operator": "=="},
        {"subject": "header", "operator": "exists"},
        {"subject": "header", "name": "a", "operator": "exists", "value": 1},
        {"subject": "latency", "operator": "<", "value": 500},
        {"subject": "status", "operator": "==", "value": 200, "extra": 1},
        {"warn": 5},
    ],
)
def test_the_schema_refuses_what_the_parser_refuses(value: object) -> None:
    assert not jsonschema_rs.validator_for(expectation_schema()).is_valid(value)
