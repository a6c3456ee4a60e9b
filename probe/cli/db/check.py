"""`probe db check`: is the store sound?"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import typer

from probe.cli.options import NOT_FINE, one_of
from probe.cli.progress import progress
from probe.cli.waiting import tell_waiting
from probe.config.load import load
from probe.model.settings import SpoolSettings
from probe.runtime.clock import SystemClock
from probe.store import Fault, check_store


def check_command(config: Path, format_: str) -> None:
    """Print every fault; exit 1 when there is one."""
    one_of("--format", format_, ("text", "json"))
    settings = load(config, needs_secrets=False)
    with progress() as bar:
        task = bar.add_task("checking", total=None)
        found = check_store(
            settings.store,
            now=SystemClock().now(),
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    if format_ == "json":
        typer.echo(json.dumps({"sound": not found, "faults": [asdict(fault) for fault in found]}))
    else:
        _print(str(settings.store), found, settings.spool)
    if found:
        raise typer.Exit(NOT_FINE)


def _print(store: str, found: Sequence[Fault], spool: SpoolSettings | None) -> None:
    for fault in found:
        typer.echo(f"{fault.where}: {fault.what}; {fault.advice}")
    typer.echo(f"store {store}: {'not sound' if found else 'sound'}")
    tell_waiting(spool)
