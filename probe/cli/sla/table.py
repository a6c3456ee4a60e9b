"""Service levels on a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Final
from zoneinfo import ZoneInfo

from rich.text import Text

from probe.cli.tables import plain_console, print_figures
from probe.model.units import Micros
from probe.report.sla.formulas import formulas
from probe.report.words import NOTHING, duration_text, exact_moment, latency_text, percent_text, runs_out_text
from probe.slo.availability import SUFFICIENT
from probe.slo.budget import ObjectiveStatus
from probe.slo.service_level import Assessed, ServiceLevel

_FIGURES: Final = (
    ("availability", "coverage", "best", "worst"),
    ("down", "unknown", "maintenance"),
    ("incidents", "MTTR", "MTBF", "MTTD", "MTTA"),
    ("p50", "p95", "p99", "apdex"),
)
_OBJECTIVES: Final = (("target", "attained", "met"), ("budget", "spent", "left"), ("burn rate", "runs out"))


def print_levels(assessed: Assessed, *, timezone: str) -> None:
    """The figures, the objectives, and by which rules and formulas they were counted."""
    console, zone = plain_console(), ZoneInfo(timezone)
    console.print(_heading(assessed, zone))
    rows = list(_rows(assessed))
    print_figures(console, ("",), _FIGURES, [(name, *_cells(level)) for name, level in rows])
    objectives = [(name, *_objective(status, zone)) for name, level in rows for status in level.objectives]
    if objectives:
        console.print()
        print_figures(console, ("", "objective"), _OBJECTIVES, objectives)
    for line in _legend(assessed, rows):
        console.print(Text(line, "dim"))


def _heading(assessed: Assessed, zone: ZoneInfo) -> Text:
    period, until, _ = assessed.asked
    start, end = (exact_moment(at, zone).text for at in period)
    to_date = f", to date: up to {exact_moment(until, zone).text}" if until < period.end else ""
    return Text(f"{start} to {end}{to_date}\n", "bold")


def _rows(assessed: Assessed) -> Iterator[tuple[Text, ServiceLevel]]:
    """Each API before its checks; checks of APIs that are not told of come last."""
    left = {level.id: level for level in assessed.checks}
    for api in assessed.apis:
        yield Text(api.id, "bold"), api
        for id_ in [id_ for id_ in left if id_.partition("/")[0] == api.id]:
            yield Text(id_), left.pop(id_)
    yield from ((Text(id_), level) for id_, level in left.items())


def _cells(level: ServiceLevel) -> Iterator[Text]:
    attained, time, recovery = level.attained, level.time, level.recovery
    is_thin = level.coverage is not None and level.coverage < SUFFICIENT
    yield Text(percent(attained.availability), "yellow" if is_thin else "bold")
    yield Text(f"{percent(level.coverage)}{' !' if is_thin else ''}", "yellow" if is_thin else "")
    yield Text(percent(attained.best))
    yield Text(percent(attained.worst))
    yield from map(_duration, (time.down, time.unknown, time.maintenance))
    yield Text(str(len(recovery.incidents)))
    yield from map(_mean, (recovery.mttr, recovery.mtbf, recovery.mttd, recovery.mtta))
    latency = level.responses.latency if level.responses else None
    yield from (
        Text(latency_text(value)) for value in ((latency.p50, latency.p95, latency.p99) if latency else (None,) * 3)
    )
    yield Text(NOTHING if level.apdex is None else decimal(level.apdex))


def _objective(status: ObjectiveStatus, zone: ZoneInfo) -> Iterator[Text]:
    word, style = {True: ("yes", "green"), False: ("no", "bold red"), None: (NOTHING, "")}[status.met]
    yield Text(status.objective)
    yield Text(percent(status.target))
    yield Text(percent(status.attained))
    yield Text(word, style)
    yield _mean(status.budget)
    yield _mean(status.spent)
    yield Text(percent(status.remaining_ratio), "bold red" if status.is_spent else "")
    yield Text(NOTHING if status.burn_rate is None else decimal(status.burn_rate))
    yield Text(runs_out_text(is_spent=status.is_spent, at=status.exhausted_at, zone=zone))


def _legend(assessed: Assessed, rows: list[tuple[Text, ServiceLevel]]) -> Iterator[str]:
    told = formulas(assessed.rules)
    yield f"\navailability ({assessed.rules.method}) = {told['availability']}; figures are cut off, not rounded"
    yield f"coverage = {told['coverage']}"
    yield "best, worst = availability if all unknown time had been up, or down"
    yield (
        "MTTR = outages that ended / their number; MTBF = time up or degraded / incidents; "
        "MTTD = (detected - start) / incidents; MTTA = (acknowledged - detected) / those acknowledged"
    )
    if any(level.objectives for _, level in rows):
        yield (
            "met = attained in the window so far >= target; left = of the whole window's budget; "
            "runs out: if it burns on as in this period, or when it ran out"
        )
    if any(level.coverage is not None and level.coverage < SUFFICIENT for _, level in rows):
        yield "! less than 95 % of the time is known: not enough to judge by"


def _duration(value: Micros) -> Text:
    return Text(duration_text(value) if value else "–")


def _mean(value: Fraction | None) -> Text:
    return Text(NOTHING if value is None else duration_text(int(value)))


def percent(ratio: Fraction | None) -> str:
    """Cut off, not rounded; below zero too."""
    if ratio is None:
        return NOTHING
    sign = "-" if ratio < 0 else ""
    return sign + percent_text(abs(ratio.numerator), ratio.denominator)


def decimal(value: Fraction) -> str:
    """Two decimals, cut off."""
    whole, rest = divmod(int(value * 100), 100)
    return f"{whole}.{rest:02}"
