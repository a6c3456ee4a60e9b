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
        "channels": len(settings.channels),
        "alerts": len(settings.rules),
    }
    if format_ == "json":
        typer.echo(json.dumps({"valid": True, **counts, "warnings": settings.warnings}))
    else:
        said = [_plural(counts["apis"], "API"), _plural(counts["checks"], "check")]
        said.append(f"{_plural(counts['requests_per_minute'], 'request')} a minute")
        said += _telling(settings)
        typer.echo(f"{config}: fine; {', '.join(said)}")
        for warning in settings.warnings:
            typer.echo(visible(warning), err=True)


def _telling(settings: Settings) -> list[str]:
    """Of channels and rules, where there are any."""
    said = [_plural(len(settings.channels), "channel")] if settings.channels else []
    if settings.rules:
        usual = " (the default ones)" if settings.rules[0].is_default else ""
        said.append(f"{_plural(len(settings.rules), 'alert rule')}{usual}")
    return said


def requests_per_minute(settings: Settings) -> float:
    """The load on all targets together while nothing fails."""
    return sum(MINUTE / check.interval for check in settings.checks)


def _plural(count: float, noun: str) -> str:
    return f"{count:g} {noun}" + ("" if count == 1 else "s")
