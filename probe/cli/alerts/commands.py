"""What `probe alerts` takes. As everywhere, a command's work is imported only when it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from probe.cli.arguments import (
    DEFAULT_CONFIG,
    ApiOption,
    CheckOption,
    ConfigOption,
    DayOption,
    FormatOption,
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

alerts = typer.Typer(help="What is told to whom, and whether that works.", no_args_is_help=True)

TableOption: TypeAlias = Annotated[str, typer.Option("--format", metavar="table|json", help="How it is printed.")]


@alerts.command("list")
def list_(
    config: ConfigOption = DEFAULT_CONFIG,
    *,
    history: Annotated[
        bool, typer.Option("--history", help="The alerts of a period instead, also those that are over.")
    ] = False,
    from_: FromOption = None,
    to: ToOption = None,
    last: LastOption = None,
    format_: TableOption = "table",
) -> None:
    """Print the rules, who is told by each, and the alerts that go on."""
    from probe.cli.alerts.list import list_command
    from probe.cli.period import AskedPeriod

    list_command(config, AskedPeriod(start=from_, end=to, last=last), format_, with_past=history)


@alerts.command("test")
def send_test(
    channels: Annotated[
        list[str] | None,
        typer.Argument(metavar="CHANNEL...", help="Channels of the file, by their names.", show_default=False),
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    *,
    all_: Annotated[bool, typer.Option("--all", help="All channels of the file.")] = False,
    format_: FormatOption = "text",
) -> None:
    """Send a test message at once, and print what the receiver said; exit 1 when one did not take it."""
    from probe.cli.alerts.test import test_command

    test_command(config, channels or [], is_all=all_, format_=format_)


@alerts.command()
def backtest(
    config: ConfigOption = DEFAULT_CONFIG,
    *,
    rule: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only this rule; may be repeated.", show_default=False)
    ] = None,
    rules: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Instead of the file's rules those below `alerts:` in this one."),
    ] = None,
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
    format_: TableOption = "table",
) -> None:
    """Replay rules over stored history: what would have fired, for how long, and which outages would have been missed."""
    from probe.cli.alerts.backtest import Asked, backtest_command
    from probe.cli.period import AskedPeriod
    from probe.cli.selection import Selection

    backtest_command(
        config,
        Asked(
            period=AskedPeriod(
                start=from_, end=to, last=last, day=day, week=week, month=month, quarter=quarter, year=year
            ),
            selection=Selection(checks=tuple(check or ()), apis=tuple(api or ()), labels=tuple(label or ())),
            location=location,
            names=tuple(rule or ()),
            proposed=rules,
            kind=format_,
        ),
    )


@alerts.command()
def why(
    check: Annotated[str, typer.Argument(metavar="CHECK", help="Such as orders/list.", show_default=False)],
    config: ConfigOption = DEFAULT_CONFIG,
    *,
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help="The hour before this moment, and the one after it.")
    ] = None,
    from_: FromOption = None,
    to: ToOption = None,
    last: Annotated[
        str | None, typer.Option(metavar="DURATION", help="Up to now; 1d unless told otherwise.", show_default=False)
    ] = None,
    location: LocationOption = None,
    format_: FormatOption = "text",
) -> None:
    """Print why there was an alert of a check, or none: what each rule saw, what was decided, who was told."""
    from probe.cli.alerts.why import why_command
    from probe.cli.period import AskedPeriod

    span = last or (None if from_ or to else "1d")
    why_command(config, check, AskedPeriod(start=from_, end=to, last=span), format_, at=at, location=location)
