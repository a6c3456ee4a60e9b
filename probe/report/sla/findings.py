"""What a second computation of a report found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from probe.model.ndjson import Json


class FindingKind(StrEnum):
    """What was found."""

    FIGURE = "figure"  # differs
    RESULTS = "results"  # came or went
    PURGED = "purged"  # can't be verified
    MAINTENANCE = "maintenance"  # declared or changed since
    INPUT = "input"  # isn't what the same configuration says
    SEAL = "seal"  # the file was changed
    PAGE = "page"  # shows something else than it carries
    CONFIGURATION = "configuration"  # changed since
    TODAY = "today"  # would differ by today's configuration
    PRECISION = "precision"  # not as exact any more
    VERSION = "version"  # made by another one


REMARKS: Final = frozenset({FindingKind.CONFIGURATION, FindingKind.TODAY, FindingKind.PRECISION, FindingKind.VERSION})
"""What is worth telling, and no fault of the report."""


class Finding(NamedTuple):
    """Something about a report; where it is about a value, with the way to it, as it was reported and as it is now."""

    kind: FindingKind
    message: str
    path: str = ""
    reported: Json = None
    recomputed: Json = None

    @property
    def is_fault(self) -> bool:
        """Whether the report doesn't hold."""
        return self.kind not in REMARKS


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What became of a report; `figures` is how many were recomputed."""

    figures: int
    findings: tuple[Finding, ...]

    @property
    def agrees(self) -> bool:
        """Whether the report holds."""
        return not any(finding.is_fault for finding in self.findings)
