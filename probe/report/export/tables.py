"""The tables of figures, one a metric; each item is a part of a period, of a check or of an API."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from probe.model.result import State
from probe.model.sample import PHASES, FailureKind
from probe.model.units import MILLISECOND, MINUTE, SECOND, Micros
from probe.report.export.columns import Cell, Column, Kind, Row, Table
from probe.slo.history import NO_RESPONSE
from probe.slo.series import Part

PERCENTILES: Final = (50, 90, 95, 99)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """A part of the past, and whose it is; `check` is `None` where it is all checks of the API."""

    api: str
    check: str | None
    location: str
    part: Part


_KEY: Final = (
    Column("from", Kind.TIME),
    Column("to", Kind.TIME),
    Column("api", Kind.TEXT),
    Column("check", Kind.TEXT),
    Column("location", Kind.TEXT),
)


def _key(each: Slice) -> Row:
    return (*each.part.period, each.api, each.check, each.location)


def _counts(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, Kind.COUNT) for name in names)


def _numbers(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, Kind.NUMBER) for name in names)


def _usage(each: Slice) -> Iterator[Row]:
    """Runs by state, by status and by failure, as far as there were any."""
    figures, key = each.part.figures, _key(each)
    for state in State:
        if count := figures.states.get(state, 0):
            yield (*key, "state", state.value, count)
    for status, count in sorted(figures.statuses.items()):
        yield (*key, "status", str(status), count)
    if figures.unanswered:
        yield (*key, "status", NO_RESPONSE, figures.unanswered)
    for failure in FailureKind:
        if count := figures.failures.get(failure, 0):
            yield (*key, "failure", failure.value, count)


def _rate(each: Slice) -> Iterator[Row]:
    figures, part = each.part.figures, each.part
    states = (figures.states.get(state, 0) for state in State)
    start, end = part.period
    per_minute = figures.measured * MINUTE / (end - start)
    yield (*_key(each), figures.slots, figures.measured, *states, per_minute)


def _latency(each: Slice) -> Iterator[Row]:
    """Of responses: a connection that was refused at once makes no service fast."""
    responses = each.part.figures.responses
    values: Iterable[Cell] = (None,) * (len(PERCENTILES) + 3)
    if responses.count:
        mean = responses.total / responses.count
        found = (mean, responses.minimum, *responses.percentiles(*PERCENTILES), responses.maximum)
        values = map(_milliseconds, found)
    yield (*_key(each), responses.count, *values)


def _traffic(each: Slice) -> Iterator[Row]:
    figures = each.part.figures
    yield (*_key(each), figures.bytes_sent, figures.bytes_received)


def _availability(each: Slice) -> Iterator[Row]:
    time, attained = each.part.time, each.part.attained
    ratios = (attained.availability, time.coverage, attained.worst, attained.best)
    seconds = (value / SECOND for value in (time.up, time.degraded, time.down, time.unknown, time.maintenance))
    yield (*_key(each), *(None if ratio is None else float(ratio) for ratio in ratios), *seconds)


def _phases(each: Slice) -> Iterator[Row]:
    """The mean of each phase, over the responses before which it happened."""
    sums = each.part.figures.phases
    yield (*_key(each), *(_milliseconds(each.total / each.runs) if each.runs else None for each in sums))


def _milliseconds(value: Micros | float) -> float:
    return value / MILLISECOND


def _table(name: str, rows: Callable[[Slice], Iterable[Row]], *columns: Column) -> Table[Slice]:
    return Table(name=name, columns=(*_KEY, *columns), rows=rows)


TABLES: Final = {
    table.name: table
    for table in (
        _table("usage", _usage, Column("kind", Kind.TEXT), Column("value", Kind.TEXT), *_counts("runs")),
        _table("rate", _rate, *_counts("runs", "measured", *State), *_numbers("measured_per_minute")),
        _table(
            "latency",
            _latency,
            *_counts("responses"),
            *_numbers("mean_ms", "min_ms", *(f"p{percent}_ms" for percent in PERCENTILES), "max_ms"),
        ),
        _table("traffic", _traffic, *_counts("bytes_sent", "bytes_received")),
        _table(
            "availability",
            _availability,
            *_numbers("availability", "coverage", "worst", "best"),
            *_numbers(*(f"{state}_seconds" for state in (State.UP, State.DEGRADED, State.DOWN, State.UNKNOWN))),
            *_numbers("maintenance_seconds"),
        ),
        _table("phases", _phases, *_numbers(*(f"{phase}_ms" for phase in PHASES))),
    )
}
"""By metric, in the order in which they are told."""
