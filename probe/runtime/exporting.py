"""Out of the store into tables: figures part by part, or every result."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, product
from typing import Final
from zoneinfo import ZoneInfo

from probe.model.run import MAX_GAP
from probe.model.units import DAY, Micros
from probe.report.export import RESULTS, TABLES, Sink, Slice
from probe.runtime.origins import DEFAULT_INTERVAL
from probe.slo.periods import CalendarStep, Period, cuts
from probe.slo.rollup import Rollup, by_period
from probe.slo.series import Part, merged_parts, series
from probe.store import Ranges, Store

WINDOW: Final[Micros] = 31 * DAY
"""What is read of a check at once; in days, so that single results are never gathered for longer."""

GATHERED: Final = 16
"""Checks whose parts are held at once, where they are merged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportJob:
    """What to export.

    Attributes:
        checks: of which checks, by id, in order.
        locations: measured from where.
        cuts: the borders of the parts.
        zone: whose days results are rolled up by.
        intervals: how often each check of the file is measured; others aren't any more.
    """

    checks: tuple[str, ...]
    locations: tuple[str, ...]
    cuts: tuple[Micros, ...]
    zone: ZoneInfo
    intervals: Mapping[str, Micros] = field(default_factory=dict)

    @property
    def period(self) -> Period:
        """From the first border to the last."""
        return Period(self.cuts[0], self.cuts[-1])


def export_results(job: ExportJob, store: Store, sink: Sink) -> Iterator[int]:
    """Writes every result; a step a check and location, which gives how many are done.

    Raises:
        StoreError: the store can't be read.
    """
    start, end = job.period
    for done, (check, location) in enumerate(product(job.checks, job.locations), start=1):
        for whole in store.results(check, start=start, end=end, location=location):
            sink.write(RESULTS, whole)
        yield done


def export_figures(job: ExportJob, store: Store, sink: Sink, metrics: Sequence[str], *, by_api: bool) -> Iterator[int]:
    """Writes the figures of every part; a step a check and location, or API and location, which gives how many are done.

    Raises:
        StoreError: the store can't be read.
    """
    tables = [TABLES[metric] for metric in metrics]
    past = _Past(job, store)
    done = 0
    for location in job.locations:
        with store.ranges(location) as ranges:
            for api, checks in _groups(job.checks, by_api=by_api):
                name = None if by_api else checks[0]
                for part in past.merged(ranges, checks) if by_api else past.parts(ranges, checks[0]):
                    for table in tables:
                        sink.write(table, Slice(api=api, check=name, location=location, part=part))
                done += len(checks)
                yield done


def api_of(check: str) -> str:
    """The API that a check belongs to, by its id; also where no file defines it any more."""
    return check.partition("/")[0]


def _groups(checks: Iterable[str], *, by_api: bool) -> Iterator[tuple[str, Sequence[str]]]:
    grouped: dict[str, list[str]] = {}
    for check in checks:
        api = api_of(check)
        if by_api:
            grouped.setdefault(api, []).append(check)
        else:
            yield api, [check]
    yield from grouped.items()


class _Past:
    """The parts of checks, read window by window."""

    def __init__(self, job: ExportJob, store: Store) -> None:
        self._job = job
        self._windows = tuple(_windows(job.cuts))
        self._longest: dict[str, Micros] = {}
        self._newest: dict[str, Micros] = {}
        for each in store.definitions():
            self._longest[each.check] = max(each.interval, self._longest.get(each.check, 0))
            self._newest[each.check] = each.interval

    def parts(self, ranges: Ranges, check: str) -> Iterator[Part]:
        """Those of a check, but for parts in which there was nothing of it."""
        start = self._job.cuts[0]
        parts = series(
            self._rollups(ranges, check),
            interval=self._job.intervals.get(check) or self._newest.get(check, DEFAULT_INTERVAL),
            goes_on=check in self._job.intervals,
            began=self._began(ranges, check),
        )
        return (part for part in parts if part.start >= start and not part.is_empty)

    def merged(self, ranges: Ranges, checks: Sequence[str]) -> Iterable[Part]:
        """Those of several checks together. They are read one after the other, and some at a time become one."""
        gathered: dict[Micros, list[Part]] = {}
        for number, check in enumerate(checks, start=1):
            for part in self.parts(ranges, check):
                gathered.setdefault(part.start, []).append(part)
            if number % GATHERED == 0 or number == len(checks):
                gathered = {start: [merged_parts(parts)] for start, parts in gathered.items()}
        return (gathered[start][0] for start in sorted(gathered))

    def _began(self, ranges: Ranges, check: str) -> Micros | None:
        began = ranges.began(check)
        return began if began is not None and began < self._lead(check) else None

    def _lead(self, check: str) -> Micros:
        """Nothing that was found before can be held up to the first border."""
        return self._job.cuts[0] - MAX_GAP * self._longest.get(check, DEFAULT_INTERVAL)

    def _rollups(self, ranges: Ranges, check: str) -> Iterator[Rollup]:
        """Adjacent periods: first what may be held over the first border, then the parts."""
        for window in ((self._lead(check), self._job.cuts[0]), *self._windows):
            days = cuts(Period(window[0], window[-1]), CalendarStep.DAY, zone=self._job.zone)
            yield from by_period(ranges.tiles(check, sorted({*window, *days})), window)


def _windows(borders: Sequence[Micros]) -> Iterator[tuple[Micros, ...]]:
    """The borders in groups that share their ends, each no longer than a window or a single part."""
    group = [borders[0]]
    for start, end in pairwise(borders):
        if len(group) > 1 and end - group[0] > WINDOW:
            yield tuple(group)
            group = [start]
        group.append(end)
    yield tuple(group)
