"""What the page of a report shows: texts, ready to be read."""

from __future__ import annotations

from dataclasses import dataclass

from probe.report.words import Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A check or an API in a table; `is_api` ones stand above their checks."""

    name: str
    id: str
    is_api: bool
    cells: tuple[str, ...]
    is_thin: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetRow:
    """Where an objective stands; `met` is `None` where nothing is known."""

    name: str
    objective: str
    met: bool | None
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentRow:
    """An incident; `end` is `None` while it goes on."""

    name: str
    start: Moment
    end: Moment | None
    lasted: str
    detected: str
    cause: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceRow:
    """A window, and when it counted within the period."""

    name: str
    on: str
    times: tuple[str, ...]
    hidden: int
    total: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SlaView:
    """The page.

    Attributes:
        called: the period in a word, such as `October 2026`.
        to_date: whether the period goes on.
        verdict: in one sentence; `is_met` is `None` where nothing is held against anything.
        remarks: what a reader must know to judge the figures.
        afterwards: maintenance that was declared after time that it is about.
        definitions: figure and formula.
    """

    title: str
    called: str
    start: Moment
    end: Moment
    made: Moment
    to_date: bool
    timezone: str
    version: str
    verdict: str
    is_met: bool | None
    remarks: tuple[str, ...]
    summary: tuple[Row, ...]
    targets: tuple[TargetRow, ...]
    incidents: tuple[IncidentRow, ...]
    maintenance: tuple[MaintenanceRow, ...]
    afterwards: tuple[str, ...]
    latency: tuple[Row, ...]
    definitions: tuple[tuple[str, str], ...]
    method: str
    location: str
    file: str
    file_digest: str
    results_digest: str
    seal: str
    algorithm: str
