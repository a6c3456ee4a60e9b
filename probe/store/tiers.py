"""Rollups as rows, and back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import Any, Final, TypeAlias

from sqlalchemy import Connection, Row, Select, Table, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from probe.model.result import State
from probe.model.sample import PHASES
from probe.model.units import Micros
from probe.slo.histogram import EMPTY, Histogram
from probe.slo.rollup import Figures, PhaseSum, Rollup, assembled
from probe.store.engine import is_sqlite
from probe.store.packing import pack, unpack

Value: TypeAlias = int | bytes | dict[str, int] | None

HISTOGRAMS: Final = ("latency", "latency_down")
_PARTS: Final = ("runs", "us", "min_us", "max_us", "buckets")


def write(connection: Connection, table: Table, rollups: Iterable[tuple[int, int, Rollup]]) -> None:
    """Writes what checks came to at locations, in the place of what may stand there."""
    rows = [_row(check_id, location_id, rollup) for check_id, location_id, rollup in rollups]
    if not rows:
        return
    insert = (sqlite if is_sqlite(connection) else postgresql).insert(table)
    changed = {column.name: insert.excluded[column.name] for column in table.columns if not column.primary_key}
    connection.execute(insert.on_conflict_do_update(index_elements=list(table.primary_key), set_=changed), rows)


def read(
    connection: Connection, table: Table, check_id: int | None, location_id: int, *, start: Micros, end: Micros
) -> Iterator[Rollup]:
    """One check's rollups that begin in `[start, end)`, ascending."""
    asked = {"check": check_id, "location": location_id, "start": start, "end": end}
    return map(_rollup, connection.execute(_between(table), asked))


_READ: Final = (
    "starts_at", "ends_at", "timeline", "statuses", "bytes_sent", "bytes_received",
    *(f"{name}_{part}" for name in HISTOGRAMS for part in _PARTS),
    *(f"{phase}_{part}" for phase in PHASES for part in ("us", "runs")),
)  # fmt: skip


@cache
def _between(table: Table) -> Select[*tuple[Any, ...]]:
    """Built once for each table: to build it takes longer than to ask."""
    return (
        select(*(table.c[name] for name in _READ))
        .where(
            table.c.check_id == bindparam("check"),
            table.c.location_id == bindparam("location"),
            table.c.starts_at >= bindparam("start"),
            table.c.starts_at < bindparam("end"),
        )
        .order_by(table.c.starts_at)
    )


def _row(check_id: int, location_id: int, rollup: Rollup) -> dict[str, Value]:
    figures = rollup.figures
    return {
        "check_id": check_id,
        "location_id": location_id,
        "starts_at": rollup.start,
        "ends_at": rollup.end,
        **{state.value: figures.states.get(state, 0) for state in State},
        "statuses": {str(status): count for status, count in sorted(figures.statuses.items())},
        "failures": {failure.value: count for failure, count in sorted(figures.failures.items())},
        "bytes_sent": figures.bytes_sent,
        "bytes_received": figures.bytes_received,
        **_histogram_columns("latency", figures.latency),
        **_histogram_columns("latency_down", figures.latency_down),
        **{f"{name}_us": phase.total for name, phase in zip(PHASES, figures.phases, strict=True)},
        **{f"{name}_runs": phase.runs for name, phase in zip(PHASES, figures.phases, strict=True)},
        "timeline": pack(rollup.runs, rollup.start),
    }


def _histogram_columns(name: str, histogram: Histogram) -> Mapping[str, Value]:
    parts: Sequence[Value] = (0, None, None, None, None)
    if histogram.count:
        parts = (histogram.count, histogram.total, histogram.minimum, histogram.maximum, histogram.buckets)
    return {f"{name}_{part}": value for part, value in zip(_PARTS, parts, strict=True)}


def _rollup(row: Row[*tuple[Any, ...]]) -> Rollup:
    starts_at, ends_at, timeline, statuses, sent, received, *rest = row
    parts = iter(rest)
    latency = _histogram(tuple(islice(parts, len(_PARTS))))
    latency_down = _histogram(tuple(islice(parts, len(_PARTS))))
    figures = Figures(
        statuses={int(status): count for status, count in statuses.items()},
        bytes_sent=sent,
        bytes_received=received,
        latency=latency,
        latency_down=latency_down,
        phases=tuple(PhaseSum(*pair) for pair in zip(parts, parts, strict=True)),
    )
    return assembled(figures, unpack(timeline, starts_at), start=starts_at, end=ends_at)


def _histogram(parts: tuple[int, int, int, int, bytes]) -> Histogram:
    count, total, minimum, maximum, buckets = parts
    return Histogram(buckets=buckets, count=count, total=total, minimum=minimum, maximum=maximum) if count else EMPTY
