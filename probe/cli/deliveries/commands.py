"""What `probe deliveries` takes. As everywhere, a command's work is imported only when it runs."""

from __future__ import annotations

from typing import Annotated

import typer

from probe.cli.arguments import DEFAULT_CONFIG, ConfigOption, FromOption, LastOption, ToOption

deliveries = typer.Typer(
    help="Print the messages of alerts and what became of each, or have them sent again.", no_args_is_help=True
)


@deliveries.command(name="list")
def list_(
    config: ConfigOption = DEFAULT_CONFIG,
    *,
    state: Annotated[
        list[str] | None,
        typer.Option(
            metavar="STATE",
            help="Only waiting, sending, delivered, failed, expired or superseded; may be repeated.",
        ),
    ] = None,
    channel: Annotated[str | None, typer.Option(metavar="NAME", help="Only those of this channel.")] = None,
    undelivered: Annotated[
        bool,
        typer.Option(
            "--undelivered",
            help="Only those that reached nobody, and that no message tells of; exit 1 when there is one.",
        ),
    ] = False,
    from_: FromOption = None,
    to: ToOption = None,
    last: LastOption = None,
    limit: Annotated[int, typer.Option(min=1, metavar="COUNT", help="At most so many, the newest.")] = 1_000,
    format_: Annotated[str, typer.Option("--format", metavar="table|json", help="How they are printed.")] = "table",
) -> None:
    """Print the messages of a period, the newest first, each with what became of it."""
    from probe.cli.deliveries.list import Asked, list_command
    from probe.cli.period import AskedPeriod

    asked = Asked(
        period=AskedPeriod(start=from_, end=to, last=last),
        states=tuple(state or ()),
        channel=channel,
        limit=limit,
        only_undelivered=undelivered,
    )
    list_command(config, asked, format_)


@deliveries.command()
def retry(
    ids: Annotated[
        list[str] | None,
        typer.Argument(metavar="ID...", help="Messages; see `probe deliveries list`.", show_default=False),
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    *,
    all_failed: Annotated[
        bool, typer.Option("--all-failed", help="All that failed, were given up, or wait to be tried again.")
    ] = False,
) -> None:
    """Have messages sent again, at once and for as long as at first: by the daemon, under the same id."""
    from probe.cli.deliveries.retry import retry_command

    retry_command(config, tuple(ids or ()), all_failed=all_failed)
