"""One pass over a check's results: its states, its days, and its last hours in buckets for charts."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, tzinfo
from itertools import pairwise
from typing import Final

from probe.model.result import Record, State
from probe.model.sample import PHASES
from probe.model.units import DAY, MINUTE, Micros
from probe.slo.availability import StateTime, state_time
from probe.slo.calendar import CalendarDay, days_until
from probe.slo.percentiles import Latency
from probe.slo.spans import Span, Verdict, spans

NO_RESPONSE: Final = "none"
"""The status class of a run that got no response at all."""

STATUS_CLASSES: Final = ("1xx", "2xx", "3xx", "4xx", "5xx", NO_RESPONSE)
RECENT: Final[Micros] = DAY
BUCKET: Final[Micros] = 15 * MINUTE
DAYS: Final = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """What was measured in `[start, end)`. Slots that were not measured are counted as unknown and nowhere else.

    Attributes:
        classes: runs by status class, `2xx` … or `none` where no response came.
        phases: mean microseconds of each phase, over the runs in which it happened.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day of a zone: availability by time, and the day's results in one bucket."""

    date: date
    time: StateTime
    results: Bucket


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A check's last `DAYS` days as a report shows them; every sequence ascends in time.

    Attributes:
        recent: the last 24 hours in buckets; the first and the last of them reach beyond.
        last_day: exactly the last 24 hours, in one bucket: percentiles of buckets can't be joined.
    """

    spans: tuple[Span, ...]
    days: tuple[Day, ...]
    recent: tuple[Bucket, ...]
    last_day: Bucket
    last: Record | None

    def time(self, start: Micros, end: Micros) -> StateTime:
        """Availability within `[start, end)`."""
        return state_time(self.spans, start=start, end=end)


def history(records: Iterable[Record], *, interval: Micros, now: Micros, zone: tzinfo) -> History:
    """The history of one check.

    Args:
        records: ascending, from `history_start(now, zone=zone)` on; later than `now` is ignored.
        interval: of the check, for results that don't know theirs.
        zone: whose days are counted.
    """
    kept = [record for record in records if record.scheduled_at < now]
    verdicts = (Verdict(item.scheduled_at, item.state, item.interval or interval) for item in kept)
    steps = spans(verdicts, until=now)
    return History(
        spans=steps,
        days=_days(kept, steps, days_until(now, zone=zone, count=DAYS)),
        recent=_recent(kept, now),
        last_day=bucket(
            [item for item in kept if item.scheduled_at >= now - RECENT],
            start=now - RECENT,
            end=now,
        ),
        last=kept[-1] if kept else None,
    )


def history_start(now: Micros, *, zone: tzinfo) -> Micros:
    """The first moment that `history` wants results of."""
    return days_until(now, zone=zone, count=DAYS)[0].start


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


def day_times(steps: Sequence[Span], days: Sequence[CalendarDay]) -> tuple[tuple[date, StateTime], ...]:
    """The time in each state, day by day."""
    return tuple((day.date, time) for day, time in zip(days, _times(steps, days), strict=True))


def _days(records: Sequence[Record], steps: Sequence[Span], days: Sequence[CalendarDay]) -> tuple[Day, ...]:
    groups = _group(records, [day.start for day in days])
    return tuple(
        Day(date=day.date, time=time, results=bucket(group, start=day.start, end=day.end))
        for day, time, group in zip(days, _times(steps, days), groups, strict=True)
    )


def _recent(records: Sequence[Record], now: Micros) -> tuple[Bucket, ...]:
    """The last 24 hours; borders are multiples of the width, so that a bucket stays the same between two reports."""
    last = -(-now // BUCKET) * BUCKET
    starts = list(range(last - RECENT, last, BUCKET))
    groups = _group(records, starts)
    return tuple(bucket(group, start=start, end=start + BUCKET) for start, group in zip(starts, groups, strict=True))


def _times(steps: Sequence[Span], days: Sequence[CalendarDay]) -> list[StateTime]:
    """Each day looks only at the spans that can touch it."""
    ends = [span.end for span in steps]
    starts = [span.start for span in steps]
    return [
        state_time(
            steps[bisect_right(ends, day.start) : bisect_right(starts, day.end)],
            start=day.start,
            end=day.end,
        )
        for day in days
    ]


def _group(records: Sequence[Record], starts: Sequence[Micros]) -> list[Sequence[Record]]:
    """The records between each start and the next; those before the first belong nowhere."""
    moments = [record.scheduled_at for record in records]
    cuts = [bisect_right(moments, start - 1) for start in starts] + [len(records)]
    return [records[low:high] for low, high in pairwise(cuts)]


def _latencies(records: Sequence[Record]) -> list[Micros]:
    """Those of responses only: a connection refused at once must not make a service look fast."""
    return [record.latency_us for record in records if record.http_status and record.latency_us is not None]


def _mean_phases(records: Sequence[Record]) -> dict[str, float]:
    columns = zip(*(record.phases for record in records if record.http_status), strict=True)
    means = {}
    for name, column in zip(PHASES, columns, strict=False):
        values = [value for value in column if value is not None]
        if values:
            means[name] = sum(values) / len(values)
    return means
