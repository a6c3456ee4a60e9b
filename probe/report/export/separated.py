"""CSV after RFC 4180, safe to be opened by a spreadsheet."""

from __future__ import annotations

import csv
from typing import BinaryIO, Final, TypeVar

from probe.report.export.columns import AnyTable, Cell, Table

_Item = TypeVar("_Item")

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")
"""What a spreadsheet may take for a formula, or pass over on the way to one (CWE-1236)."""


class Separated:
    """One table: a heading, then a row a line."""

    def __init__(self, file: BinaryIO, table: AnyTable) -> None:
        self._rows = csv.writer(_Encoded(file), lineterminator="\r\n")
        self._rows.writerow(column.name for column in table.columns)

    def write(self, table: Table[_Item], item: _Item) -> None:
        self._rows.writerows(map(guarded, table.texts(row)) for row in table.rows(item))

    def finish(self) -> None:
        """There is nothing to be closed."""

    def abandon(self) -> None:
        """Likewise."""


class _Encoded:
    """What the csv module wants to write to."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def write(self, text: str) -> int:
        return self._file.write(text.encode("utf-8", "replace"))


def guarded(cell: Cell) -> Cell:
    """The cell with a `'` before text that looks like the beginning of a formula; numbers stay numbers."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
