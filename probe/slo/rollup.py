"""What a stretch of a check's results comes to: mergeable, so that it may be kept instead of them."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Final, NamedTuple, TypeVar

from probe.model.result import Record, State
from probe.model.run import Run, Runs, expanded
from probe.model.sample import PHASES, FailureKind
from probe.model.units import Micros
from probe.slo import histogram, timeline
from probe.slo.histogram import Histogram

_Key = TypeVar("_Key", bound=Hashable)


class PhaseSum(NamedTuple):
    """The time in one phase, over the runs in which it happened; microseconds."""

    total: Micros = 0
    runs: int = 0


NO_PHASE_SUMS: Final = (PhaseSum(),) * len(PHASES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Sums over results, of one check or of several.

    Attributes:
        states: slots by state.
        failures: slots by the reason why they are not up.
        statuses: measured slots by the status of their response; those without a response are in none.
        latency: of responses, but for those of results that are down.
        latency_down: of responses of results that are down: a connection refused at once has none, and makes nothing fast.
        phases: in the order of `PHASES`, over responses.
    """

    states: Mapping[State, int] = field(default_factory=dict)
    failures: Mapping[FailureKind, int] = field(default_factory=dict)
    statuses: Mapping[int, int] = field(default_factory=dict)
    bytes_sent: int = 0
    bytes_received: int = 0
    latency: Histogram = histogram.EMPTY
    latency_down: Histogram = histogram.EMPTY
    phases: tuple[PhaseSum, ...] = NO_PHASE_SUMS

    @property
    def slots(self) -> int:
        """All of them, measured or not."""
        return sum(self.states.values())

    @property
    def measured(self) -> int:
        """Those of which something is known."""
        return self.slots - self.states.get(State.UNKNOWN, 0)

    @property
    def unanswered(self) -> int:
        """Measured slots without a response."""
        return self.measured - sum(self.statuses.values())

    @property
    def responses(self) -> Histogram:
        """The latency of every response."""
        return histogram.merged((self.latency, self.latency_down))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollup:
    """One check's results from one location with their slots in `[start, end)`.

    `runs` has each of their slots, so that availability by any method, of any part, is what the results themselves
    would give. `figures` is of the whole and can't be divided, but for the counts by state and failure.
    """

    start: Micros
    end: Micros
    figures: Figures = field(default_factory=Figures)
    runs: Runs = ()

    def clipped(self, start: Micros, end: Micros) -> Rollup:
        """The part in `[start, end)`. What can't be divided goes with the part that holds the start."""
        if start <= self.start and self.end <= end:
            return self
        runs = timeline.runs_of(timeline.clipped(self.runs, start, end))
        figures = self.figures if start <= self.start < end else Figures()
        return assembled(figures, runs, start=max(start, self.start), end=min(end, self.end))


def assembled(figures: Figures, runs: Runs, *, start: Micros, end: Micros) -> Rollup:
    """Of figures without the counts by state and failure, which the runs tell."""
    return Rollup(start=start, end=end, figures=_counted(figures, runs), runs=runs)


def of_records(records: Iterable[Record], *, start: Micros, end: Micros) -> Rollup:
    """Of results that ascend and lie in `[start, end)`."""
    kept = list(records)
    runs = timeline.runs_of(map(timeline.single, kept))
    return assembled(_summed(kept), runs, start=start, end=end)


def extended(rollup: Rollup, late: Iterable[Record]) -> Rollup:
    """With results that came later. Those of slots that it has already change nothing, unless they replace an unknown."""
    known = {run.start: run for run in expanded(rollup.runs)}
    fresh = [item for item in late if item.scheduled_at not in known or _replaces(known[item.scheduled_at], item)]
    if not fresh:
        return rollup
    added = sorted(map(timeline.single, fresh), key=lambda run: run.start)
    runs = timeline.merged((rollup.runs, added))
    figures = merged_figures((rollup.figures, _summed(fresh)))
    return replace(rollup, figures=_counted(figures, runs), runs=runs)


def merged(parts: Sequence[Rollup]) -> Rollup:
    """Of one check's rollups, at least one, that have no slot in common; in whichever order or grouping."""
    if len(parts) == 1:
        return parts[0]
    runs = timeline.merged([part.runs for part in parts]) if _interleave(parts) else _chained(parts)
    return Rollup(
        start=min(part.start for part in parts),
        end=max(part.end for part in parts),
        figures=merged_figures([part.figures for part in parts]),
        runs=runs,
    )


def by_period(tiles: Sequence[Rollup], cuts: Sequence[Micros]) -> tuple[Rollup, ...]:
    """Rollups that no cut divides, gathered between each cut and the next."""
    starts = [tile.start for tile in tiles]
    gathered = []
    for start, end in pairwise(cuts):
        parts = tiles[bisect_left(starts, start) : bisect_left(starts, end)]
        gathered.append(replace(merged(parts), start=start, end=end) if parts else Rollup(start=start, end=end))
    return tuple(gathered)


def merged_figures(parts: Sequence[Figures]) -> Figures:
    """The sums of all, of one check or of several."""
    return Figures(
        states=_added(part.states for part in parts),
        failures=_added(part.failures for part in parts),
        statuses=_added(part.statuses for part in parts),
        bytes_sent=sum(part.bytes_sent for part in parts),
        bytes_received=sum(part.bytes_received for part in parts),
        latency=histogram.merged(part.latency for part in parts),
        latency_down=histogram.merged(part.latency_down for part in parts),
        phases=tuple(
            PhaseSum(sum(each.total for each in same), sum(each.runs for each in same))
            for same in zip(*(part.phases for part in parts), strict=True)
        )
        or NO_PHASE_SUMS,
    )


def _replaces(old: Run, record: Record) -> bool:
    return timeline.gives_way(old, record.state)


def _interleave(parts: Sequence[Rollup]) -> bool:
    ordered = sorted(parts, key=lambda part: part.start)
    return any(before.end > after.start for before, after in pairwise(ordered))


def _chained(parts: Sequence[Rollup]) -> Runs:
    ordered = sorted(parts, key=lambda part: part.start)
    return timeline.runs_of(run for part in ordered for run in part.runs)


def _counted(figures: Figures, runs: Runs) -> Figures:
    """With the counts that the runs tell."""
    return replace(figures, states=_tally(runs, lambda run: run.state), failures=_tally(runs, lambda run: run.failure))


def _tally(runs: Iterable[Run], key: Callable[[Run], _Key | None]) -> dict[_Key, int]:
    counts: dict[_Key, int] = {}
    for run in runs:
        if (found := key(run)) is not None:
            counts[found] = counts.get(found, 0) + run.slots
    return counts


def _summed(records: Sequence[Record]) -> Figures:
    """All but the counts by state and failure."""
    measured = [record for record in records if record.state is not State.UNKNOWN]
    answered = [record for record in measured if record.http_status is not None]
    return Figures(
        statuses=Counter(record.http_status for record in answered if record.http_status is not None),
        bytes_sent=sum(record.bytes_sent for record in records),
        bytes_received=sum(record.bytes_received for record in records),
        latency=Histogram.of(_latencies(record for record in answered if record.state is not State.DOWN)),
        latency_down=Histogram.of(_latencies(record for record in answered if record.state is State.DOWN)),
        phases=_phase_sums(answered),
    )


def _latencies(records: Iterable[Record]) -> list[Micros]:
    return [record.latency_us for record in records if record.latency_us is not None]


def _phase_sums(records: Sequence[Record]) -> tuple[PhaseSum, ...]:
    if not records:
        return NO_PHASE_SUMS
    columns = zip(*(record.phases for record in records), strict=True)
    happened = ([value for value in column if value is not None] for column in columns)
    return tuple(PhaseSum(sum(values), len(values)) for values in happened)


def _added(counts: Iterable[Mapping[_Key, int]]) -> dict[_Key, int]:
    total: Counter[_Key] = Counter()
    for each in counts:
        total.update(each)
    return dict(total)
