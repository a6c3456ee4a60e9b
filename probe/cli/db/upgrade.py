"""`probe db upgrade`: the store's schema, brought to this version's."""

from __future__ import annotations

from pathlib import Path

import typer
from rich.console import Console

from probe.config.load import load
from probe.store import HEAD, revision_of, upgrade_store


def upgrade_command(config: Path) -> None:
    """Upgrade, and say from where to where."""
    settings = load(config, needs_secrets=False)
    if revision_of(settings.store) == HEAD:
        typer.echo(f"store {settings.store}: schema {HEAD} is this version's; nothing to do")
        return
    with Console(stderr=True).status("upgrading …"):  # on a terminal only
        before = upgrade_store(settings.store)
    if before is None:
        typer.echo(f"store {settings.store}: new, with schema {HEAD}")
    elif before == HEAD:
        typer.echo(f"store {settings.store}: another process has just brought it to schema {HEAD}")
    else:
        typer.echo(f"store {settings.store}: upgraded from schema {before} to {HEAD}")
