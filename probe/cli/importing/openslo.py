"""`probe import openslo`: objectives of OpenSLO's YAML as they stand in the file."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import typer

from probe.cli.options import NOT_FINE
from probe.config.document import MAX_BYTES, Document, read_stream
from probe.config.load import load
from probe.config.openslo.entry import Findings
from probe.config.openslo.section import Section, section
from probe.config.openslo.slos import read_slos
from probe.model.errors import ConfigurationError, Problem
from probe.report.words import visible

STANDARD_INPUT: Final = "-"


def import_command(files: list[str], config: Path | None, output: Path | None) -> None:
    """Print what belongs in the file, and tell what doesn't come along; exit 1 when an objective is left out."""
    settings = load(config) if config else None
    findings = Findings()
    imported = read_slos(_read(files, findings), findings)
    if findings.mistakes:
        raise ConfigurationError(_in_order(findings.mistakes))
    made = section(imported, settings)
    for problem in _in_order(findings.lost):
        typer.echo(visible(f"{problem}"), err=True)
    for problem in _in_order(findings.refused):
        typer.echo(visible(f"{problem}: left out"), err=True)
    _write(made, output)
    typer.echo(_summary(made, len(set(findings.refused))), err=True)
    if findings.refused or not made.objectives:
        raise typer.Exit(NOT_FINE)


def _read(files: list[str], findings: Findings) -> list[Document]:
    """All documents of all files; one that can't be read hides no mistake in another."""
    documents: list[Document] = []
    for file in files:
        name = "standard input" if file == STANDARD_INPUT else file
        try:
            documents += read_stream(_bytes(file, name), file=name)
        except ConfigurationError as error:
            findings.mistakes += error.problems
    return documents


def _bytes(file: str, name: str) -> bytes:
    try:
        if file == STANDARD_INPUT:
            return sys.stdin.buffer.read(MAX_BYTES + 1)
        with Path(file).open("rb") as source:
            return source.read(MAX_BYTES + 1)
    except OSError as error:
        message = f"can't be read: {error.strerror or type(error).__name__}"
        raise ConfigurationError((Problem(file=name, message=message),)) from None


def _write(made: Section, output: Path | None) -> None:
    if output is None:
        typer.echo(made.text, nl=False)
        return
    try:
        with output.open("x", encoding="utf-8") as file:
            file.write(made.text)
    except FileExistsError:
        raise ConfigurationError(f"{output} exists already, and stays as it is; name another file") from None
    except OSError as error:
        raise ConfigurationError(f"{output}: can't be written: {error.strerror or type(error).__name__}") from None


def _summary(made: Section, left_out: int) -> str:
    taken = f"{made.objectives} objective{'' if made.objectives == 1 else 's'}"
    taken += f" of {made.apis} API{'' if made.apis == 1 else 's'}"
    return f"{taken}; {left_out} left out" if left_out else taken


def _in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(set(problems)))
