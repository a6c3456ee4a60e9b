"""A sample and its outcomes to the result of the slot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from probe.assertions.shown import shown
from probe.model.check import Check
from probe.model.result import AssertionOutcome, Result, State, Verdict
from probe.model.sample import FailureKind, Sample
from probe.model.sensitive import Redactor
from probe.model.units import Micros

LONGEST_ACTUAL: Final = 200
LONGEST_DETAIL: Final = 1_000
_TOLD: Final = 3

OWN_FAILURES: Final = frozenset({
    FailureKind.MISSED,
    FailureKind.INTERRUPTED,
    FailureKind.NOT_RUNNING,
    FailureKind.LOST,
    FailureKind.PROXY,
    FailureKind.PROBER_FAULT,
})  # fmt: skip
"""Failures of the prober, not of the target: they leave the state unknown."""


def conclude(
    check: Check,
    sample: Sample,
    outcomes: Sequence[AssertionOutcome],
    *,
    location: str,
    scheduled_at: Micros,
    lateness_us: Micros,
    attempts: int,
) -> Result:
    """The slot's result. Whatever the target may have reflected is free of the check's secrets in it, and fit to be stored.

    Args:
        sample: of the attempt that decided.
        outcomes: what the check's judge made of that sample.
        lateness_us: how long after its slot the first attempt began.
        attempts: how many were made; with 0 there is no latency.
    """
    told = tuple(_told(outcome, check.redactor) for outcome in outcomes)
    state, failure, detail = _verdict(sample, told)
    return Result(
        check=check.id,
        location=location,
        scheduled_at=scheduled_at,
        state=state,
        failure=failure,
        detail=detail and shown(detail, check.redactor, LONGEST_DETAIL),
        http_status=sample.http_status,
        latency_us=sample.latency_us if attempts else None,
        phases=sample.phases,
        bytes_sent=sample.bytes_sent,
        bytes_received=sample.bytes_received,
        lateness_us=lateness_us,
        attempts=attempts,
        address=sample.address and check.redactor.redact(sample.address),
        outcomes=told,
        definition=check.definition,
        http_version=sample.http_version,
        tls=sample.tls,
    )


def _verdict(sample: Sample, outcomes: tuple[AssertionOutcome, ...]) -> tuple[State, FailureKind | None, str | None]:
    if sample.failure is not None:
        state = State.UNKNOWN if sample.failure.kind in OWN_FAILURES else State.DOWN
        return state, sample.failure.kind, sample.failure.detail
    if all(outcome.actual is None for outcome in outcomes):
        return State.UP, None, None
    failed = [outcome for outcome in outcomes if outcome.verdict is Verdict.FAILED]
    if failed:
        return State.DOWN, FailureKind.ASSERTION, _sentence(failed)
    warned = [outcome for outcome in outcomes if outcome.verdict is Verdict.WARNED]
    return State.DEGRADED, None, _sentence(warned)


def _sentence(outcomes: Sequence[AssertionOutcome]) -> str:
    """`expected status == 200, found 503; …`: the first few, and how many more there are."""
    told = [f"expected {outcome.expectation}, found {outcome.actual}" for outcome in outcomes[:_TOLD]]
    more = len(outcomes) - _TOLD
    return "; ".join(told) + (f"; and {more} more" if more > 0 else "")


def _told(outcome: AssertionOutcome, redactor: Redactor) -> AssertionOutcome:
    if outcome.actual is None:
        return outcome
    return replace(outcome, actual=shown(outcome.actual, redactor, LONGEST_ACTUAL))
