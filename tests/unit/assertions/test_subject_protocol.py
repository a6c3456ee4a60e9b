from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.assertions.judging import SAMPLE, found


@pytest.mark.parametrize(
    ("expectation", "actual"),
    [
        ("http.version == HTTP/2", None),
        ("http.version != HTTP/1.1", None),
        ("http.version in [HTTP/1.1, HTTP/2]", None),
        ("http.version == HTTP/1.1", '"HTTP/2"'),
        ("tls.version == TLSv1.3", None),
        ("tls.version ends with 1.3", None),
        ("tls.version == TLSv1.2", '"TLSv1.3"'),
    ],
)
def test_it_is_what_was_spoken(expectation: str, actual: str | None) -> None:
    assert found(expectation, replace(SAMPLE, http_version="HTTP/2")) == actual


def test_without_encryption_there_is_no_version_of_it() -> None:
    expected = "no version of TLS, for the connection is not encrypted"
    assert found("tls.version != TLSv1.2", replace(SAMPLE, tls=None)) == expected
