"""Results that are not in the store yet, told where somebody reads the store."""

from __future__ import annotations

from pathlib import Path

import typer

from probe.model.settings import SpoolSettings


def tell_waiting(spool: SpoolSettings | None) -> None:
    """Says on standard error how much there is in the spool, if anything is."""
    waiting = sum(1 for _ in Path(spool.directory).glob("*.results")) if spool else 0
    if waiting and spool:
        files = "file" if waiting == 1 else "files"
        typer.echo(f"spool {spool.directory}: {waiting} {files} of results that the daemon has yet to store", err=True)
