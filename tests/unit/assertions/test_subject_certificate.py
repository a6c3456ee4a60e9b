from __future__ import annotations

from dataclasses import replace

import pytest

from probe.model.sample import CertificateFacts, TlsFacts
from probe.model.units import DAY, SECOND
from tests.unit.assertions.judging import SAMPLE, STARTED, found


@pytest.mark.parametrize(
    ("expectation", "actual"),
    [
        ("certificate.expires_in > 14d", None),
        ("certificate.expires_in >= 20d", None),
        ("certificate.expires_in < 21d", None),
        ("certificate.expires_in > 20d", "20d"),
        ("certificate.expires_in > 30d", "20d"),
    ],
)
def test_it_counts_from_the_start_of_the_attempt(expectation: str, actual: str | None) -> None:
    assert found(expectation) == actual


def _expiring(left: int) -> TlsFacts:
    return TlsFacts(version="TLSv1.3", cipher=None, chain=(CertificateFacts(not_after=STARTED + left),))


def test_it_is_shown_to_the_second() -> None:
    sample = replace(SAMPLE, tls=_expiring(13 * DAY + 90 * SECOND - 1))
    assert found("certificate.expires_in > 14d", sample) == "13d1m29s"


def test_an_expired_one_has_less_than_nothing_left() -> None:
    sample = replace(SAMPLE, tls=_expiring(-DAY))
    assert found("certificate.expires_in > 0s", sample) == "-1d"


def test_without_encryption_it_fails_with_the_reason() -> None:
    sample = replace(SAMPLE, tls=None)
    expected = "no certificate, for the connection is not encrypted"
    assert found("certificate.expires_in > 14d", sample) == expected
    assert found("certificate.expires_in < 14d", sample) == expected


def test_a_certificate_without_an_end_fails_with_the_reason() -> None:
    sample = replace(SAMPLE, tls=TlsFacts(version=None, cipher=None, chain=()))
    assert found("certificate.expires_in < 14d", sample) == "no end date in the certificate"
