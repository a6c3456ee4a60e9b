"""What comes again and again, from what the file says of it."""

from __future__ import annotations

from probe.config.windows import IntervalFields, RecurringFields
from probe.model.maintenance import Recurring
from probe.slo.schedules import parse_times


def recurring(fields: RecurringFields, timezone: str) -> tuple[Recurring, ...]:
    """All of it counts; none where nothing recurs. `timezone` holds where the file names none."""
    if daily := fields.daily:
        return (Recurring(zone=daily.timezone or timezone, times=daily.times),)
    if weekly := fields.weekly:
        return (Recurring(zone=weekly.timezone or timezone, times=weekly.times or (), weekdays=weekly.days),)
    if monthly := fields.monthly:
        return (Recurring(zone=monthly.timezone or timezone, times=monthly.times or (), days_of_month=monthly.days),)
    return tuple(map(_interval, fields.intervals or ()))


def _interval(fields: IntervalFields) -> Recurring:
    return Recurring(
        zone=fields.location,
        times=tuple(parse_times(each.text) for each in fields.times or ()),
        weekdays=fields.weekdays or frozenset(),
        days_of_month=fields.days_of_month or (),
        months=fields.months or frozenset(),
        years=fields.years or (),
    )
