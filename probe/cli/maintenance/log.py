"""`probe maintenance log`: what was said about maintenance, when, and by whom."""

from __future__ import annotations

import json
from pathlib import Path

import typer

from probe.cli.maintenance.printing import as_json
from probe.cli.options import one_of
from probe.cli.tables import print_table
from probe.config.load import load
from probe.model.maintenance import MaintenanceChange
from probe.model.units import to_iso
from probe.slo.window_words import schedule_words, scope_words
from probe.store import open_store


def log_command(config: Path, format_: str) -> None:
    """Print every change, the oldest first."""
    one_of("--format", format_, ("table", "json"))
    settings = load(config, needs_secrets=False)
    with open_store(settings.store, create=False) as store:
        changes = store.maintenance.log()
    if format_ == "json":
        typer.echo(json.dumps([_json(change) for change in changes], ensure_ascii=False))
    elif changes:
        print_table(
            ("at", "by", "what", "id", "name", "about", "when", "figures"), [_row(change) for change in changes]
        )
    else:
        typer.echo("nothing was ever said about maintenance")


def _row(change: MaintenanceChange) -> tuple[str, ...]:
    window = change.window
    return (
        to_iso(change.at),
        change.author if change.location is None else f"{change.author} at {change.location}",
        change.action,
        window.id or "file",
        window.name,
        scope_words(window.scope),
        schedule_words(window),
        _reach(change),
    )


def _reach(change: MaintenanceChange) -> str:
    """From when on the figures are other ones, where that is before the change."""
    if not change.is_afterwards:
        return "–"
    return "afterwards: all" if change.affects is None else f"afterwards: from {to_iso(change.affects)}"


def _json(change: MaintenanceChange) -> dict[str, object]:
    return {
        "at": to_iso(change.at),
        "by": change.author,
        "location": change.location,
        "action": change.action,
        "affects_from": None if change.affects is None else to_iso(change.affects),
        "afterwards": change.is_afterwards,
        "window": as_json(change.window),
        "before": change.before and as_json(change.before),
    }
