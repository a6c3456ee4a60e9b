"""Service levels as JSON and as CSV: the contract of `probe sla`, with every figure in full precision."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Final

from probe.model.ndjson import Json
from probe.model.units import MILLISECOND, SECOND, Micros, to_iso
from probe.report.export.columns import Cell, Column, Kind, Table
from probe.slo.budget import ObjectiveStatus
from probe.slo.percentiles import Responses
from probe.slo.service_level import Assessed, ServiceLevel

LATENCIES: Final = ("mean", "p50", "p90", "p95", "p99", "max", "count")


def contract(assessed: Assessed, *, timezone: str) -> dict[str, Json]:
    """The figures as `probe sla --format json` prints them: ratios in 0..1, times in UTC, `None` what isn't known."""
    return {
        "from": to_iso(assessed.asked.period.start),
        "to": to_iso(assessed.asked.period.end),
        "timezone": timezone,
        "method": assessed.rules.method.value,
        "checks": [{"check": level.id, **_figures(level)} for level in assessed.checks],
        "apis": [{"api": level.id, **_figures(level)} for level in assessed.apis],
    }


def figures_table(assessed: Assessed, *, timezone: str) -> Table[Assessed]:
    """The same as a table: checks, then APIs; an objective's figures stand in columns with its name before them."""
    told = contract(assessed, timezone=timezone)
    period = {key: told[key] for key in ("from", "to", "timezone", "method")}
    levels = [*(("check", level) for level in assessed.checks), *(("api", level) for level in assessed.apis)]
    flat = [{"kind": kind, "id": level.id, **period, **_flat(level)} for kind, level in levels]
    names = list(dict.fromkeys(name for row in flat for name in row)) or ["kind", "id", *period]
    return Table(
        name="sla",
        columns=tuple(Column(name, Kind.TEXT) for name in names),
        rows=lambda _: [tuple(cell(row.get(name)) for name in names) for row in flat],
    )


def _flat(level: ServiceLevel) -> dict[str, Json]:
    """The figures side by side: `latency_ms_p50`, `availability_target` …"""
    flat = _plain(level)
    flat |= {f"latency_ms_{name}": value for name, value in _latency(level.responses).items()}
    for status in level.objectives:
        figures = objective_figures(status)
        name = figures.pop("objective")
        flat |= {f"{name}_{figure}": value for figure, value in figures.items()}
    return flat


def cell(value: Json) -> Cell:
    """As it stands in a table: truth values as JSON writes them."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str | int | float) else None


def _figures(level: ServiceLevel) -> dict[str, Json]:
    return {
        **_plain(level),
        "latency_ms": dict(_latency(level.responses)),
        "slo": [objective_figures(each) for each in level.objectives],
    }


def _plain(level: ServiceLevel) -> dict[str, Json]:
    attained, time, recovery = level.attained, level.time, level.recovery
    return {
        "availability": ratio(attained.availability),
        "coverage": ratio(level.coverage),
        "best": ratio(attained.best),
        "worst": ratio(attained.worst),
        "downtime_seconds": seconds(time.down),
        "unknown_seconds": seconds(time.unknown),
        "maintenance_seconds": seconds(time.maintenance),
        "incidents": len(recovery.incidents),
        "mttr_seconds": seconds(recovery.mttr),
        "mtbf_seconds": seconds(recovery.mtbf),
        "mttd_seconds": seconds(recovery.mttd),
        "apdex": ratio(level.apdex),
    }


def _latency(responses: Responses | None) -> Mapping[str, Json]:
    if responses is None:
        return dict.fromkeys(LATENCIES[:-1]) | {"count": 0}
    latency = responses.latency
    values = (responses.mean, latency.p50, latency.p90, latency.p95, latency.p99, latency.maximum)
    shown = [float(Fraction(value) / MILLISECOND) for value in values]
    return dict(zip(LATENCIES, (*shown, latency.count), strict=True))


def objective_figures(status: ObjectiveStatus) -> dict[str, Json]:
    """Where an objective stands."""
    return {
        "objective": status.objective,
        "target": ratio(status.target),
        "met": status.met,
        "budget_seconds": seconds(status.budget),
        "spent_seconds": seconds(status.spent),
        "remaining_ratio": ratio(status.remaining_ratio),
        "burn_rate": ratio(status.burn_rate),
        "exhausted_at": None if status.exhausted_at is None else to_iso(status.exhausted_at),
    }


def seconds(value: Fraction | Micros | None) -> float | int | None:
    """Microseconds as seconds, whole ones as a whole number."""
    if value is None:
        return None
    exact = Fraction(value) / SECOND
    return exact.numerator if exact.denominator == 1 else float(exact)


def ratio(value: Fraction | None) -> float | None:
    """In full precision."""
    return None if value is None else float(value)
