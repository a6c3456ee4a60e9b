"""Where tables go: into a file each, all into one, or to standard output; files whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeVar

from probe.model.errors import ConfigurationError
from probe.report.export.columns import AnyTable, Table
from probe.report.export.formats import Format, Sink, Writer, open_writer

_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """A place for tables in a format.

    Attributes:
        output: a file, or a folder for a file a table; `None` is standard output.
        standard: standard output.
    """

    kind: Format
    output: Path | None
    standard: BinaryIO

    def check(self, tables: Sequence[AnyTable]) -> None:
        """Says before anything is read what can't be written like this.

        Raises:
            ConfigurationError: the tables don't fit there, or the format can't be written here.
        """
        self.kind.check()
        if self.output is None and self.kind is Format.PARQUET:
            raise ConfigurationError("Parquet is no text for standard output: name a file with --output")
        if self.kind.is_mixed or len(tables) == 1:
            return
        advice = "name a folder with --output, or take --format ndjson"
        if self.output is None:
            raise ConfigurationError(f"{self.kind} holds one table a file, and these are {len(tables)}: {advice}")
        if self.output.exists() and not self.output.is_dir():
            raise ConfigurationError(f"{self.output} is a file, and {len(tables)} tables need a folder: {advice}")

    @contextmanager
    def opened(self, tables: Sequence[AnyTable]) -> Iterator[Sink]:
        """What takes the tables' items. Each file appears when it is complete, or not at all.

        Raises:
            ConfigurationError: a file can't be written.
            BrokenPipeError: nobody reads standard output any more.
        """
        if self.output is None:
            with _refusing("standard output"), _finished(open_writer(self.kind, self.standard, tables[0])) as writer:
                yield writer
            self.standard.flush()
        elif self.output.is_dir() or not (self.kind.is_mixed or len(tables) == 1):
            with ExitStack() as stack:
                yield Several(
                    {table.name: stack.enter_context(self._in_folder(self.output, table)) for table in tables}
                )
        else:
            with self._in_file(self.output, tables[0]) as writer:
                yield writer

    @contextmanager
    def _in_folder(self, folder: Path, table: AnyTable) -> Iterator[Writer]:
        with _refusing(str(folder)):
            folder.mkdir(parents=True, exist_ok=True)
        with self._in_file(folder / f"{table.name}.{self.kind}", table) as writer:
            yield writer

    @contextmanager
    def _in_file(self, path: Path, table: AnyTable) -> Iterator[Writer]:
        with _refusing(str(path)), replacing(path) as file, _finished(open_writer(self.kind, file, table)) as writer:
            yield writer


class Several:
    """A writer for each table."""

    def __init__(self, writers: Mapping[str, Writer]) -> None:
        self._writers = writers

    def write(self, table: Table[_Item], item: _Item) -> None:
        """Into the table's own file."""
        self._writers[table.name].write(table, item)


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A file that takes the place of what is there once it is complete; if it never is, that stays."""
    target = path.resolve()
    if target.exists() and not target.is_file():  # a device, or a pipe
        with target.open("wb") as file:
            yield file
        return
    temporary = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with temporary.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def _finished(writer: Writer) -> Iterator[Writer]:
    try:
        yield writer
    except BaseException:
        writer.abandon()
        raise
    writer.finish()


@contextmanager
def _refusing(place: str) -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise ConfigurationError(f"{place} can't be written: {error.strerror or type(error).__name__}") from None
