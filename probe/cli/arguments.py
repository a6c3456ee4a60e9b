"""Arguments and options that several commands declare alike."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, TypeAlias

import typer

DEFAULT_CONFIG: Final = Path("checks.yaml")

ConfigOption: TypeAlias = Annotated[
    Path, typer.Option("--config", "-c", metavar="FILE", help="The file with the checks.")
]
FileArgument: TypeAlias = Annotated[
    Path | None, typer.Argument(metavar="FILE", help="The same, without -c.", show_default=False)
]
LogOption: TypeAlias = Annotated[str, typer.Option("--log-format", metavar="text|json", help="How the log is written.")]
FormatOption: TypeAlias = Annotated[
    str, typer.Option("--format", metavar="text|json", help="How the outcome is printed.")
]
