"""An API as one thing: its state by its group rule, on the merged step functions."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import tzinfo

from probe.model.sla import GroupKind, GroupRule
from probe.model.units import Micros
from probe.report.bars import row_bars
from probe.report.figures import CheckRow, Standing, Window, check_row, standing, windows
from probe.report.objectives import least_left
from probe.report.site import SiteApi
from probe.report.svg import Drawing
from probe.report.words import Condition
from probe.slo.availability import StateTime
from probe.slo.calendar import days_until
from probe.slo.history import DAYS, DayLevel, day_levels


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiGroup:
    """An API with its checks, computed once for all pages that show them.

    Attributes:
        href: seen from the site's top.
        days: the last ones, oldest first.
        checks: a row each, in the API's order.
        tally: how many of its checks are up.
        rule: when it is up, in words.
        budget: what is left of its error budget, where it has an objective, and whether that is nothing any more.
    """

    name: str
    href: str
    standing: Standing
    days: tuple[DayLevel, ...]
    bars: Drawing
    windows: tuple[Window, ...]
    checks: tuple[CheckRow, ...]
    tally: str
    rule: str
    budget: str
    is_spent: bool


def api_group(api: SiteApi, *, now: Micros, zone: tzinfo) -> ApiGroup:
    """The API at a moment."""
    dates = days_until(now, zone=zone, count=DAYS)
    days = day_levels(api.past, dates) if api.past else tuple(DayLevel(day.date, StateTime(), None) for day in dates)
    rows = tuple(check_row(check, now=now, zone=zone) for check in api.checks)
    left = least_left(api.objectives)
    return ApiGroup(
        name=api.api.name,
        href=f"apis/{api.api.id}.html",
        standing=standing(api.past, zone, maintenance=api.maintenance),
        days=days,
        bars=row_bars(days),
        windows=windows(api.past, now),
        checks=rows,
        tally=_tally(Counter(row.standing.condition for row in rows)),
        rule=rule_text(api.api.group, len(rows)),
        budget=left.text if left else "",
        is_spent=left is not None and left.is_spent,
    )


def _tally(counts: Counter[Condition]) -> str:
    if not counts:
        return "no checks"
    up, apart = counts[Condition.UP], counts[Condition.MAINTENANCE]
    if apart == counts.total():
        return f"all {apart:,} in maintenance" if apart > 1 else "in maintenance"
    return f"{up:,} of {counts.total():,} up" + (f", {apart:,} in maintenance" if apart else "")


def rule_text(rule: GroupRule, checks: int) -> str:
    """When the API is up: `an API is up only while all its checks are`."""
    if rule.kind is GroupKind.ANY:
        return "this API is up while any of its checks is"
    if rule.kind is GroupKind.QUORUM:
        return f"this API is up while {min(rule.quorum, checks):,} of its checks are"
    if rule.kind is GroupKind.MEAN:
        return "this API is up at each moment to the share of its checks that are"
    return "this API is up only while all its checks are"
