from __future__ import annotations

from dataclasses import replace

import pytest

from probe.config.expressions import ExpressionError, expectation_from_fields, parse_expectation
from tests.unit.assertions.judging import SAMPLE, found


@pytest.mark.parametrize(
    ("expectation", "actual"),
    [
        ("http.version == HTTP/2", None),
        ("http.version != HTTP/1.1", None),
        ("http.version in [HTTP/1.1, HTTP/2]", None),
        ("http.version not in [HTTP/1.0, HTTP/1.1]", None),
        ("http.version == HTTP/1.1", "HTTP/2"),
        ("tls.version == TLSv1.3", None),
        ("tls.version == TLSv1.2", "TLSv1.3"),
        ("tls.version not in [TLSv1.3]", "TLSv1.3"),
    ],
)
def test_it_is_what_was_spoken(expectation: str, actual: str | None) -> None:
    assert found(expectation, replace(SAMPLE, http_version="HTTP/2")) == actual


def test_without_encryption_there_is_no_version_of_it() -> None:
    expected = "no version of TLS, for the connection is not encrypted"
    assert found("tls.version != TLSv1.2", replace(SAMPLE, tls=None)) == expected


@pytest.mark.parametrize(
    ("subject", "version", "spellings"),
    [
        ("http.version", "HTTP/1.0", ("HTTP/1.0", "http/1.0", "1.0")),
        ("http.version", "HTTP/1.1", ("HTTP/1.1", "1.1", "HTTP 1.1")),
        ("http.version", "HTTP/2", ("HTTP/2", "HTTP/2.0", "2", "2.0", "h2", "H2", "HTTP 2")),
        ("tls.version", "TLSv1.2", ("TLSv1.2", "tlsv1.2", "1.2", "TLS1.2")),
        ("tls.version", "TLSv1.3", ("TLSv1.3", "1.3", "TLS 1.3", "TLS1.3", "TLS v1.3")),
    ],
)
def test_its_natural_spellings_mean_the_same(subject: str, version: str, spellings: tuple[str, ...]) -> None:
    for written in spellings:
        assert parse_expectation(f"{subject} == {written}").text == f"{subject} == {version}"
        assert parse_expectation(f'{subject} in ["{written}"]').text == f"{subject} in [{version}]"


@pytest.mark.parametrize(
    ("subject", "number", "version"),
    [
        ("http.version", 1.0, "HTTP/1.0"),
        ("http.version", 1.1, "HTTP/1.1"),
        ("http.version", 2, "HTTP/2"),
        ("http.version", 2.0, "HTTP/2"),
        ("tls.version", 1.3, "TLSv1.3"),
    ],
)
def test_in_the_object_form_a_number_is_one(subject: str, number: float, version: str) -> None:
    fields = {"subject": subject, "operator": "in", "value": [number]}
    assert expectation_from_fields(fields).value == (version,)


@pytest.mark.parametrize(
    ("expectation", "message"),
    [
        ("http.version == HTTP/3", '"HTTP/3" is not a version of HTTP; write HTTP/1.0, HTTP/1.1 or HTTP/2'),
        ("http.version == 1", '"1" is not a version of HTTP; write HTTP/1.0, HTTP/1.1 or HTTP/2'),
        ("tls.version in [1.3, 1.1]", '"1.1" is not a version of TLS; write TLSv1.2 or TLSv1.3'),
        ("tls.version != SSLv3", '"SSLv3" is not a version of TLS; write TLSv1.2 or TLSv1.3'),
        ("tls.version ends with 1.3", "`ends with` can't be used with tls.version; use ==, !=, in or not in"),
    ],
)
def test_no_other_version_and_no_other_operator_is_taken(expectation: str, message: str) -> None:
    with pytest.raises(ExpressionError) as raised:
        parse_expectation(expectation)
    assert str(raised.value) == message
