"""Expectations, compiled once a check, to a judge of its samples."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

from probe.assertions.reading import Reading
from probe.assertions.registry import SUBJECTS
from probe.model.check import Expectation, Severity
from probe.model.result import AssertionOutcome, Verdict
from probe.model.sample import Sample

Judge: TypeAlias = Callable[[Sample], tuple[AssertionOutcome, ...]]
"""One outcome an expectation, in their order. Raises nothing, whatever the sample holds."""

_UNMET = {Severity.FAIL: Verdict.FAILED, Severity.WARN: Verdict.WARNED}


def compile_expectations(expectations: Iterable[Expectation]) -> Judge:
    """A judge of these expectations.

    Without a complete response all of them are skipped. `actual` holds what was found at full length, for what may be a secret
    must be masked before it is cut: `conclude` does both.
    """
    expectations = tuple(expectations)
    verdicts = [_compiled(expectation) for expectation in expectations]
    skipped = tuple(
        AssertionOutcome(expectation=expectation.text, verdict=Verdict.SKIPPED) for expectation in expectations
    )

    def judge(sample: Sample) -> tuple[AssertionOutcome, ...]:
        if sample.failure is not None:
            return skipped
        reading = Reading(sample)
        return tuple([verdict(reading) for verdict in verdicts])

    return judge


def _compiled(expectation: Expectation) -> Callable[[Reading], AssertionOutcome]:
    subject = SUBJECTS[expectation.subject]
    test = subject.test(expectation.target, expectation.operator, expectation.value)
    passed = AssertionOutcome(expectation=expectation.text, verdict=Verdict.PASSED)
    unmet = _UNMET[expectation.severity]

    def verdict(reading: Reading) -> AssertionOutcome:
        actual = test(reading)
        if actual is None:
            return passed
        return AssertionOutcome(expectation=expectation.text, verdict=unmet, actual=actual)

    return verdict
