"""The windows that readings need, each read once for all of them; what was measured in maintenance is left out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from probe.alerting.measured import Values
from probe.model.result import State
from probe.model.rule import Metric, MetricCondition
from probe.runtime.alerts.values import Source, column_of, of_levels, of_singles, of_sums, source_of
from probe.slo.columns import Columns
from probe.slo.level import Level
from probe.slo.maintenance import Periods, merged
from probe.slo.periods import Period
from probe.slo.rollup import Figures, merged_figures
from probe.slo.spans import Span
from probe.slo.steps import without
from probe.store import Ranges

Members: TypeAlias = tuple[str, ...]
"""The checks that a subject consists of, by id."""


class Need(NamedTuple):
    """Values that are needed: of what a condition is about, in a window, of these checks."""

    condition: MetricCondition
    window: Period
    checks: frozenset[str]

    @property
    def source(self) -> Source:
        """What it is read from."""
        return source_of(self.condition)


class Windows:
    """Reads what is needed at one location, and hands it out.

    Args:
        maintained: when each check is in maintenance, over all that is needed.
    """

    def __init__(self, ranges: Ranges, needs: Collection[Need], maintained: Mapping[str, Periods]) -> None:
        by_source: defaultdict[Source, list[Need]] = defaultdict(list)
        for need in needs:
            by_source[need.source].append(need)
        self._ranges = ranges
        self._maintained = maintained
        self._singles = self._read_singles(by_source[Source.SINGLES])
        self._levels = self._read_levels(by_source[Source.LEVELS])
        self._sums = self._read_sums(by_source[Source.SUMS])

    def values(self, condition: MetricCondition, window: Period, members: Members) -> Values:
        """What these checks together come to, of what was needed."""
        match source_of(condition):
            case Source.LEVELS:
                levels = self._levels[window]
                return of_levels(condition, [each for check in members for each in levels.get(check, ())])
            case Source.SUMS:
                sums = self._sums[window]
                return of_sums(condition, merged_figures([each for check in members for each in sums.get(check, ())]))
            case _:
                return of_singles(condition, self._results(window, members))

    def _results(self, window: Period, members: Members) -> Columns:
        """The single results that count."""
        read = next(read for period, read in self._singles if period.start <= window.start < period.end)
        found = [
            _outside(read[check].between(*window), self._maintained.get(check, ()))
            for check in members
            if check in read
        ]
        return found[0] if len(found) == 1 else _together(found)

    def _read_singles(self, needs: Sequence[Need]) -> list[tuple[Period, dict[str, Columns]]]:
        numbers = sorted({name for need in needs if (name := column_of(need.condition)) is not None})
        found = []
        for period in merged(need.window for need in needs):
            checks = {
                check for need in needs if period.start <= need.window.start < period.end for check in need.checks
            }
            found.append((period, self._ranges.singles(*period, numbers, checks=checks)))
        return found

    def _read_levels(self, needs: Sequence[Need]) -> dict[Period, dict[str, list[Level]]]:
        timed = {need.window for need in needs if need.condition.metric is Metric.LATENCY}
        found: dict[Period, dict[str, list[Level]]] = {}
        for window, checks in _by_window(needs).items():
            levels = found[window] = defaultdict(list)
            for period, its in self._counting(window, checks):
                for check, level in self._ranges.levels(*period, checks=its, latency=window in timed).items():
                    levels[check].append(level)
        return found

    def _read_sums(self, needs: Sequence[Need]) -> dict[Period, dict[str, list[Figures]]]:
        found: dict[Period, dict[str, list[Figures]]] = {}
        for window, checks in _by_window(needs).items():
            sums = found[window] = defaultdict(list)
            for period, its in self._counting(window, checks):
                for check, figures in self._ranges.sums(*period, checks=its).items():
                    sums[check].append(figures)
        return found

    def _counting(self, window: Period, checks: Iterable[str]) -> Iterator[tuple[Period, list[str]]]:
        """What of a window counts, and of which checks."""
        alike: defaultdict[Periods, list[str]] = defaultdict(list)
        for check in checks:
            alike[self._maintained.get(check, ())].append(check)
        for apart, its in alike.items():
            for start, end, _ in without([Span(*window, State.UP)], apart):
                yield Period(start, end), its


def _by_window(needs: Iterable[Need]) -> dict[Period, set[str]]:
    found: defaultdict[Period, set[str]] = defaultdict(set)
    for need in needs:
        found[need.window].update(need.checks)
    return found


def _outside(results: Columns, apart: Periods) -> Columns:
    """Those that were not measured in maintenance."""
    if not apart or not results.slots:
        return results
    kept = [at for at, slot in enumerate(results.slots) if not any(start <= slot < end for start, end in apart)]
    return results if len(kept) == len(results.slots) else results.picked(kept)


def _together(parts: Sequence[Columns]) -> Columns:
    """Those of several checks as one, in the order of their slots."""
    if not parts:
        return Columns()
    whole = Columns(
        slots=[slot for part in parts for slot in part.slots],
        states=[state for part in parts for state in part.states],
        failures=[failure for part in parts for failure in part.failures],
        statuses=[status for part in parts for status in part.statuses],
        numbers={name: [value for part in parts for value in part.numbers[name]] for name in parts[0].numbers},
    )
    return whole.picked(sorted(range(len(whole.slots)), key=whole.slots.__getitem__))
