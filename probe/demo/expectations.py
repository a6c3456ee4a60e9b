"""How a check's expectations come out on a simulated response, in the words of a live result."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Final, TypeAlias

from probe.model.check import CheckFacts, Severity
from probe.model.result import AssertionOutcome, Verdict
from probe.model.sample import PHASES, Phases
from probe.model.units import Micros, format_duration, parse_duration

OUT_OF_ORDER: Final = 503
OK: Final = 200
_TOLD: Final = 3

_UNMET: Final = {Severity.FAIL: Verdict.FAILED, Severity.WARN: Verdict.WARNED}
_STATUS: Final = re.compile(r"status (==|!=|<=|>=|<|>|not in|in) (.+)")
_LIMIT: Final = re.compile(r"(latency|phase\.\w+) (<|<=) (\S+)")
_COMPARE: Final[dict[str, Callable[[int, int], bool]]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_NEGATIVE: Final = re.compile(r" (?:not|!=) ?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A bound that the latency, or one phase of it, must stay below; `index` is its place in the list."""

    index: int
    phase: str | None
    most: Micros
    severity: Severity


Outcomes: TypeAlias = tuple[AssertionOutcome, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectations:
    """A check's expectations, read once.

    Attributes:
        normal_status: one that meets them.
        notices_outage: whether a 503 fails at least one of them.
        met, skipped, out_of_order: the outcomes on a good response, on none, and on a 503 with an error body.
    """

    normal_status: int
    notices_outage: bool
    limits: tuple[Limit, ...]
    met: Outcomes
    skipped: Outcomes
    out_of_order: Outcomes

    @classmethod
    def of(cls, check: CheckFacts) -> Expectations:
        """Read the check's expectations."""
        texts = check.expectations
        refused = tuple(_on_outage(text, severity) for text, severity in texts)
        return cls(
            normal_status=_normal_status([text for text, _ in texts]),
            notices_outage=any(outcome.verdict is Verdict.FAILED for outcome in refused),
            limits=tuple(_limits(check)),
            met=tuple(AssertionOutcome(expectation=text, verdict=Verdict.PASSED) for text, _ in texts),
            skipped=tuple(AssertionOutcome(expectation=text, verdict=Verdict.SKIPPED) for text, _ in texts),
            out_of_order=refused,
        )

    def judge(self, outcomes: Outcomes, *, latency: Micros, phases: Phases) -> Outcomes:
        """The outcomes with the limits on time looked at too."""
        judged: list[AssertionOutcome] | None = None
        for limit in self.limits:
            value = latency if limit.phase is None else getattr(phases, limit.phase)
            if value is not None and value >= limit.most:
                judged = judged or list(outcomes)
                judged[limit.index] = AssertionOutcome(
                    expectation=outcomes[limit.index].expectation,
                    verdict=_UNMET[limit.severity],
                    actual=format_duration(value),
                )
        return tuple(judged) if judged else outcomes


def explain(outcomes: Iterable[AssertionOutcome]) -> str:
    """`expected status == 200, found 503; …`: the first few."""
    return "; ".join(f"expected {outcome.expectation}, found {outcome.actual}" for outcome in islice(outcomes, _TOLD))


def _limits(check: CheckFacts) -> list[Limit]:
    limits = []
    for index, (text, severity) in enumerate(check.expectations):
        found = _LIMIT.fullmatch(text)
        if found:
            phase = found[1].partition(".")[2] or None
            if phase is None or phase in PHASES:
                most = parse_duration(found[3]) + (found[2] == "<=")
                limits.append(Limit(index=index, phase=phase, most=most, severity=severity))
    return limits


def _normal_status(texts: list[str]) -> int:
    statements = [text for text in texts if text.startswith("status ")]
    named = [int(number) for text in statements for number in re.findall(r"\b[1-5]\d\d\b", text)]
    candidates = (OK, *named, 204, 404, 500)
    return next((status for status in candidates if all(_accepts(text, status) for text in statements)), OK)


def _accepts(text: str, status: int) -> bool:
    found = _STATUS.fullmatch(text)
    if not found:
        return True
    numbers = [int(number) for number in re.findall(r"\d+", found[2])]
    if found[1] in ("==", "in"):
        return status in numbers
    if found[1] in ("!=", "not in"):
        return status not in numbers
    return _COMPARE[found[1]](status, numbers[0])


def _on_outage(text: str, severity: Severity) -> AssertionOutcome:
    actual = _found_on_outage(text)
    verdict = Verdict.PASSED if actual is None else _UNMET[severity]
    return AssertionOutcome(expectation=text, verdict=verdict, actual=actual)


def _found_on_outage(text: str) -> str | None:
    """What a 503 with an error in JSON shows instead; `None` when the expectation holds all the same."""
    subject = text.split(" ", 1)[0]
    if subject == "status":
        return None if _accepts(text, OUT_OF_ORDER) else str(OUT_OF_ORDER)
    if subject in ("json", "body") and not _NEGATIVE.search(text):
        return f"nothing at {text.split(' ', 2)[1]}" if subject == "json" else "another text"
    return None
