"""What `probe import` takes. As everywhere, a command's work is imported only when it runs."""

from __future__ import annotations

from typing import Annotated

import typer

from probe.cli.arguments import DEFAULT_CONFIG, ConfigOption, FormatOption

imports = typer.Typer(help="Bring history in.", no_args_is_help=True)


@imports.command()
def results(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="Results as JSON lines, packed by gzip or not; - is standard input.")
    ],
    config: ConfigOption = DEFAULT_CONFIG,
    format_: FormatOption = "text",
) -> None:
    """Store results that were measured elsewhere, or exported; exit 1 when a line could not be imported."""
    from probe.cli.importing.results import import_command

    import_command(file, config, format_)
