"""Out of the store into tables: figures part by part, or every result."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise, product
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

from probe.model.check import Api, CheckFacts, api_of
from probe.model.maintenance import MaintenanceWindow
from probe.model.sla import GroupRule, SlaRules
from probe.model.units import DAY, Micros
from probe.report.export import RESULTS, TABLES, Sink, Slice
from probe.runtime.sla import SlaJob, subjects_of
from probe.slo.past import Past, group_of
from probe.slo.periods import CalendarStep, Period, cuts
from probe.slo.rollup import Figures, by_period, merged_figures
from probe.slo.series import series
from probe.store import Ranges, Store

_Group: TypeAlias = tuple[str, Sequence[str]]
"""An API, and checks of it."""

WINDOW: Final[Micros] = 31 * DAY
"""What is read of a check at once; in days, so that single results are never gathered for longer."""

GATHERED: Final = 64
"""Checks whose pasts are held at once; more where an API has more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportJob:
    """What to export.

    Attributes:
        checks: of which checks, by id, in order.
        locations: measured from where.
        cuts: the borders of the parts.
        now: what lies ahead of it is not known; what comes after the last border may confirm what was before it.
        zone: whose days results are rolled up by.
        defined, apis: of the file; checks that are not among these aren't measured any more.
        rules: by which availability is counted.
        windows: of maintenance, wherever they were declared.
    """

    checks: tuple[str, ...]
    locations: tuple[str, ...]
    cuts: tuple[Micros, ...]
    now: Micros
    zone: ZoneInfo
    defined: tuple[CheckFacts, ...] = ()
    apis: tuple[Api, ...] = ()
    rules: SlaRules = field(default=SlaRules())
    windows: tuple[MaintenanceWindow, ...] = ()

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
    rules = {api.id: api.group for api in job.apis}
    done = 0
    for location, batch in product(job.locations, _batches(_groups(job.checks, by_api=by_api))):
        pasts = _pasts(job, store, location, {check for _, checks in batch for check in checks})
        with store.ranges(location) as ranges:
            for api, checks in batch:
                found = [pasts[check] for check in checks if check in pasts]
                past = _together(found, rules.get(api), job) if by_api else next(iter(found), None)
                name = None if by_api else checks[0]
                for part in series(_figures(job, ranges, checks), past) if past else ():
                    for table in tables:
                        sink.write(table, Slice(api=api, check=name, location=location, part=part))
                done += len(checks)
                yield done


def _groups(checks: Iterable[str], *, by_api: bool) -> Iterator[_Group]:
    grouped: dict[str, list[str]] = {}
    for check in checks:
        api = api_of(check)
        if by_api:
            grouped.setdefault(api, []).append(check)
        else:
            yield api, [check]
    yield from grouped.items()


def _batches(groups: Iterable[_Group]) -> Iterator[list[_Group]]:
    """Some groups at a time, none of them divided."""
    batch: list[_Group] = []
    for group in groups:
        batch.append(group)
        if sum(len(checks) for _, checks in batch) >= GATHERED:
            yield batch
            batch = []
    if batch:
        yield batch


def _pasts(job: ExportJob, store: Store, location: str, checks: set[str]) -> dict[str, Past]:
    """What `probe sla` goes by, of these checks, and of nothing that they are held against."""
    asked = SlaJob(
        period=job.period,
        now=job.now,
        zone=job.zone,
        location=location,
        rules=job.rules,
        checks=tuple(replace(facts, objectives=()) for facts in job.defined),
        apis=(),
        wanted=checks,
        windows=job.windows,
        latency=False,
    )
    return {subject.id: subject.past for subject in subjects_of(asked, store).checks}


def _together(pasts: Sequence[Past], rule: GroupRule | None, job: ExportJob) -> Past | None:
    """The past of an API by its group rule; `None` where there is nothing."""
    return group_of(pasts, rule or GroupRule(), until=job.period.end) if pasts else None


def _figures(job: ExportJob, ranges: Ranges, checks: Sequence[str]) -> Iterable[tuple[Period, Figures]]:
    """Those of each part. Checks are read one after the other, and become one at once."""
    if len(checks) == 1:
        return _of_check(job, ranges, checks[0])
    gathered: dict[Period, Figures] = {}
    for check in checks:
        for period, figures in _of_check(job, ranges, check):
            gathered[period] = merged_figures((gathered[period], figures)) if period in gathered else figures
    return gathered.items()


def _of_check(job: ExportJob, ranges: Ranges, check: str) -> Iterator[tuple[Period, Figures]]:
    """Read window by window."""
    for window in _windows(job.cuts):
        days = cuts(Period(window[0], window[-1]), CalendarStep.DAY, zone=job.zone)
        for each in by_period(ranges.tiles(check, sorted({*window, *days})), window):
            yield Period(each.start, each.end), each.figures


def _windows(borders: Sequence[Micros]) -> Iterator[tuple[Micros, ...]]:
    """The borders in groups that share their ends, each no longer than a window or a single part."""
    group = [borders[0]]
    for start, end in pairwise(borders):
        if len(group) > 1 and end - group[0] > WINDOW:
            yield tuple(group)
            group = [start]
        group.append(end)
    yield tuple(group)
