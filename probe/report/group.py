"""An API as one thing: up only while all its checks are, on the merged step functions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from probe.model.units import Micros
from probe.report.bars import DayTime
from probe.report.site import SiteApi
from probe.slo.calendar import days_until
from probe.slo.history import DAYS, day_times
from probe.slo.spans import Span, merge_weakest


def api_spans(api: SiteApi) -> tuple[Span, ...]:
    """At each instant the state of its weakest check."""
    return merge_weakest([check.history.spans for check in api.checks])


def api_days(steps: Sequence[Span], *, now: Micros, zone: tzinfo) -> tuple[DayTime, ...]:
    """The last days, oldest first."""
    return day_times(steps, days_until(now, zone=zone, count=DAYS))
