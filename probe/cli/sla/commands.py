"""What `probe sla` takes. As everywhere, a command's work is imported only when it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from probe.cli.arguments import (
    DEFAULT_CONFIG,
    ApiOption,
    CheckOption,
    ConfigOption,
    DayOption,
    FromOption,
    LabelOption,
    LastOption,
    LocationOption,
    MonthOption,
    QuarterOption,
    ToOption,
    WeekOption,
    YearOption,
)


def sla(
    config: ConfigOption = DEFAULT_CONFIG,
    *,
    from_: FromOption = None,
    to: ToOption = None,
    last: LastOption = None,
    day: DayOption = None,
    week: WeekOption = None,
    month: MonthOption = None,
    quarter: QuarterOption = None,
    year: YearOption = None,
    check: CheckOption = None,
    api: ApiOption = None,
    label: LabelOption = None,
    location: LocationOption = None,
    method: Annotated[
        str | None,
        typer.Option(metavar="METHOD", help="state-time, occurrences, timeslices or ratio-timeslices; the file's own."),
    ] = None,
    slice_: Annotated[str | None, typer.Option("--slice", metavar="DURATION", help="How long a time slice is.")] = None,
    slice_target: Annotated[
        str | None, typer.Option(metavar="PERCENT", help="From which share of good results on a slice is good.")
    ] = None,
    unknown: Annotated[
        str | None, typer.Option(metavar="exclude|up|down", help="What an unknown moment is taken for.")
    ] = None,
    maintenance: Annotated[
        str | None, typer.Option(metavar="exclude|count_as_up|ignore", help="What time in maintenance is taken for.")
    ] = None,
    format_: Annotated[
        str, typer.Option("--format", metavar="table|json|csv", help="How the figures are printed.")
    ] = "table",
    report: Annotated[
        Path | None,
        typer.Option(metavar="DIRECTORY", help="Write a report for a customer here, as HTML, JSON and CSV, instead."),
    ] = None,
    title: Annotated[str | None, typer.Option(metavar="TEXT", help="Of that report; report.title.")] = None,
) -> None:
    """Print the service levels of a period: availability, incidents, latency, error budgets."""
    from probe.cli.period import AskedPeriod
    from probe.cli.selection import Selection
    from probe.cli.sla.sla import Asked, sla_command

    sla_command(
        config,
        Asked(
            period=AskedPeriod(
                start=from_, end=to, last=last, day=day, week=week, month=month, quarter=quarter, year=year
            ),
            selection=Selection(checks=tuple(check or ()), apis=tuple(api or ()), labels=tuple(label or ())),
            location=location,
            method=method,
            slice=slice_,
            slice_target=slice_target,
            unknown=unknown,
            maintenance=maintenance,
            kind=format_,
            report=report,
            title=title,
        ),
    )
