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

FromOption: TypeAlias = Annotated[
    str | None, typer.Option("--from", metavar="DATE|TIME", help="Its first moment; a date begins at midnight.")
]
ToOption: TypeAlias = Annotated[str | None, typer.Option(metavar="DATE|TIME", help="The first moment after it; now.")]
LastOption: TypeAlias = Annotated[
    str | None, typer.Option(metavar="DURATION", help="Up to now; 30d unless told otherwise.")
]
DayOption: TypeAlias = Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="A day.")]
WeekOption: TypeAlias = Annotated[str | None, typer.Option(metavar="YYYY-Wnn", help="A week, from Monday on.")]
MonthOption: TypeAlias = Annotated[str | None, typer.Option(metavar="YYYY-MM", help="A calendar month.")]
QuarterOption: TypeAlias = Annotated[str | None, typer.Option(metavar="YYYY-Qn", help="A quarter of a year.")]
YearOption: TypeAlias = Annotated[str | None, typer.Option(metavar="YYYY", help="A year.")]

CheckOption: TypeAlias = Annotated[
    list[str] | None, typer.Option(metavar="ID", help="Only this check; may be repeated.")
]
ApiOption: TypeAlias = Annotated[list[str] | None, typer.Option(metavar="ID", help="Only this API; may be repeated.")]
LabelOption: TypeAlias = Annotated[
    list[str] | None, typer.Option(metavar="NAME=VALUE", help="Only checks with this label; may be repeated.")
]
LocationOption: TypeAlias = Annotated[
    str | None, typer.Option(metavar="NAME", help="Measured from here; the file's own.")
]
AuthorOption: TypeAlias = Annotated[
    str | None, typer.Option(metavar="NAME", help="Who says so; the user of this machine unless told otherwise.")
]
