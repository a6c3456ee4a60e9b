"""What can never hold is refused; what can hold once is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from probe.config.load import loads
from probe.model.errors import ConfigurationError

OLDER = "needs an older TLS than tls.min_version accepts; change one of them"
HTTP_2 = "needs HTTP/2, which is spoken only with http: 2; write that too"


def read(expectation: str, more: str) -> None:
    text = (
        "version: 1\napis:\n  shop:\n    checks:\n      home:\n        get: https://shop.example.com/\n"
        f"        {more}\n        expect: ['{expectation}']\n"
    )
    loads(text.encode(), file="checks.yaml", environment={}, folder=Path())


@pytest.mark.parametrize(
    ("expectation", "more", "reason"),
    [
        ("http.version == 2", "redirects: 1", f"http.version == HTTP/2 {HTTP_2}"),
        ("http.version in [h2]", "http: 1.1", f"http.version in [HTTP/2] {HTTP_2}"),
        ("http.version not in [1.0, 1.1]", "http: 1.1", f"http.version not in [HTTP/1.0, HTTP/1.1] {HTTP_2}"),
        ("tls.version == 1.2", "tls: {min_version: 1.3}", f"tls.version == TLSv1.2 {OLDER}"),
        ("tls.version != 1.3", "tls: {min_version: 1.3}", f"tls.version != TLSv1.3 {OLDER}"),
    ],
)
def test_a_version_that_is_not_spoken_is_refused(expectation: str, more: str, reason: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        read(expectation, more)
    assert str(raised.value) == f"checks.yaml:8:18: apis.shop.checks.home.expect[0]: can never hold: {reason}"


@pytest.mark.parametrize(
    ("expectation", "more"),
    [
        ("http.version == HTTP/2", "http: 2"),
        ("http.version in [HTTP/1.1, HTTP/2]", "http: 1.1"),
        ("http.version != HTTP/2", "http: 1.1"),
        ("http.version not in [HTTP/2]", "http: 1.1"),
        ("http.version == HTTP/1.1", "http: 2"),
        ("tls.version == 1.3", "tls: {min_version: 1.3}"),
        ("tls.version == 1.2", "tls: {min_version: 1.2}"),
    ],
)
def test_a_version_that_may_be_spoken_is_fine(expectation: str, more: str) -> None:
    read(expectation, more)
