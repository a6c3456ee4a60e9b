"""`probe import results`: results out of a file into the store."""

from __future__ import annotations

import io
import json
import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

import typer

from probe.cli.options import NOT_FINE, one_of
from probe.cli.progress import progress
from probe.config.load import load
from probe.model.errors import ConfigurationError, StoreError
from probe.model.settings import Settings
from probe.runtime.clock import SystemClock
from probe.runtime.importing import Imported, import_results
from probe.runtime.lines import read_lines
from probe.runtime.origins import Refused
from probe.store import open_store

MOST_TOLD: Final = 20
"""Bad lines that are told one by one; what comes on top is only counted."""

STANDARD_INPUT: Final = "-"


def import_command(file: str, config: Path, format_: str) -> None:
    """Import, and say what became of the lines; exit 1 when one of them was bad."""
    one_of("--format", format_, ("text", "json"))
    name = "standard input" if file == STANDARD_INPUT else file
    settings = load(config, needs_secrets=False)
    told: list[Refused] = []
    so_far = Imported()
    with _opened(file, name) as source:
        try:
            for so_far in _steps(source, settings, name):
                news = so_far.refused[: MOST_TOLD - len(told)]
                told += news
                if format_ == "text":
                    _tell(name, news)
        except StoreError:
            if so_far.lines:
                typer.echo(f"{_summary(name, so_far)}; what was imported stays: import it again", err=True)
            raise
    if format_ == "json":
        typer.echo(json.dumps(_as_json(so_far, told)))
    else:
        _print(name, so_far, len(told), settings)
    if so_far.bad:
        raise typer.Exit(NOT_FINE)


def _steps(source: io.BufferedReader, settings: Settings, name: str) -> Iterator[Imported]:
    """The import, step by step, with a bar that shows how far it has come."""
    with open_store(settings.store) as store, progress() as bar, _refusing(name):
        task = bar.add_task("importing", total=_size(source))
        for so_far in import_results(read_lines(source), store, settings, now=SystemClock().now()):
            bar.update(task, completed=_position(source), description=f"{so_far.lines:,} lines")
            yield so_far


@contextmanager
def _opened(file: str, name: str) -> Iterator[io.BufferedReader]:
    with ExitStack() as stack:
        with _refusing(name):
            place = 0 if file == STANDARD_INPUT else file
            source = stack.enter_context(open(place, "rb", closefd=file != STANDARD_INPUT))
        yield source


@contextmanager
def _refusing(name: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ConfigurationError(f"{name}: can't be read: {error.strerror or type(error).__name__}") from None


def _size(source: io.BufferedReader) -> int | None:
    """Of a file; what comes through a pipe has no size."""
    status = os.fstat(source.fileno())
    return status.st_size if stat.S_ISREG(status.st_mode) else None


def _position(source: io.BufferedReader) -> int | None:
    return os.lseek(source.fileno(), 0, os.SEEK_CUR) if source.seekable() else None


def _tell(name: str, refused: tuple[Refused, ...]) -> None:
    for each in refused:
        typer.echo(f"{name}:{each.line}: {each.why}", err=True)


def _print(name: str, total: Imported, told: int, settings: Settings) -> None:
    if total.bad > told:
        typer.echo(f"{name}: {total.bad - told:,} more lines are bad", err=True)
    typer.echo(_summary(name, total))
    if total.retired:
        some = ", ".join(sorted(total.retired)[:MOST_TOLD])
        rest = f" and {len(total.retired) - MOST_TOLD:,} more" if len(total.retired) > MOST_TOLD else ""
        typer.echo(f"{settings.source} doesn't define these checks; they are in the store as retired: {some}{rest}")


def _summary(name: str, total: Imported) -> str:
    lines = f"{total.lines:,} line{'' if total.lines == 1 else 's'}"
    return f"{name}: {lines}; {total.new:,} new, {total.present:,} already there, {total.bad:,} bad"


def _as_json(total: Imported, told: list[Refused]) -> dict[str, object]:
    return {
        "lines": total.lines,
        "new": total.new,
        "present": total.present,
        "bad": total.bad,
        "problems": [{"line": each.line, "message": each.why} for each in told],
        "retired": sorted(total.retired),
    }
