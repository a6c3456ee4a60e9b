"""JSON: an object a line, or all of them in one array."""

from __future__ import annotations

import json
from typing import BinaryIO, TypeVar

from probe.report.export.columns import Table

_Item = TypeVar("_Item")


class JsonLines:
    """An object a line."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def write(self, table: Table[_Item], item: _Item) -> None:
        """Each object says which metric it is of; results are as `probe import results` takes them."""
        for each in table.objects(item):
            self._file.write(json.dumps(each, ensure_ascii=False).encode("utf-8", "replace") + b"\n")

    def finish(self) -> None:
        """There is nothing to be closed."""

    def abandon(self) -> None:
        """Likewise."""


class JsonArray:
    """The same objects as one array, still one a line."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._before = b"[\n"

    def write(self, table: Table[_Item], item: _Item) -> None:
        for each in table.objects(item):
            self._file.write(self._before + json.dumps(each, ensure_ascii=False).encode("utf-8", "replace"))
            self._before = b",\n"

    def finish(self) -> None:
        self._file.write(b"[]\n" if self._before == b"[\n" else b"\n]\n")

    def abandon(self) -> None:
        """An array without its end passes for no whole one."""
