"""The formats of files, each with what writes it."""

from __future__ import annotations

from enum import StrEnum
from typing import BinaryIO, Protocol, TypeVar

from probe.report.export.columns import AnyTable, Table
from probe.report.export.json_text import JsonArray, JsonLines
from probe.report.export.parquet import Parquet, check_installed
from probe.report.export.separated import Separated

_Item = TypeVar("_Item")


class Format(StrEnum):
    """The value is what its files are called by, too."""

    CSV = "csv"
    JSON = "json"
    NDJSON = "ndjson"
    PARQUET = "parquet"

    @property
    def is_mixed(self) -> bool:
        """Whether one file takes several tables: each object tells whose it is."""
        return self in (Format.JSON, Format.NDJSON)

    def check(self) -> None:
        """Raises `ConfigurationError` where what it needs isn't installed."""
        if self is Format.PARQUET:
            check_installed()


class Sink(Protocol):
    """Takes what tables hold, item by item."""

    def write(self, table: Table[_Item], item: _Item) -> None:
        """What an item comes to in a table."""
        ...


class Writer(Sink, Protocol):
    """Writes into an open file, in bounded memory."""

    def finish(self) -> None:
        """Nothing more comes: the file is complete then."""
        ...

    def abandon(self) -> None:
        """Nothing more comes, and the file is not complete."""
        ...


def open_writer(kind: Format, file: BinaryIO, table: AnyTable) -> Writer:
    """A writer of a format; `table` is the one that it writes, where it isn't mixed."""
    if kind is Format.CSV:
        return Separated(file, table)
    if kind is Format.PARQUET:
        return Parquet(file, table)
    return JsonArray(file) if kind is Format.JSON else JsonLines(file)
