"""What service levels rest on, of all checks at once: a query for each tier instead of some for each check."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterator, Sequence
from heapq import merge
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Row, Table, select, true

from probe.model.result import State
from probe.model.run import Run
from probe.model.units import HOUR, Micros
from probe.slo.calendar import day_of, next_day
from probe.slo.histogram import EMPTY, Histogram
from probe.slo.level import Level
from probe.slo.timeline import clipped, runs_of
from probe.store.codes import FAILURES, STATES
from probe.store.packing import pack, unpack, unpack_all
from probe.store.records import Intervals
from probe.store.tables import checks, days, hours, results

Stored: TypeAlias = tuple[bytes, int, Micros, Micros, Micros]
"""A histogram's columns: buckets, count, total, minimum, maximum."""

_CHUNK: Final = 2_000
_NONE: Final[Stored] = (b"", 0, 0, 0, 0)
_Row: TypeAlias = Row[*tuple[Any, ...]]


class Stretch(NamedTuple):
    """Of a range that part which is read from one tier; `None` is single results."""

    tier: Table | None
    start: Micros
    end: Micros


class Part(NamedTuple):
    """What a row tells of a check: its timeline as it is packed, from a moment on, and its histograms as they are stored.

    `exact` has the latencies themselves, where there is more than a histogram.
    """

    check_id: int
    starts_at: Micros
    timeline: bytes
    latency: Stored = _NONE
    latency_down: Stored = _NONE
    exact: array[int] | None = None


class Wanted(NamedTuple):
    """What is read: of one location, all checks or some by their keys, and whether their latencies too."""

    location_id: int
    checks: Collection[int] | None = None
    latency: bool = True


class Unlike(Exception):
    """The rows don't lie as they should, since days of another zone are among them: they are to be read one by one."""


def stretches(
    start: Micros, end: Micros, *, until: Micros, raw_from: Micros, days_until: Micros, zone: ZoneInfo
) -> list[Stretch]:
    """The coarsest that tile `[start, end)` where hours are rolled up before `until`, and days before `days_until`."""
    rolled = min(end, until)
    first = day_of(start - 1, zone=zone).end
    last = day_of(min(rolled, days_until), zone=zone).start
    if not start <= first < last:
        first = last = min(start, rolled)
    tiled = [
        *_fine(start, first, raw_from=raw_from),
        Stretch(days, first, last),
        *_fine(max(start, last), rolled, raw_from=raw_from),
        Stretch(None, max(start, rolled), end),
    ]
    return [stretch for stretch in tiled if stretch.start < stretch.end]


def _fine(start: Micros, end: Micros, *, raw_from: Micros) -> Iterator[Stretch]:
    """Hours; those that are divided from results, where these are still there."""
    low = min(end, -(-start // HOUR) * HOUR)
    high = max(low, end // HOUR * HOUR)
    yield Stretch(None if start >= raw_from else hours, start, low)
    yield Stretch(hours, low, high)
    yield Stretch(None if high >= raw_from else hours, high, end)


def levels(
    connection: Connection, wanted: Wanted, tiled: Sequence[Stretch], *, zone: ZoneInfo, intervals: Intervals
) -> Iterator[tuple[int, Level]]:
    """By check, ascending, of those that have any slot there.

    Raises:
        Unlike: see there.
    """
    sources = [
        _rolled(connection, wanted, stretch, stretch.tier, zone)
        if stretch.tier is not None
        else _single(connection, wanted, stretch, intervals)
        for stretch in tiled
    ]
    for check_id, parts in groupby(merge(*sources, key=itemgetter(0)), key=itemgetter(0)):
        yield check_id, _level(list(parts))


def _level(parts: Sequence[Part]) -> Level:
    return Level(
        runs=tuple(unpack_all([(part.timeline, part.starts_at) for part in parts])),
        latency=_together([part.latency for part in parts if part.latency[1]]),
        latency_down=_together([part.latency_down for part in parts if part.latency_down[1]]),
        exact=_exact([part for part in parts if part.latency[1] or part.latency_down[1]]),
    )


def _exact(answered: Sequence[Part]) -> array[int] | None:
    """Every latency, unless one of the parts knows no more than a histogram."""
    found = array("q")
    for part in answered:
        if part.exact is None:
            return None
        found += part.exact
    return found


def _together(parts: Sequence[Stored]) -> Histogram:
    """As `histogram.together`, without making a histogram of each."""
    if not parts:
        return EMPTY
    buckets, counts, totals, minima, maxima = zip(*parts, strict=True)
    return Histogram(
        buckets=b"".join(buckets), count=sum(counts), total=sum(totals), minimum=min(minima), maximum=max(maxima)
    )


def _rolled(connection: Connection, wanted: Wanted, stretch: Stretch, tier: Table, zone: ZoneInfo) -> Iterator[Part]:
    """Rows of days or hours; of an hour that the range divides only the slots, as in `Rollup.clipped`."""
    _, start, end = stretch
    borders = dict(borders_of_days(start, end, zone)) if tier is days else {}
    first = start - start % HOUR if tier is hours else start
    for check_id, starts_at, ends_at, timeline, *columns in _rows(connection, tier, wanted, first, end):
        if tier is days and borders.get(starts_at) != ends_at:
            raise Unlike
        part = Part(check_id, starts_at, timeline)
        if columns:
            part = Part(check_id, starts_at, timeline, tuple(columns[:5]), tuple(columns[5:]))
        yield part if start <= starts_at and ends_at <= end else _clipped(part, start, end)


def _clipped(part: Part, start: Micros, end: Micros) -> Part:
    runs = runs_of(clipped(unpack(part.timeline, part.starts_at), start, end))
    cut = part._replace(timeline=pack(runs, part.starts_at))
    return cut if start <= part.starts_at else cut._replace(latency=_NONE, latency_down=_NONE)


def borders_of_days(start: Micros, end: Micros, zone: ZoneInfo) -> Iterator[tuple[Micros, Micros]]:
    """When each of a zone's days begins and ends, from the one that holds `start` on."""
    day = day_of(start, zone=zone)
    while day.start < end:
        yield day.start, day.end
        day = next_day(day, zone=zone)


def _rows(connection: Connection, tier: Table, wanted: Wanted, start: Micros, end: Micros) -> Iterator[_Row]:
    """Check by check: no plan must read all of the tier for it."""
    columns = [
        tier.c[f"{name}_{part}"]
        for name in ("latency", "latency_down")
        for part in ("buckets", "runs", "us", "min_us", "max_us")
        if wanted.latency
    ]
    its_own = (tier.c.check_id == checks.c.id) & (tier.c.location_id == wanted.location_id)
    query = (
        select(checks.c.id, tier.c.starts_at, tier.c.ends_at, tier.c.timeline, *columns)
        .join_from(checks, tier, its_own)
        .where(tier.c.starts_at >= start, tier.c.starts_at < end, is_wanted(wanted))
        .order_by(checks.c.id, tier.c.starts_at)
    )
    yield from connection.execute(query, execution_options={"yield_per": _CHUNK})


def is_wanted(wanted: Wanted) -> ColumnElement[bool]:
    """Of rows joined to their checks."""
    return true() if wanted.checks is None else checks.c.id.in_(wanted.checks)


def _single(connection: Connection, wanted: Wanted, stretch: Stretch, intervals: Intervals) -> Iterator[Part]:
    its_own = (results.c.check_id == checks.c.id) & (results.c.location_id == wanted.location_id)
    query = (
        select(
            checks.c.id, results.c.scheduled_at, results.c.state, results.c.failure, results.c.http_status,
            results.c.latency_us, results.c.definition_id,
        )
        .join_from(checks, results, its_own)
        .where(results.c.scheduled_at >= stretch.start, results.c.scheduled_at < stretch.end, is_wanted(wanted))
        .order_by(checks.c.id, results.c.scheduled_at)
    )  # fmt: skip
    found = connection.execute(query, execution_options={"yield_per": _CHUNK})
    for check_id, rows in groupby(found, key=itemgetter(0)):
        slots: list[Run] = []
        latencies: dict[bool, list[Micros]] = {False: [], True: []}
        for _, slot, code, failure, status, latency, definition in rows:
            state = STATES[code]
            slots.append(Run(slot, 0, 1, state, FAILURES[failure], intervals.get(definition)))
            if status is not None and latency is not None and state is not State.UNKNOWN:
                latencies[state is State.DOWN].append(latency)
        part = Part(check_id, stretch.start, pack(runs_of(slots), stretch.start))
        if wanted.latency:
            up, down = (_stored(Histogram.of(latencies[is_down])) for is_down in (False, True))
            exact = array("q", [*latencies[False], *latencies[True]])
            part = part._replace(latency=up, latency_down=down, exact=exact)
        yield part


def _stored(histogram: Histogram) -> Stored:
    return histogram.buckets, histogram.count, histogram.total, histogram.minimum, histogram.maximum
