"""`probe db backup`: a copy of the whole store."""

from __future__ import annotations

from pathlib import Path

import typer

from probe.cli.progress import progress
from probe.config.load import load
from probe.model.units import format_size
from probe.store import back_up_store


def backup_command(config: Path, target: Path, *, force: bool) -> None:
    """Copy, and say how large it is."""
    settings = load(config, needs_secrets=False)
    with progress() as bar:
        task = bar.add_task("copying", total=None)
        back_up_store(
            settings.store,
            target,
            replace=force,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    typer.echo(f"{target}: {format_size(target.stat().st_size)}, looked through")
