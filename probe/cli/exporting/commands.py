"""What `probe export` takes. As everywhere, a command's work is imported only when it runs."""

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
    MonthOption,
    QuarterOption,
    ToOption,
    WeekOption,
    YearOption,
)


def export(
    metrics: Annotated[
        str,
        typer.Option(
            metavar="METRIC,…",
            help="usage, rate, latency, traffic, availability, phases; all of these; or results, one by one.",
        ),
    ],
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
    location: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Only from here; may be repeated.")] = None,
    by: Annotated[str, typer.Option(metavar="check|api", help="Whose figures.")] = "check",
    every: Annotated[
        str, typer.Option(metavar="STEP", help="15m, 1h, …, 1d, 1w, month, quarter, or whole: how long a part is.")
    ] = "1d",
    format_: Annotated[
        str | None,
        typer.Option("--format", metavar="csv|json|ndjson|parquet", help="csv, unless the file's name says otherwise."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="PATH", help="A file, or a folder for a file a metric; not the screen."),
    ] = None,
) -> None:
    """Write figures, or results, for other programs."""
    from probe.cli.exporting.export import Asked, export_command
    from probe.cli.period import AskedPeriod
    from probe.cli.selection import Selection

    export_command(
        config,
        Asked(
            metrics=metrics,
            period=AskedPeriod(
                start=from_, end=to, last=last, day=day, week=week, month=month, quarter=quarter, year=year
            ),
            selection=Selection(checks=tuple(check or ()), apis=tuple(api or ()), labels=tuple(label or ())),
            locations=tuple(location or ()),
            by=by,
            every=every,
            kind=format_,
            output=output,
        ),
    )
