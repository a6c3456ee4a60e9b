"""What a check asked for at some time, as far as its results need it to be understood."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from probe.model.check import Check, Severity
from probe.model.units import Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A check's definition; `(check, fingerprint)` is its identity.

    Attributes:
        check: the check's id.
        interval: how often it was to be measured: for how long a verdict holds follows from it.
        expectations: each as a sentence with its severity, in the order of the outcomes.
    """

    check: str
    fingerprint: str
    interval: Micros
    expectations: tuple[tuple[str, Severity], ...] = ()

    @classmethod
    def of(cls, check: Check) -> Self:
        """That of a check as it stands in the file."""
        return cls(
            check=check.id,
            fingerprint=check.definition,
            interval=check.interval,
            expectations=tuple((item.text, item.severity) for item in check.expectations),
        )
