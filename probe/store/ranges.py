"""Any range of a check's past, from the coarsest tiers that hold it: days, hours, single results."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Final, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from sqlalchemy import Column, Connection, func, select

from probe.model.result import Record
from probe.model.units import HOUR, Micros
from probe.slo import histogram
from probe.slo.calendar import LONGEST_DAY
from probe.slo.columns import Columns
from probe.slo.level import Level
from probe.slo.rollup import Figures, Rollup, extended, merged_figures, of_records
from probe.store import records, tiers
from probe.store.levels import Stretch, Unlike, Wanted, levels, stretches
from probe.store.singles import singles
from probe.store.sums import sums
from probe.store.tables import checks, days, hours, locations, results, rolled, stale

Period: TypeAlias = tuple[Micros, Micros]

MOST_NAMED: Final = 500
"""Checks that a query names one by one; where more are wanted it reads all."""

HOUR_TIER: Final = 0
DAY_TIER: Final = 1


class Extent(NamedTuple):
    """How far a location is rolled up, from when on its finer tiers are whole (microseconds), and the zone of its days."""

    until: Micros = 0
    raw_from: Micros = 0
    hours_from: Micros = 0
    zone: str = "UTC"


class Ranges:
    """Reads the past of checks at one location, all as of one moment.

    Where results came late and are not rolled up yet, they are read themselves.
    """

    def __init__(self, connection: Connection, location: str) -> None:
        self._connection = connection
        place = connection.execute(select(locations.c.id).where(locations.c.name == location)).scalar()
        self._location: int = -1 if place is None else place
        self._extent = extent(connection, self._location)

    def tiles(self, check: str, cuts: Sequence[Micros]) -> list[Rollup]:
        """Rollups that together hold the check's slots from the first cut to the last, ascending, none across a cut.

        An hour that a cut divides after its results were purged is divided as `Rollup.clipped` says.
        """
        check_id = self._checks.get(check)
        if check_id is None:
            return []
        whole = list(self._days(check_id, cuts))
        found = [*whole]
        for start, end in _between(whole, cuts[0], cuts[-1]):
            found += self.fine(check_id, start, end, cuts)
        return sorted((tile for tile in found if tile.runs), key=lambda tile: tile.start)

    def levels(
        self, start: Micros, end: Micros, *, checks: Collection[str] | None = None, latency: bool = True
    ) -> dict[str, Level]:
        """What service levels in `[start, end)` rest on, by check: the same as from `tiles`, and much faster.

        Args:
            checks: of which checks; `None` is all. Those without a slot there are left out.
            latency: whether their latencies are wanted too.
        """
        wanted = set(self._checks) if checks is None else self._checks.keys() & set(checks)
        names = {self._checks[check]: check for check in wanted}
        outdated = {check for check in wanted if self._checks[check] in self._stale_hours}
        asked = self._wanted(wanted, latency=latency)
        try:
            at_once = self._levels_at_once(asked, start, end)
            found = {names[check_id]: level for check_id, level in at_once if check_id in names}
        except Unlike:
            found, outdated = {}, wanted
        found |= {check: self._level(check, start, end) for check in outdated}
        return {check: level for check, level in found.items() if level.runs}

    def sums(self, start: Micros, end: Micros, *, checks: Collection[str] | None = None) -> dict[str, Figures]:
        """Of results in `[start, end)` the states, statuses, bytes and phases, by check, as `levels` has what else there is."""
        wanted = set(self._checks) if checks is None else self._checks.keys() & set(checks)
        outdated = {check for check in wanted if self._checks[check] in self._stale_hours}
        found: dict[str, Figures] = {}
        try:
            zone = ZoneInfo(self._extent.zone)
            at_once = sums(self._connection, self._wanted(wanted), self._tiled(start, end), zone=zone)
            found = {check: at_once[id_] for check in wanted - outdated if (id_ := self._checks[check]) in at_once}
        except Unlike:
            outdated = wanted
        for check in outdated:
            if tiles := self.tiles(check, (start, end)):
                found[check] = merged_figures([tile.figures for tile in tiles])
        return found

    def singles(
        self, start: Micros, end: Micros, numbers: Sequence[str] = (), *, checks: Collection[str] | None = None
    ) -> dict[str, Columns]:
        """The results in `[start, end)` themselves, by check, as far as they are still there.

        Args:
            numbers: which of their columns of numbers are wanted, of `store.singles.NUMBERS`.
        """
        wanted = set(self._checks) if checks is None else self._checks.keys() & set(checks)
        names = {self._checks[check]: check for check in wanted}
        found = singles(self._connection, self._wanted(wanted), start, end, numbers)
        return {names[check_id]: columns for check_id, columns in found if check_id in names}

    @property
    def singles_from(self) -> Micros:
        """From when on single results are all there."""
        return self._extent.raw_from

    def _wanted(self, names: Collection[str], *, latency: bool = False) -> Wanted:
        keys = [self._checks[name] for name in names] if len(names) <= MOST_NAMED else None
        return Wanted(self._location, keys, latency)

    def _levels_at_once(self, wanted: Wanted, start: Micros, end: Micros) -> Iterator[tuple[int, Level]]:
        tiled, zone = self._tiled(start, end), ZoneInfo(self._extent.zone)
        return levels(self._connection, wanted, tiled, zone=zone, intervals=self._intervals)

    def _tiled(self, start: Micros, end: Micros) -> list[Stretch]:
        until, raw_from, hours_from, key = self._extent
        if start < hours_from:
            raise Unlike
        days_until = min([until, *(moment for marks in self._stale_days.values() for moment in marks)])
        return stretches(start, end, until=until, raw_from=raw_from, days_until=days_until, zone=ZoneInfo(key))

    def _level(self, check: str, start: Micros, end: Micros) -> Level:
        tiles = self.tiles(check, (start, end))
        return Level(
            runs=tuple([run for tile in tiles for run in tile.runs]),
            latency=histogram.together(tile.figures.latency for tile in tiles),
            latency_down=histogram.together(tile.figures.latency_down for tile in tiles),
        )

    def results(self, check: str, start: Micros, end: Micros) -> Iterator[Record]:
        """The results themselves, ascending, as far as they are still there."""
        check_id = self._checks.get(check)
        return iter(()) if check_id is None else self.late(check_id, start, end)

    def key(self, check: str) -> tuple[int, int]:
        """Those of a check that there is, and of the location, in the tables."""
        return self._checks[check], self._location

    def began(self, check: str) -> Micros | None:
        """The check's oldest slot; `None` where there is none."""
        check_id = self._checks.get(check)
        if check_id is None:
            return None
        rolled_up = [
            tile.runs[0].start if tile.runs else tile.start
            for tier in (days, hours)
            if (oldest := self._oldest(tier.c.starts_at, check_id)) is not None
            for tile in tiers.read(self._connection, tier, check_id, self._location, start=oldest, end=oldest + 1)
        ]
        single = self._oldest(results.c.scheduled_at, check_id)
        return min([*rolled_up, *(() if single is None else (single,))], default=None)

    def oldest(self, wanted: Collection[str]) -> dict[str, Micros]:
        """Before when no slot of these checks lies; those that have none at all are left out. Not exact, and fast."""
        tiers_ = ((days, days.c.starts_at), (hours, hours.c.starts_at), (results, results.c.scheduled_at))
        first = [
            select(moment)
            .where(tier.c.check_id == checks.c.id, tier.c.location_id == self._location)
            .order_by(moment)
            .limit(1)
            .scalar_subquery()
            for tier, moment in tiers_
        ]
        query = select(checks.c.key, *first)
        if len(wanted) <= MOST_NAMED:
            query = query.where(checks.c.key.in_(wanted))
        return {
            key: min(known)
            for key, *moments in self._connection.execute(query)
            if key in wanted and (known := [moment for moment in moments if moment is not None])
        }

    def _oldest(self, moment: Column[int], check_id: int) -> Micros | None:
        query = select(func.min(moment)).where(
            moment.table.c.check_id == check_id, moment.table.c.location_id == self._location
        )
        return self._connection.execute(query).scalar()

    def fine(self, check_id: int, start: Micros, end: Micros, cuts: Sequence[Micros] = ()) -> Iterator[Rollup]:
        """The same of `[start, end)` from hours and single results alone."""
        rolled_end = min(end, max(start, self._extent.until))
        for hour in self._hours(check_id, start, rolled_end):
            borders = _borders(max(hour.start, start), min(hour.end, rolled_end), cuts)
            if borders == [hour.start, hour.end]:
                yield hour
            else:
                yield from self._divided(check_id, hour, borders)
        for low, high in pairwise(_borders(rolled_end, end, cuts)):
            yield self._raw(check_id, low, high)

    def _days(self, check_id: int, cuts: Sequence[Micros]) -> Iterator[Rollup]:
        """Days that no cut divides and in which nothing is stale; and those of which there is nothing finer any more."""
        first, last = cuts[0], cuts[-1]
        reached = first
        for day in tiers.read(self._connection, days, check_id, self._location, start=first - LONGEST_DAY, end=last):
            borders = _borders(max(day.start, first), min(day.end, last), cuts)
            is_whole = borders == [day.start, day.end] and not self._is_stale(check_id, day)
            if borders and borders[0] >= reached and (is_whole or borders[0] < self._extent.hours_from):
                reached = borders[-1]
                yield from (day.clipped(low, high) for low, high in pairwise(borders))

    def _is_stale(self, check_id: int, day: Rollup) -> bool:
        marks = (*self._stale_hours.get(check_id, ()), *self._stale_days.get(check_id, ()))
        return any(day.start - HOUR < moment < day.end for moment in marks)

    def _hours(self, check_id: int, start: Micros, end: Micros) -> Iterator[Rollup]:
        """The hours that lie in `[start, end)` with any part of them, as they would be if they were all rolled up."""
        if start >= end:
            return
        first = start - start % HOUR
        found = tiers.read(self._connection, hours, check_id, self._location, start=first, end=end)
        stored = {hour.start: hour for hour in found}
        outdated = {moment for moment in self._stale_hours.get(check_id, ()) if first <= moment < end}
        for moment in sorted(stored.keys() | outdated):
            yield self.hour(check_id, moment, stored.get(moment)) if moment in outdated else stored[moment]

    def hour(self, check_id: int, moment: Micros, stored: Rollup | None = None) -> Rollup:
        """An hour from its results, or from what is stored of it and results that came later."""
        end = moment + HOUR
        if moment >= self._extent.raw_from:
            return self._raw(check_id, moment, end)
        late = self._records(check_id, moment, end)
        return extended(stored or self.stored(check_id, moment) or Rollup(start=moment, end=end), late)

    def stored(self, check_id: int, moment: Micros) -> Rollup | None:
        """An hour as it was rolled up last."""
        found = tiers.read(self._connection, hours, check_id, self._location, start=moment, end=moment + 1)
        return next(found, None)

    def late(self, check_id: int, start: Micros, end: Micros) -> Iterator[Record]:
        """The single results that are there, whether or not there were more."""
        return self._records(check_id, start, end)

    def _divided(self, check_id: int, hour: Rollup, borders: Sequence[Micros]) -> Iterator[Rollup]:
        for low, high in pairwise(borders):
            if hour.start >= self._extent.raw_from:
                yield self._raw(check_id, low, high)
            else:
                yield hour.clipped(low, high)

    def _raw(self, check_id: int, start: Micros, end: Micros) -> Rollup:
        return of_records(self._records(check_id, start, end), start=start, end=end)

    def _records(self, check_id: int, start: Micros, end: Micros) -> Iterator[Record]:
        return records.stream(self._connection, check_id, self._location, start=start, end=end, known=self._intervals)

    @cached_property
    def _checks(self) -> dict[str, int]:
        return {row.key: row.id for row in self._connection.execute(select(checks.c.key, checks.c.id))}

    @cached_property
    def _intervals(self) -> records.Intervals:
        return records.intervals(self._connection)

    @cached_property
    def _stale_hours(self) -> dict[int, list[Micros]]:
        return self._stale(HOUR_TIER)

    @cached_property
    def _stale_days(self) -> dict[int, list[Micros]]:
        return self._stale(DAY_TIER)

    def _stale(self, tier: int) -> dict[int, list[Micros]]:
        """When what is outdated begins, by check."""
        found: dict[int, list[Micros]] = {}
        query = select(stale.c.check_id, stale.c.starts_at).where(
            stale.c.location_id == self._location, stale.c.tier == tier
        )
        for check_id, starts_at in self._connection.execute(query):
            found.setdefault(check_id, []).append(starts_at)
        return found


def extent(connection: Connection, location_id: int) -> Extent:
    """That of a location; of one that was never rolled up nothing is."""
    query = select(rolled.c.until, rolled.c.raw_from, rolled.c.hours_from, rolled.c.zone).where(
        rolled.c.location_id == location_id
    )
    row = connection.execute(query).one_or_none()
    return Extent(*row) if row else Extent()


def _between(whole: Iterable[Rollup], start: Micros, end: Micros) -> Iterator[Period]:
    """What is left of `[start, end)` beside these, which ascend."""
    for tile in whole:
        if start < tile.start:
            yield start, tile.start
        start = tile.end
    if start < end:
        yield start, end


def _borders(start: Micros, end: Micros, cuts: Sequence[Micros]) -> list[Micros]:
    """`start`, the cuts between, `end`; nothing where that is no time."""
    return [start, *(cut for cut in cuts if start < cut < end), end] if start < end else []
