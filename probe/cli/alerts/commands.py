"""What `probe alerts` takes. As everywhere, a command's work is imported only when it runs."""

from __future__ import annotations

from typing import Annotated

import typer

from probe.cli.arguments import DEFAULT_CONFIG, ConfigOption, FormatOption

alerts = typer.Typer(help="What is told to whom, and whether that works.", no_args_is_help=True)


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
