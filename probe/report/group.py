"""An API as one thing: up only while all its checks are, on the merged step functions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo

from probe.model.result import State
from probe.model.units import Micros
from probe.report.bars import DayTime, row_bars
from probe.report.figures import CheckRow, Standing, Window, check_row, standing, windows
from probe.report.site import SiteApi
from probe.report.svg import Drawing
from probe.slo.calendar import days_until
from probe.slo.history import DAYS, day_times
from probe.slo.spans import merge_weakest


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiGroup:
    """An API with its checks, computed once for all pages that show them.

    Attributes:
        href: seen from the site's top.
        days: the last ones, oldest first.
        checks: a row each, in the API's order.
        tally: how many of its checks are up, for its availability is that of the weakest.
    """

    name: str
    href: str
    standing: Standing
    days: tuple[DayTime, ...]
    bars: Drawing
    windows: tuple[Window, ...]
    checks: tuple[CheckRow, ...]
    tally: str


def api_group(api: SiteApi, *, now: Micros, zone: tzinfo) -> ApiGroup:
    """The API at a moment: at each instant its state is that of its weakest check."""
    steps = merge_weakest([check.history.spans for check in api.checks])
    days = day_times(steps, days_until(now, zone=zone, count=DAYS))
    rows = tuple(check_row(check, now=now, zone=zone) for check in api.checks)
    up = sum(row.standing.state is State.UP for row in rows)
    return ApiGroup(
        name=api.api.name,
        href=f"apis/{api.api.id}.html",
        standing=standing(steps, zone),
        days=days,
        bars=row_bars(days),
        windows=windows(steps, now),
        checks=rows,
        tally=f"{up:,} of {len(rows):,} up" if rows else "no checks",
    )
