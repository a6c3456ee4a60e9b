"""What `probe maintenance` takes. As everywhere, a command's work is imported only when it runs."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import typer

from probe.cli.arguments import DEFAULT_CONFIG, AuthorOption, ConfigOption

maintenance = typer.Typer(
    help="Declare the time in which what is found doesn't count; the daemon may run meanwhile.", no_args_is_help=True
)

TableOption: TypeAlias = Annotated[str, typer.Option("--format", metavar="table|json", help="How it is printed.")]


@maintenance.command()
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What it is called.", show_default=False)],
    config: ConfigOption = DEFAULT_CONFIG,
    *,
    all_: Annotated[bool, typer.Option("--all", help="It is about all checks.")] = False,
    check: Annotated[list[str] | None, typer.Option(metavar="ID", help="About this check; may be repeated.")] = None,
    api: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="About this API's checks; may be repeated.")
    ] = None,
    label: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="Only those with this label; may be repeated.")
    ] = None,
    from_: Annotated[
        str | None,
        typer.Option("--from", metavar="DATE|TIME", help="Its first moment; now, or any time before or after."),
    ] = None,
    to: Annotated[str | None, typer.Option(metavar="DATE|TIME", help="The first moment after it.")] = None,
    for_: Annotated[
        str | None, typer.Option("--for", metavar="DURATION", help="How long it takes, such as 2h; instead of --to.")
    ] = None,
    daily: Annotated[
        list[str] | None, typer.Option(metavar="TIMES", help='Every day, such as "02:00-04:00"; may be repeated.')
    ] = None,
    weekly: Annotated[
        list[str] | None,
        typer.Option(metavar="DAYS TIMES", help='Such as "sun 02:00-04:00" or "mon:fri,sun 23:00-01:00".'),
    ] = None,
    monthly: Annotated[
        list[str] | None, typer.Option(metavar="DAYS TIMES", help='Such as "1,-1 02:00-04:00"; -1 is the last day.')
    ] = None,
    timezone: Annotated[
        str | None, typer.Option(metavar="ZONE", help="Of times and dates; the file's unless told otherwise.")
    ] = None,
    author: AuthorOption = None,
) -> None:
    """Declare a window: once, or recurring. Without --to or --for it goes on until it is ended."""
    from probe.cli.maintenance.add import add_command
    from probe.cli.maintenance.asked import AskedScope, AskedTimes

    add_command(
        config,
        name,
        AskedScope(is_all=all_, checks=tuple(check or ()), apis=tuple(api or ()), labels=tuple(label or ())),
        AskedTimes(
            start=from_,
            end=to,
            length=for_,
            daily=tuple(daily or ()),
            weekly=tuple(weekly or ()),
            monthly=tuple(monthly or ()),
            timezone=timezone,
        ),
        author,
    )


@maintenance.command(name="list")
def list_(
    config: ConfigOption = DEFAULT_CONFIG,
    *,
    all_: Annotated[bool, typer.Option("--all", help="Also those that are over.")] = False,
    format_: TableOption = "table",
) -> None:
    """Print the windows that run and those to come; those of the file too."""
    from probe.cli.maintenance.list import list_command

    list_command(config, format_, with_past=all_)


@maintenance.command()
def end(
    window: Annotated[
        str, typer.Argument(metavar="ID|NAME", help="Which; see `probe maintenance list`.", show_default=False)
    ],
    config: ConfigOption = DEFAULT_CONFIG,
    *,
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help="When it was over; now unless told otherwise.")
    ] = None,
    author: AuthorOption = None,
) -> None:
    """End a window that runs, or withdraw one to come: it counts up to now and no longer."""
    from probe.cli.maintenance.end import end_command

    end_command(config, window, at, author)


@maintenance.command()
def log(config: ConfigOption = DEFAULT_CONFIG, *, format_: TableOption = "table") -> None:
    """Print every change of a window: when, by whom, what, and whether it reaches back; those of the file too."""
    from probe.cli.maintenance.log import log_command

    log_command(config, format_)
