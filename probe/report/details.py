"""The views of the pages that are read at length: one of an API, one of a check."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final

from probe.model.check import CheckFacts, Confirm, Severity
from probe.model.units import format_duration, format_size
from probe.report.bars import day_bars
from probe.report.charts import charts
from probe.report.failures import Failures, failures_of_api, failures_of_check
from probe.report.figures import (
    CheckRow,
    Frame,
    Standing,
    Window,
    frame,
    reason,
)
from probe.report.frame import Chart
from probe.report.group import ApiGroup
from probe.report.incident_notes import Incidents, incident_list
from probe.report.objectives import ObjectiveRow, objective_rows
from probe.report.prober import unmeasured_sentence
from probe.report.site import Site, SiteApi, SiteCheck
from probe.report.svg import Drawing
from probe.report.words import (
    NOTHING,
    clock_text,
    day_text,
    duration_text,
    latency_text,
    length_text,
    share_text,
)
from probe.slo.history import NO_RESPONSE, STATUS_CLASSES, Bucket, Day, DayLevel

RECENT_DAYS: Final = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Figures in rows; the first cell of each names it."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiPage:
    """An API: its checks, its availability as a whole, its latest failures."""

    frame: Frame
    name: str
    id: str
    labels: tuple[tuple[str, str], ...]
    standing: Standing
    tally: str
    rule: str
    bars: Drawing
    windows: tuple[Window, ...]
    objectives: tuple[ObjectiveRow, ...]
    incidents: Incidents
    checks: tuple[CheckRow, ...]
    days: Table
    failures: Failures


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckPage:
    """A check.

    Attributes:
        unmeasured: what of it is unknown through the prober's own fault, in a sentence; empty when nothing is.
        facts: its settings as label and text.
        expectations: sentences, and whether they only warn.
    """

    frame: Frame
    name: str
    id: str
    api: str
    api_href: str
    standing: Standing
    reason: str
    verifies_tls: bool
    unmeasured: str
    facts: tuple[tuple[str, str], ...]
    expectations: tuple[tuple[str, bool], ...]
    labels: tuple[tuple[str, str], ...]
    bars: Drawing
    windows: tuple[Window, ...]
    objectives: tuple[ObjectiveRow, ...]
    incidents: Incidents
    charts: tuple[Chart, ...]
    recent_length: str
    recent_width: str
    recent: Table
    days: Table
    failures: Failures


def api_page(site: Site, api: SiteApi, group: ApiGroup, zone: tzinfo) -> ApiPage:
    """The view of `apis/<api>.html`."""
    return ApiPage(
        frame=frame(site, f"{group.name} · {site.title}", group.standing.condition, root="../", zone=zone),
        name=group.name,
        id=api.api.id,
        labels=api.api.labels,
        standing=group.standing,
        tally=group.tally,
        rule=group.rule,
        bars=day_bars(group.days),
        windows=group.windows,
        objectives=objective_rows(api.objectives, zone),
        incidents=incident_list(api.incidents, api.past, now=site.now, zone=zone),
        checks=group.checks,
        days=_api_table(group.days),
        failures=failures_of_api(api.checks, zone),
    )


def check_page(site: Site, api: SiteApi, check: SiteCheck, row: CheckRow, zone: tzinfo) -> CheckPage:
    """The view of `checks/<api>/<check>.html`."""
    facts, history, now = check.facts, check.history, row.standing
    title = f"{facts.name} · {api.api.name} · {site.title}"
    return CheckPage(
        frame=frame(site, title, now.condition, root="../../", zone=zone),
        name=facts.name,
        id=facts.id,
        api=api.api.name,
        api_href=f"../../apis/{api.api.id}.html",
        standing=now,
        reason=reason(check, now),
        verifies_tls=facts.verifies_tls,
        unmeasured=unmeasured_sentence(history),
        facts=_settings(facts),
        expectations=tuple((text, level is Severity.WARN) for text, level in facts.expectations),
        labels=facts.labels,
        bars=day_bars([day.level for day in history.days]),
        windows=row.windows,
        objectives=objective_rows(check.objectives, zone),
        incidents=incident_list(history.incidents, history.past, now=site.now, zone=zone),
        charts=charts(history, zone),
        recent_length=length_text(history.resolution.length),
        recent_width=length_text(history.resolution.width),
        recent=_recent_table(history.recent, zone),
        days=_day_table(history.days),
        failures=failures_of_check(check, zone),
    )


def _settings(facts: CheckFacts) -> tuple[tuple[str, str], ...]:
    return (
        ("Request", f"{facts.method} {facts.url}"),
        ("Interval", format_duration(facts.interval)),
        ("Timeout", format_duration(facts.timeout)),
        ("Retries", str(facts.confirm.retries)),
        *_confirmation(facts.confirm),
        *facts.connects,
    )


def _confirmation(confirm: Confirm) -> Iterator[tuple[str, str]]:
    """How many results it takes, where that is more than one."""
    if confirm.runs > 1:
        yield "Down after", f"{confirm.runs} results in a row"
    if confirm.recoveries > 1:
        yield "Up again after", f"{confirm.recoveries} results in a row"


def _recent_table(buckets: Sequence[Bucket], zone: tzinfo) -> Table:
    """The charts' figures; classes that never occurred have no column."""
    classes = [name for name in STATUS_CLASSES if any(name in item.classes for item in buckets)]
    names = ["no response" if name == NO_RESPONSE else name for name in classes]
    rows = tuple(
        (
            clock_text(item.start, zone),
            *_latencies(item),
            *(str(item.classes.get(name, 0)) for name in classes),
            format_size(item.bytes_received),
            format_size(item.bytes_sent),
        )
        for item in buckets
        if item.runs
    )
    return Table(heads=("From", "p50", "p95", "p99", "max", *names, "received", "sent"), rows=rows)


def _latencies(item: Bucket) -> tuple[str, ...]:
    found = item.latency
    if not found:
        return (NOTHING,) * 4
    return tuple(map(latency_text, (found.p50, found.p95, found.p99, found.maximum)))


def _day_table(days: Sequence[Day]) -> Table:
    rows = tuple(
        (*_day_cells(day.level), *_result_cells(day.results))
        for day in reversed(days[-RECENT_DAYS:])
        if _is_there(day.level)
    )
    heads = (*_DAY_HEADS, "Runs", "p50", "p95", "Received", "Sent")
    return Table(heads=heads, rows=rows)


_DAY_HEADS: Final = ("Day", "Availability", "Known for", "Down for", "Maintenance")
_DASH: Final = "–"


def _api_table(days: Sequence[DayLevel]) -> Table:
    rows = tuple(_day_cells(day) for day in reversed(days[-RECENT_DAYS:]) if _is_there(day))
    return Table(heads=_DAY_HEADS, rows=rows)


def _is_there(day: DayLevel) -> bool:
    return bool(day.time.total or day.time.maintenance)


def _day_cells(day: DayLevel) -> tuple[str, ...]:
    date, time, availability = day
    down = duration_text(time.down) if time.known else NOTHING
    kept = duration_text(time.maintenance) if time.maintenance else _DASH
    return (day_text(date), share_text(availability), duration_text(time.known), down, kept)


def _result_cells(results: Bucket) -> tuple[str, ...]:
    found = results.latency
    return (
        f"{results.runs:,}",
        latency_text(found.p50 if found else None),
        latency_text(found.p95 if found else None),
        format_size(results.bytes_received),
        format_size(results.bytes_sent),
    )
