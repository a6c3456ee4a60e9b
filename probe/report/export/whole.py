"""The table of single results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias

from probe.model.ndjson import Json, to_json
from probe.model.result import Result
from probe.model.sample import PHASES
from probe.model.units import MILLISECOND, Micros
from probe.report.export.columns import Cell, Column, Kind, Row, Table

Measured: TypeAlias = tuple[Result, Micros | None]
"""A result, and the interval that it was measured with."""


def _row(item: Measured) -> Iterator[Row]:
    result, interval = item
    yield (
        result.scheduled_at,
        result.check.partition("/")[0],
        result.check,
        result.location,
        result.state.value,
        result.failure and result.failure.value,
        result.http_status,
        result.detail,
        _milliseconds(result.latency_us),
        *(_milliseconds(getattr(result.phases, name)) for name in PHASES),
        result.bytes_sent,
        result.bytes_received,
        _milliseconds(result.lateness_us),
        result.attempts,
        result.address,
        result.definition or None,
        _milliseconds(interval),
    )


def _told(item: Measured) -> Iterator[Mapping[str, Json]]:
    """As import takes it, with evidence and expectations."""
    yield to_json(*item)


def _milliseconds(value: Micros | None) -> Cell:
    return None if value is None else value / MILLISECOND


RESULTS: Final = Table(
    name="results",
    columns=(
        Column("scheduled_at", Kind.TIME),
        Column("api", Kind.TEXT),
        Column("check", Kind.TEXT),
        Column("location", Kind.TEXT),
        Column("state", Kind.TEXT),
        Column("failure", Kind.TEXT),
        Column("http_status", Kind.COUNT),
        Column("detail", Kind.TEXT),
        Column("latency_ms", Kind.NUMBER),
        *(Column(f"{name}_ms", Kind.NUMBER) for name in PHASES),
        Column("bytes_sent", Kind.COUNT),
        Column("bytes_received", Kind.COUNT),
        Column("lateness_ms", Kind.NUMBER),
        Column("attempts", Kind.COUNT),
        Column("address", Kind.TEXT),
        Column("definition", Kind.TEXT),
        Column("interval_ms", Kind.NUMBER),
    ),
    rows=_row,
    told=_told,
)
