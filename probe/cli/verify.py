"""`probe verify`: a report of service levels, computed again from what is stored."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import typer

from probe.cli.options import NOT_FINE, one_of
from probe.cli.waiting import tell_waiting
from probe.config.load import load
from probe.model.errors import ConfigurationError
from probe.model.ndjson import Json
from probe.report.sla import Finding, FindingKind, Malformed, Verification, read
from probe.report.words import plural, visible
from probe.runtime.verifying import verify
from probe.store import open_store

_LONGEST: Final = 200
_VALUED: Final = (
    FindingKind.FIGURE,
    FindingKind.INPUT,
    FindingKind.TODAY,
    FindingKind.PRECISION,
    FindingKind.CONFIGURATION,
)


def verify_command(file: Path, config: Path, format_: str) -> None:
    """Print what differs; exit 1 when anything does."""
    one_of("--format", format_, ("text", "json"))
    handed = read(file)
    settings = load(config, needs_secrets=False)
    tell_waiting(settings.spool)
    try:
        with open_store(settings.store, create=False) as store:
            found = verify(handed, settings, store)
    except Malformed as error:
        raise ConfigurationError(f"{file}: {visible(str(error))}") from None
    if format_ == "json":
        typer.echo(json.dumps(_told(file, found), ensure_ascii=False))
    else:
        for line in _lines(file, found):
            typer.echo(line)
    if not found.agrees:
        raise typer.Exit(NOT_FINE)


def _told(file: Path, found: Verification) -> dict[str, Json]:
    return {
        "file": str(file),
        "agrees": found.agrees,
        "figures": found.figures,
        "findings": [{"fault": each.is_fault, **each._asdict()} for each in found.findings],
    }


def _lines(file: Path, found: Verification) -> Iterator[str]:
    faults = [each for each in found.findings if each.is_fault]
    figures = plural(found.figures, "figure")
    if found.agrees:
        yield f"{file}: {figures} computed again, all agree"
    else:
        yield f"{file}: {figures} computed again; this report doesn't hold:"
    yield from (f"  {_line(each)}" for each in faults)
    remarks = [each for each in found.findings if not each.is_fault]
    if remarks:
        yield "worth knowing, and no fault of the report:"
    yield from (f"  {_line(each)}" for each in remarks)


def _line(finding: Finding) -> str:
    """What, where, and the two values."""
    values = ""
    if finding.kind in _VALUED:
        values = f" ({_shown(finding.reported)} in the report, {_shown(finding.recomputed)} now)"
    place = f"{finding.path}: " if finding.path else ""
    return visible(f"{place}{finding.message}{values}")


def _shown(value: Json) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
