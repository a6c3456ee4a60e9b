"""Samples at a fixed moment, and one expectation judged on its own."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from probe.assertions.judge import compile_expectations
from probe.config.expressions import parse_expectation
from probe.model.result import AssertionOutcome, Verdict
from probe.model.sample import CertificateFacts, Phases, Sample, TlsFacts
from probe.model.units import DAY

STARTED: Final = 1_790_000_000_000_000
SAMPLE: Final = Sample(
    started_at=STARTED,
    latency_us=712_000,
    phases=Phases(dns=1_200, connect=3_000, send=100, wait=700_000, transfer=2_000),
    http_status=200,
    headers=(("Content-Type", "application/json"), ("X-Tag", "a"), ("x-tag", "b")),
    body=b'{"n": 1}',
    tls=TlsFacts(version="TLSv1.3", cipher=None, chain=(CertificateFacts(not_after=STARTED + 20 * DAY),)),
)


def judged(expectation: str, sample: Sample = SAMPLE) -> AssertionOutcome:
    """The outcome of one expectation, written as a sentence."""
    (outcome,) = compile_expectations([parse_expectation(expectation)])(sample)
    return outcome


def found(expectation: str, sample: Sample = SAMPLE) -> str | None:
    """What was found instead; `None` when the expectation holds."""
    outcome = judged(expectation, sample)
    assert (outcome.actual is None) == (outcome.verdict is Verdict.PASSED)
    return outcome.actual


def with_body(body: bytes, content_type: str = "application/json") -> Sample:
    """A response with this body."""
    return replace(SAMPLE, body=body, headers=(("Content-Type", content_type),))
