"""Where objectives stand, as JSON and as CSV: the contract of `probe slo`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from probe.model.ndjson import Json
from probe.model.units import to_iso
from probe.report.export.columns import Cell, Column, Kind, Row, Table
from probe.report.sla.figures import cell, objective_figures, ratio, seconds
from probe.slo.burn import Burning
from probe.slo.standing import ObjectiveStanding, Standings

COLUMNS: Final = (
    "kind", "id", "objective", "about", "window_from", "window_to", "target", "attained", "met", "budget_seconds",
    "spent_seconds", "remaining_ratio", "window_burn_rate", "burn_rate", "exhausted_at", "burning",
)  # fmt: skip


def standings_contract(found: Standings, *, timezone: str) -> dict[str, Json]:
    """The figures as `probe slo --format json` prints them: ratios in 0..1, times in UTC, `None` what isn't known."""
    start, end = found.asked.so_far
    return {
        "at": to_iso(end),
        "timezone": timezone,
        "burn_rate_over_seconds": seconds(end - start),
        "objectives": [
            {**_figures(kind, each), "burn": [_pair(pair) for pair in each.pairs]} for kind, each in _all(found)
        ],
    }


def standings_table() -> Table[Standings]:
    """The same as a table, a row an objective; of the burn windows it has the levels of those that tell."""
    return Table(name="slo", columns=tuple(Column(name, Kind.TEXT) for name in COLUMNS), rows=_rows)


def _all(found: Standings) -> Iterator[tuple[str, ObjectiveStanding]]:
    yield from (("api", each) for each in found.apis)
    yield from (("check", each) for each in found.checks)


def _rows(found: Standings) -> Iterator[Row]:
    for kind, each in _all(found):
        levels = dict.fromkeys(pair.pair.level.value for pair in each.pairs if pair.is_burning)
        row: dict[str, Cell] = {name: cell(value) for name, value in _figures(kind, each).items()}
        row["burning"] = " ".join(levels)
        yield tuple(row[name] for name in COLUMNS)


def _figures(kind: str, standing: ObjectiveStanding) -> dict[str, Json]:
    status = standing.status
    return {
        "kind": kind,
        "id": standing.id,
        "about": status.kind.value,
        "window_from": to_iso(status.window.start),
        "window_to": to_iso(status.window.end),
        "attained": ratio(status.attained),
        "window_burn_rate": ratio(standing.burn_rate),
        **objective_figures(status),
    }


def _pair(told: Burning) -> dict[str, Json]:
    return {
        "level": told.pair.level.value,
        "long_seconds": seconds(told.pair.long),
        "short_seconds": seconds(told.pair.short),
        "rate": ratio(told.rate),
        "long_burn_rate": ratio(told.long),
        "short_burn_rate": ratio(told.short),
        "bad_samples": told.bad_samples,
        "burning": told.is_burning,
        "reason": told.reason.value,
    }
