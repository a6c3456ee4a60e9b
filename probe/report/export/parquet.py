"""Parquet, in row groups, by pyarrow where that is installed."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, BinaryIO, Final, TypeVar

from probe.model.errors import ConfigurationError
from probe.report.export.columns import AnyTable, Cell, Kind, Row, Table

if TYPE_CHECKING:
    import pyarrow as pa

_Item = TypeVar("_Item")

GROUP: Final = 20_000
"""Rows that are gathered before they are written."""


class Parquet:
    """One table, with a type a column; times are in UTC."""

    def __init__(self, file: BinaryIO, table: AnyTable) -> None:
        import pyarrow.parquet as pq

        self._schema = _schema(table)
        self._file = pq.ParquetWriter(file, self._schema, compression="zstd")
        self._rows: list[Row] = []

    def write(self, table: Table[_Item], item: _Item) -> None:
        self._rows.extend(table.rows(item))
        if len(self._rows) >= GROUP:
            self._write_group()

    def finish(self) -> None:
        self._write_group()
        self._file.close()

    def abandon(self) -> None:
        """Lets go of the file, however it is."""
        import pyarrow as pa

        with suppress(OSError, ValueError, pa.ArrowException):
            self._file.close()

    def _write_group(self) -> None:
        import pyarrow as pa

        if self._rows:
            columns = zip(*self._rows, strict=True)
            arrays = [_array(column, field.type) for column, field in zip(columns, self._schema, strict=True)]
            self._file.write_table(pa.table(arrays, schema=self._schema))
            self._rows.clear()


def check_installed() -> None:
    """Raises `ConfigurationError` where pyarrow isn't installed."""
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError:
        raise ConfigurationError("Parquet needs pyarrow, which isn't installed: pip install pyarrow") from None


def _schema(table: AnyTable) -> pa.Schema:
    import pyarrow as pa

    types = {
        Kind.TEXT: pa.string(),
        Kind.COUNT: pa.int64(),
        Kind.NUMBER: pa.float64(),
        Kind.TIME: pa.timestamp("us", tz="UTC"),
    }
    return pa.schema([pa.field(column.name, types[column.kind]) for column in table.columns])


def _array(cells: tuple[Cell, ...], kind: pa.DataType) -> pa.Array:
    import pyarrow as pa

    return pa.array(cells, type=kind)
