"""Maintenance windows as periods: a moment lies in one that recurs while the clocks of its zone show a time that does.

So Alertmanager reads its time intervals, and so nothing is lost or counted twice when the clocks change: what they skip is no
part of a window, and what they show twice is part of it both times. Only that a window may go over midnight, when it belongs
to the day it begins on, is ours.
"""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta, tzinfo
from functools import lru_cache
from itertools import chain, pairwise
from typing import Final, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from probe.model.maintenance import MaintenanceWindow, Once, Recurring, Scope
from probe.model.units import DAY, MINUTE, Micros, to_datetime
from probe.slo.periods import Period
from probe.slo.schedules import MINUTES_OF_A_DAY

Labels: TypeAlias = tuple[tuple[str, str], ...]
Periods: TypeAlias = tuple[Period, ...]
"""Ascending, with time between them."""

_EPOCH: Final = date(1970, 1, 1).toordinal()
_WHOLE_DAY: Final = ((0, MINUTES_OF_A_DAY),)
_YEAR: Final[Micros] = 366 * DAY
_LOOKS: Final = ((DAY, 40 * DAY), (_YEAR, _YEAR), (_YEAR, 40 * _YEAR))
"""How far to look back and ahead; the 29th of February is a Sunday again after 28 years, or after 40."""


class Occurrence(NamedTuple):
    """When a window counts; `end` is `None` where none is in sight."""

    start: Micros
    end: Micros | None


def periods(window: MaintenanceWindow, *, start: Micros, end: Micros) -> Periods:
    """When the window counts within `[start, end)`; one that is open goes on up to `end`."""
    start = start if window.since is None else max(start, window.since)
    end = end if window.until is None else min(end, window.until)
    if isinstance(window.schedule, Once):
        found = _clipped(window.schedule.start, end if window.schedule.end is None else window.schedule.end, start, end)
        return tuple(found)
    return merged(chain.from_iterable(_recurring(each, start, end) for each in window.schedule))


def merged(parts: Iterable[Period]) -> Periods:
    """Whatever lies in any of them."""
    joined: list[Period] = []
    for part in sorted(parts):
        if joined and part.start <= joined[-1].end:
            joined[-1] = Period(joined[-1].start, max(joined[-1].end, part.end))
        else:
            joined.append(part)
    return tuple(joined)


def periods_by_check(
    checks: Iterable[tuple[str, Labels]], windows: Sequence[MaintenanceWindow], *, start: Micros, end: Micros
) -> dict[str, Periods]:
    """When each check, by its id and its labels, is in maintenance; each window is worked out once, whomever it is about."""
    by_scope: defaultdict[Scope, list[Period]] = defaultdict(list)  # a thousand deployments of an API are about one
    for window in windows:
        if its_periods := periods(window, start=start, end=end):
            by_scope[window.scope] += its_periods
    worked_out = [(scope, merged(parts)) for scope, parts in by_scope.items()]
    shared: dict[tuple[int, ...], Periods] = {}
    found: dict[str, Periods] = {}
    for check, labels in checks:
        its = tuple(index for index, (scope, _) in enumerate(worked_out) if scope.holds(check, labels))
        if its not in shared:
            shared[its] = merged(chain.from_iterable(worked_out[index][1] for index in its))
        found[check] = shared[its]
    return found


def occurrence(window: MaintenanceWindow, *, now: Micros) -> Occurrence | None:
    """The one that runs, or else the next one; `None` when there is none any more."""
    if isinstance(window.schedule, Once):
        start, end = max(window.schedule.start, window.begins or 0), window.ends
        return Occurrence(start, end) if end is None or max(start, now) < end else None
    found: Period | None = None
    for back, ahead in _LOOKS:
        found = next((each for each in periods(window, start=now - back, end=now + ahead) if each.end > now), None)
        if found and now - back < found.start and found.end < now + ahead:
            return Occurrence(*found)
    return found and Occurrence(found.start, None if found.end == now + ahead else found.end)


def _recurring(rule: Recurring, start: Micros, end: Micros) -> Iterator[Period]:
    """Between two changes of the clocks a zone is so many microseconds off UTC, and a window as long as it reads."""
    for first, last, offset in _stretches(rule.zone, start, end) if start < end else ():
        for begin, until in _on_the_wall(rule, first + offset, last + offset):
            yield from _clipped(begin - offset, until - offset, first, last)


@lru_cache(maxsize=64)
def _stretches(name: str, start: Micros, end: Micros) -> tuple[tuple[Micros, Micros, Micros], ...]:
    """From one change of a zone's clocks to the next, and how far off UTC it is meanwhile. Many windows ask for the same."""
    zone = ZoneInfo(name)
    borders = [start, *_changes(zone, start, end), end]
    return tuple((first, last, _offset(zone, first)) for first, last in pairwise(borders))


def _on_the_wall(rule: Recurring, start: Micros, end: Micros) -> Iterator[tuple[Micros, Micros]]:
    """Those that may touch `[start, end)`, in the time that the clocks show; one of the day before may go over midnight."""
    for day in range(start // DAY - 1, (end - 1) // DAY + 1):
        if _fits(rule, date.fromordinal(_EPOCH + day)):
            for first, last in rule.times or _WHOLE_DAY:
                over = MINUTES_OF_A_DAY if last <= first else 0
                yield day * DAY + first * MINUTE, day * DAY + (last + over) * MINUTE


def _fits(rule: Recurring, day: date) -> bool:
    return (
        (not rule.weekdays or day.weekday() in rule.weekdays)
        and (not rule.months or day.month in rule.months)
        and (not rule.years or any(first <= day.year <= last for first, last in rule.years))
        and (not rule.days_of_month or any(_from(day, first) <= day.day <= _from(day, last) for first, last in rule.days_of_month))
    )  # fmt: skip


def _from(day: date, number: int) -> int:
    """A day's number in its month, counted from the end where it is negative; it may lie outside of the month."""
    # By the calendar: to divide the month's length by 24 hours loses a day when the clocks change (Alertmanager #5447).
    return number if number > 0 else monthrange(day.year, day.month)[1] + 1 + number


def _changes(zone: tzinfo, start: Micros, end: Micros) -> Iterator[Micros]:
    """The moments inside from which on the zone has another offset; no zone goes off and back again within a day."""
    for first in range(start, end, DAY):
        yield from _changes_of_a_day(zone, first, min(first + DAY, end - 1))


def _changes_of_a_day(zone: tzinfo, start: Micros, end: Micros) -> Iterator[Micros]:
    """By halves. `end` itself may be one."""
    if _offset(zone, start) == _offset(zone, end):
        return
    middle = (start + end) // 2
    if middle == start:
        yield end
        return
    yield from _changes_of_a_day(zone, start, middle)
    yield from _changes_of_a_day(zone, middle, end)


def _offset(zone: tzinfo, moment: Micros) -> Micros:
    """How far the zone's clocks are ahead of UTC, in microseconds."""
    ahead = to_datetime(moment).astimezone(zone).utcoffset() or timedelta()
    return ahead // timedelta(microseconds=1)


def _clipped(first: Micros, last: Micros, start: Micros, end: Micros) -> Iterator[Period]:
    first, last = max(first, start), min(last, end)
    if first < last:
        yield Period(first, last)
