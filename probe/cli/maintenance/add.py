"""`probe maintenance add`: a window, declared."""

from __future__ import annotations

from pathlib import Path

import typer

from probe.cli.maintenance.asked import AskedScope, AskedTimes, this_second
from probe.cli.people import author, name
from probe.config.load import load
from probe.model.maintenance import MaintenanceWindow, Once
from probe.model.units import Micros, to_iso
from probe.slo.maintenance import occurrence
from probe.slo.window_words import schedule_words, scope_words
from probe.store import open_store


def add_command(config: Path, called: str, scope: AskedScope, times: AskedTimes, said: str | None) -> None:
    """Declare it, and say what that means."""
    called, who, now = name("NAME", called), author(said), this_second()
    settings = load(config, needs_secrets=False)
    schedule, span = times.read(now=now, zone=settings.timezone)
    with open_store(settings.store, create=False) as store:
        window = MaintenanceWindow(
            name=called,
            scope=scope.read(settings, store.checks()),
            schedule=schedule,
            since=None if schedule is span else span.start,
            until=None if schedule is span else span.end,
        )
        _print(store.maintenance.declare(window, author=who, now=now), now)


def _print(window: MaintenanceWindow, now: Micros) -> None:
    typer.echo(f"{window.id} {window.name}: {scope_words(window.scope)}; {schedule_words(window)}")
    found = occurrence(window, now=now)
    if isinstance(window.schedule, Once):
        if window.schedule.end is None:
            typer.echo(f"it goes on until `probe maintenance end {window.id}`")
    elif found is None:
        typer.echo("it doesn't come any more")
    elif found.start > now:
        typer.echo(f"it comes next at {to_iso(found.start)}")
    if window.begins is not None and window.begins < now:
        typer.echo(f"it reaches back: figures of {to_iso(window.begins)} and later change with it")
