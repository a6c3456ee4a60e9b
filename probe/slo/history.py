"""A check's past as reports show it: its days, its incidents, and its recent past in buckets for charts."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, tzinfo
from fractions import Fraction
from itertools import pairwise
from typing import Final, NamedTuple

from probe.model.incident import Incident
from probe.model.result import Record, State
from probe.model.sample import PHASES, FailureKind
from probe.model.units import DAY, HOUR, MINUTE, SECOND, Micros
from probe.slo.availability import StateTime, state_time
from probe.slo.calendar import CalendarDay, days_until
from probe.slo.past import Past
from probe.slo.percentiles import Latency
from probe.slo.periods import Period
from probe.slo.recovery import recovery
from probe.slo.rollup import Rollup, by_period
from probe.slo.spans import Span
from probe.slo.steps import touching

NO_RESPONSE: Final = "none"
"""The status class of a run that got no response at all."""

STATUS_CLASSES: Final = ("1xx", "2xx", "3xx", "4xx", "5xx", NO_RESPONSE)
DAYS: Final = 90


class Resolution(NamedTuple):
    """How closely the recent past is looked at: `length` in buckets of `width`, microseconds."""

    length: Micros
    width: Micros


RESOLUTIONS: Final = (
    Resolution(5 * MINUTE, 5 * SECOND),
    Resolution(5 * MINUTE, 10 * SECOND),
    Resolution(5 * MINUTE, 30 * SECOND),
    Resolution(30 * MINUTE, 20 * SECOND),
    Resolution(30 * MINUTE, MINUTE),
    Resolution(30 * MINUTE, 5 * MINUTE),
    Resolution(2 * HOUR, MINUTE),
    Resolution(2 * HOUR, 5 * MINUTE),
    Resolution(2 * HOUR, 15 * MINUTE),
    Resolution(6 * HOUR, 4 * MINUTE),
    Resolution(6 * HOUR, 15 * MINUTE),
    Resolution(6 * HOUR, HOUR),
    Resolution(DAY, 15 * MINUTE),
    Resolution(DAY, HOUR),
    Resolution(DAY, 6 * HOUR),
)
"""The shortest first, and of one length the finest; each width divides its length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """What was measured in `[start, end)`. Slots that were not measured are counted as unknown and nowhere else.

    Attributes:
        classes: runs by status class, `2xx` … or `none` where no response came.
        phases: mean microseconds of each phase, over the responses in which it happened; in the recent past where none
            came also over failures.
    """

    start: Micros
    end: Micros
    states: dict[State, int] = field(default_factory=dict)
    classes: dict[str, int] = field(default_factory=dict)
    latency: Latency | None = None
    phases: dict[str, float] = field(default_factory=dict)
    bytes_sent: int = 0
    bytes_received: int = 0

    @property
    def runs(self) -> int:
        """How many slots fell into it, measured or not."""
        return sum(self.states.values())


class DayLevel(NamedTuple):
    """One day of a zone: how long each state held, and availability by the rules; `None` where nothing counts."""

    date: date
    time: StateTime
    availability: Fraction | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A day, and its results in one bucket."""

    level: DayLevel
    results: Bucket


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A check's last `DAYS` days as a report shows them; every sequence ascends in time.

    Attributes:
        past: up to now; it may reach back further.
        incidents: those with any time down in the last `DAYS` times 24 h, outside maintenance.
        resolution: of `recent`, by the age of the oldest result: a young check is looked at more closely.
        recent: the buckets up to now, which lies in the last of them.
        recent_times: the time in each state, bucket by bucket.
        last_day: exactly the last 24 hours, in one bucket: percentiles of buckets can't be joined.
        unmeasured: why slots of these are unknown, and how often.
    """

    past: Past
    incidents: tuple[Incident, ...]
    days: tuple[Day, ...]
    resolution: Resolution
    recent: tuple[Bucket, ...]
    recent_times: tuple[StateTime, ...]
    last_day: Bucket
    unmeasured: dict[FailureKind, int]
    last: Record | None


def history(
    tiles: Sequence[Rollup],
    records: Iterable[Record],
    past: Past,
    incidents: Sequence[Incident],
    *,
    interval: Micros,
    now: Micros,
    zone: tzinfo,
) -> History:
    """The history of one check.

    Args:
        tiles: ascending, of all slots from the first of `history_cuts` to `now`, none across a cut.
        records: the results themselves, ascending, from `recent_start` on; later than `now` is ignored.
        past: up to `now`, from the first of `history_cuts` on at the latest.
        incidents: ascending.
        interval: of the check.
        zone: whose days are counted.
    """
    kept = [record for record in records if record.scheduled_at < now]
    day = _group(kept, [now - DAY])[0]
    chosen = resolution(interval=interval, age=now - tiles[0].runs[0].start if tiles else DAY)
    recent = _recent(kept, chosen, now)
    return History(
        past=past,
        incidents=incidents_of(past, incidents, now=now),
        days=_days(tiles, past, days_until(now, zone=zone, count=DAYS)),
        resolution=chosen,
        recent=recent,
        recent_times=times(past.there, [Period(item.start, item.end) for item in recent]),
        last_day=bucket(day, start=now - DAY, end=now),
        unmeasured=_unmeasured(day),
        last=kept[-1] if kept else None,
    )


def incidents_of(past: Past, incidents: Sequence[Incident], *, now: Micros) -> tuple[Incident, ...]:
    """Those that count in the last `DAYS` times 24 h."""
    return recovery(past, incidents, Period(now - DAYS * DAY, now)).incidents


def history_cuts(now: Micros, *, zone: tzinfo) -> tuple[Micros, ...]:
    """The borders of what `history` wants: all of the last `DAYS` times 24 h, and each of the zone's days in them."""
    starts = [day.start for day in days_until(now, zone=zone, count=DAYS)]
    return tuple(sorted({now - DAYS * DAY, *starts, now}))


def recent_start(now: Micros, *, interval: Micros) -> Micros:
    """From when on `history` wants the results themselves: a day in buckets, and the last one of a check that runs seldom."""
    return now - max(DAY + RESOLUTIONS[-1].width, 2 * interval)


def resolution(*, interval: Micros, age: Micros) -> Resolution:
    """The closest look that holds everything back to `age`, in buckets that are not shorter than the interval.

    What is older than a day, or runs more seldom than four times a day, is looked at as closely as a day allows.
    """
    fit = [item for item in RESOLUTIONS if item.width >= interval] or RESOLUTIONS[-1:]
    return next(item for item in fit if item.length == DAY or age + item.width <= item.length)


def status_class(record: Record) -> str:
    """`2xx` … by the status, or `none`."""
    return NO_RESPONSE if record.http_status is None else f"{record.http_status // 100}xx"


def bucket(records: Sequence[Record], *, start: Micros, end: Micros) -> Bucket:
    """These results as one bucket."""
    measured = [record for record in records if record.state is not State.UNKNOWN]
    return Bucket(
        start=start,
        end=end,
        states=dict(Counter(record.state for record in records)),
        classes=dict(Counter(map(status_class, measured))),
        latency=Latency.of(_latencies(measured)),
        phases=_mean_phases(measured),
        bytes_sent=sum(record.bytes_sent for record in records),
        bytes_received=sum(record.bytes_received for record in records),
    )


def day_levels(past: Past, days: Sequence[CalendarDay]) -> tuple[DayLevel, ...]:
    """Each day of a past."""
    return tuple(_day_level(past, day) for day in days)


def _day_level(past: Past, day: CalendarDay) -> DayLevel:
    period = Period(day.start, day.end)
    time = past.time(period)
    return DayLevel(day.date, time, past.availability(period))


def times(steps: Sequence[Span], periods: Iterable[Period]) -> tuple[StateTime, ...]:
    """The time in each state, period by period."""
    return tuple(state_time(touching(steps, start, end), start=start, end=end) for start, end in periods)


def bucket_of(rollup: Rollup) -> Bucket:
    """A rollup as a bucket."""
    figures = rollup.figures
    classes = Counter({NO_RESPONSE: figures.unanswered}) if figures.unanswered else Counter[str]()
    for status, runs in figures.statuses.items():
        classes[f"{status // 100}xx"] += runs
    return Bucket(
        start=rollup.start,
        end=rollup.end,
        states={**figures.states},
        classes=dict(classes),
        latency=Latency.of_histogram(figures.responses),
        phases={
            name: phase.total / phase.runs for name, phase in zip(PHASES, figures.phases, strict=True) if phase.runs
        },
        bytes_sent=figures.bytes_sent,
        bytes_received=figures.bytes_received,
    )


def _days(tiles: Sequence[Rollup], past: Past, days: Sequence[CalendarDay]) -> tuple[Day, ...]:
    rollups = by_period(tiles, [days[0].start, *(day.end for day in days)])
    return tuple(
        Day(level=level, results=bucket_of(rollup))
        for level, rollup in zip(day_levels(past, days), rollups, strict=True)
    )


def _recent(records: Sequence[Record], chosen: Resolution, now: Micros) -> tuple[Bucket, ...]:
    """Borders are multiples of the width, so that a bucket stays the same between two reports."""
    length, width = chosen
    last = -(-now // width) * width
    starts = list(range(last - length, last, width))
    groups = _group(records, starts)
    return tuple(bucket(group, start=start, end=start + width) for start, group in zip(starts, groups, strict=True))


def _group(records: Sequence[Record], starts: Sequence[Micros]) -> list[Sequence[Record]]:
    """The records between each start and the next; those before the first belong nowhere."""
    moments = [record.scheduled_at for record in records]
    cuts = [bisect_right(moments, start - 1) for start in starts] + [len(records)]
    return [records[low:high] for low, high in pairwise(cuts)]


def _unmeasured(records: Sequence[Record]) -> dict[FailureKind, int]:
    """An unknown slot always has a failure, and it is the prober's own."""
    return dict(Counter(record.failure for record in records if record.state is State.UNKNOWN and record.failure))


def _latencies(records: Sequence[Record]) -> list[Micros]:
    """Those of responses only: a connection refused at once must not make a service look fast."""
    return [record.latency_us for record in records if record.http_status and record.latency_us is not None]


def _mean_phases(records: Sequence[Record]) -> dict[str, float]:
    """Of responses; where there was none, of what went before the failures: a phase cut short must not look fast."""
    answered = [record for record in records if record.http_status] or records
    columns = zip(*(record.phases for record in answered), strict=True)
    means = {}
    for name, column in zip(PHASES, columns, strict=False):
        values = [value for value in column if value is not None]
        if values:
            means[name] = sum(values) / len(values)
    return means
