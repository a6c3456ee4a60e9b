"""`probe validate`: every mistake of the file, or what it comes to and what of it is worth a second look."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import typer

from probe.cli.options import one_of
from probe.config.load import load
from probe.model.errors import ConfigurationError
from probe.model.settings import Settings
from probe.model.units import MINUTE
from probe.report.words import visible


def validate_command(config: Path, format_: str) -> None:
    """Print the outcome; exit 2 when there is a mistake."""
    one_of("--format", format_, ("text", "json"))
    try:
        settings = load(config)
    except ConfigurationError as error:
        if format_ == "text":
            raise
        typer.echo(json.dumps({"valid": False, "problems": [asdict(problem) for problem in error.problems]}))
        raise typer.Exit(error.exit_status) from None
    counts = {
        "apis": len(settings.apis),
        "checks": len(settings.checks),
        "requests_per_minute": round(requests_per_minute(settings), 1),
    }
    if format_ == "json":
        typer.echo(json.dumps({"valid": True, **counts, "warnings": settings.warnings}))
    else:
        said = [_plural(counts["apis"], "API"), _plural(counts["checks"], "check")]
        said.append(f"{_plural(counts['requests_per_minute'], 'request')} a minute")
        typer.echo(f"{config}: fine; {', '.join(said)}")
        for warning in settings.warnings:
            typer.echo(visible(warning), err=True)


def requests_per_minute(settings: Settings) -> float:
    """The load on all targets together while nothing fails."""
    return sum(MINUTE / check.interval for check in settings.checks)


def _plural(count: float, noun: str) -> str:
    return f"{count:g} {noun}" + ("" if count == 1 else "s")
