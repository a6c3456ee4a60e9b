"""What a table is: columns of a kind, and rows that some item has."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Generic, NamedTuple, Never, TypeAlias, TypeVar

from probe.model.ndjson import Json
from probe.model.units import to_iso

Cell: TypeAlias = str | int | float | None
"""`None` is what isn't known, or did not happen: never 0."""

Row: TypeAlias = tuple[Cell, ...]

_Item = TypeVar("_Item", contravariant=True)


class Kind(Enum):
    """What a column's cells are."""

    TEXT = auto()
    COUNT = auto()  # whole numbers
    NUMBER = auto()
    TIME = auto()  # microseconds since the epoch; RFC 3339 in UTC where it is text


class Column(NamedTuple):
    """A column; its name tells the unit."""

    name: str
    kind: Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Table(Generic[_Item]):
    """A table as every format writes it.

    Attributes:
        name: of the metric.
        rows: what an item comes to; in the order of the columns.
        told: the same as JSON, where that isn't simply a member a column.
    """

    name: str
    columns: tuple[Column, ...]
    rows: Callable[[_Item], Iterable[Row]]
    told: Callable[[_Item], Iterable[Mapping[str, Json]]] | None = None

    def objects(self, item: _Item) -> Iterable[Mapping[str, Json]]:
        """An item as JSON."""
        return self.told(item) if self.told else self._plain_objects(item)

    def texts(self, row: Row) -> Iterator[Cell]:
        """A row's cells, with times as text."""
        for column, cell in zip(self.columns, row, strict=True):
            yield to_iso(cell) if column.kind is Kind.TIME and isinstance(cell, int) else cell

    def _plain_objects(self, item: _Item) -> Iterator[Mapping[str, Json]]:
        names = [column.name for column in self.columns]
        for row in self.rows(item):
            yield {"metric": self.name, **dict(zip(names, self.texts(row), strict=True))}


AnyTable: TypeAlias = Table[Never]
"""A table of which only name and columns matter."""
