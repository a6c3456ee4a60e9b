"""What `probe incidents` and `probe ack` take. As everywhere, a command's work is imported only when it runs."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import typer

from probe.cli.arguments import (
    DEFAULT_CONFIG,
    ApiOption,
    AuthorOption,
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

incidents = typer.Typer(
    help="Print the incidents of a period, one of them whole, or say something of it.", invoke_without_command=True
)

RefArgument: TypeAlias = Annotated[
    str,
    typer.Argument(
        metavar="CHECK@TIME",
        help="Such as orders/list@2026-11-20T10:00:00Z: any moment in it; the check alone is its open incident.",
        show_default=False,
    ),
]


@incidents.callback()
def log(
    context: typer.Context,
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
    open_: Annotated[
        bool, typer.Option("--open", help="Only those that go on; exit 1 when there is one, 0 when there is none.")
    ] = False,
    format_: Annotated[str, typer.Option("--format", metavar="table|json|csv", help="How they are printed.")] = "table",
) -> None:
    """Print the incidents of a period: the open ones first, then the newest."""
    if context.invoked_subcommand is not None:
        return
    from probe.cli.incidents.asked import Asked
    from probe.cli.incidents.log import log_command
    from probe.cli.period import AskedPeriod
    from probe.cli.selection import Selection

    period = AskedPeriod(start=from_, end=to, last=last, day=day, week=week, month=month, quarter=quarter, year=year)
    asked = Asked(
        period=period,
        selection=Selection(checks=tuple(check or ()), apis=tuple(api or ()), labels=tuple(label or ())),
        location=location,
    )
    log_command(config, asked, format_, only_open=open_)


@incidents.command()
def show(
    ref: RefArgument,
    config: ConfigOption = DEFAULT_CONFIG,
    *,
    location: LocationOption = None,
    format_: Annotated[str, typer.Option("--format", metavar="text|json", help="How it is printed.")] = "text",
) -> None:
    """Print all that is known of an incident: how it went on, what failed, what was said."""
    from probe.cli.incidents.show import show_command

    show_command(config, ref, location=location, format_=format_)


@incidents.command()
def note(
    ref: RefArgument,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What there is to say.", show_default=False)],
    config: ConfigOption = DEFAULT_CONFIG,
    *,
    author: AuthorOption = None,
    location: LocationOption = None,
) -> None:
    """Write something down about an incident."""
    from probe.cli.incidents.saying import note_command

    note_command(config, ref, text, author=author, location=location)


def ack(
    ref: Annotated[
        str,
        typer.Argument(
            metavar="CHECK@TIME|ALERT|API",
            help="As of `probe incidents`; an alert's id: then it is this alert, and its incident; an API: then all that goes on of it.",
            show_default=False,
        ),
    ],
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What there is to say.", show_default=False)] = "",
    config: ConfigOption = DEFAULT_CONFIG,
    *,
    author: AuthorOption = None,
    location: LocationOption = None,
) -> None:
    """Take an incident on, an alert, or all that goes on of an API; who was first is kept."""
    from probe.cli.incidents.saying import ack_command

    ack_command(config, ref, text, author=author, location=location)
