"""Tables on a terminal, and in a pipe."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

PIPED_WIDTH: Final = 2_000
"""In a pipe a row is a line, however long."""


def plain_console() -> Console:
    """One that takes nothing for markup that isn't, and breaks no line in a pipe."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = PIPED_WIDTH
    return console


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str | Text]]) -> None:
    """As it is: nothing in it is markup."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in columns:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) if isinstance(cell, str) else cell for cell in row))
    plain_console().print(table)
