"""What `probe import` takes. As everywhere, a command's work is imported only when it runs."""

from __future__ import annotations

from pathlib import Path
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


@imports.command()
def openslo(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE...", help="YAML of OpenSLO v1, any kinds; - is standard input.")
    ],
    config: Annotated[
        Path | None,
        typer.Option("--config", "-c", metavar="FILE", help="The file that the objectives are meant for."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Instead of standard output.")
    ] = None,
) -> None:
    """Turn objectives of OpenSLO into what belongs in the file; exit 1 when one of them is left out."""
    from probe.cli.importing.openslo import import_command

    import_command(files, config, output)
