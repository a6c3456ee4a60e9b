"""Tables on a terminal, and in a pipe."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

PIPED_WIDTH: Final = 2_000
"""In a pipe a row is a line, however long."""

_GAP: Final = 2
"""Columns between two columns of a table."""


def plain_console() -> Console:
    """One that takes nothing for markup that isn't, and breaks no line in a pipe."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = PIPED_WIDTH
    return console


def print_table(
    columns: Sequence[str],
    rows: Sequence[Sequence[str | Text]],
    *,
    unbroken: Sequence[str] = (),
    below: Sequence[str] = (),
) -> None:
    """As it is: nothing in it is markup. On a narrow terminal the columns that are not `unbroken` are folded.

    Where there are columns that may stand `below` their row, they do that instead, and nothing is folded.
    """
    console = plain_console()
    texts = [[Text(cell) if isinstance(cell, str) else cell for cell in row] for row in rows]
    widths = [
        max(map(cell_len, (name, *(line for row in texts for line in row[at].plain.splitlines()))))
        for at, name in enumerate(columns)
    ]
    if below and sum(widths) + _GAP * (len(widths) - 1) > console.width:
        _print_stacked(console, columns, texts, widths, below)
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in columns:
        table.add_column(name, overflow="fold", no_wrap=name in unbroken)
    for cells in texts:
        table.add_row(*cells)
    console.print(table)


def _print_stacked(
    console: Console,
    columns: Sequence[str],
    rows: Sequence[Sequence[Text]],
    widths: Sequence[int],
    below: Sequence[str],
) -> None:
    """Each row in two lines or more: what stands beside each other, and below it the rest, set in."""
    beside = [at for at, name in enumerate(columns) if name not in below]
    rest = [at for at, name in enumerate(columns) if name in below]

    def line(cells: Sequence[Text]) -> Text:
        padded = (Text.assemble(cells[at], " " * (widths[at] - cells[at].cell_len)) for at in beside)
        joined = Text(" " * _GAP).join(padded)
        joined.rstrip()
        return joined

    console.print(line([Text(name, "dim") for name in columns]))
    for cells in rows:
        console.print(line(cells))
        said = Text(" " * _GAP).join(cells[at] for at in rest if cells[at].plain not in ("", "–"))
        if said:
            console.print(Padding(said, (0, 0, 0, _GAP), expand=False))


def print_figures(
    console: Console, names: Sequence[str], groups: Sequence[Sequence[str]], rows: Sequence[Sequence[Text]]
) -> None:
    """Columns of names, then of figures; what a terminal is too narrow for stands below, behind the names again."""
    headers = (*names, *(header for group in groups for header in group))
    widths = [max(map(cell_len, (header, *(row[at].plain for row in rows)))) for at, header in enumerate(headers)]
    for number, part in enumerate(_parts(len(names), groups, widths, console.width)):
        if number:
            console.print()
        console.print(_part(headers, rows, widths, names=len(names), part=part))


def _parts(names: int, groups: Sequence[Sequence[str]], widths: Sequence[int], width: int) -> Iterator[list[int]]:
    """Which columns stand in one table: those of a group together, where it isn't too wide for that by itself."""

    def cost(columns: Sequence[int]) -> int:
        return sum(_GAP + widths[at] for at in columns)

    room = max(width - cost(range(names)) + _GAP, width // 2)
    part: list[int] = []
    start = names
    for group in groups:
        columns = range(start, start := start + len(group))
        for piece in [list(columns)] if cost(columns) <= room else [[at] for at in columns]:
            if part and cost(part) + cost(piece) > room:
                yield part
                part = []
            part += piece
    yield part


def _part(
    headers: Sequence[str], rows: Sequence[Sequence[Text]], widths: Sequence[int], *, names: int, part: Sequence[int]
) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="dim")
    for at in range(names):
        table.add_column(headers[at], overflow="fold")
    for at in part:
        table.add_column(headers[at], justify="right", overflow="fold", width=widths[at])
    for row in rows:
        table.add_row(*row[:names], *(row[at] for at in part))
    return table
