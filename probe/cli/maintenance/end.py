"""`probe maintenance end`: a window ended, or withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from zoneinfo import ZoneInfo

import typer

from probe.cli.maintenance.asked import moment
from probe.cli.people import author
from probe.config.load import load
from probe.model.errors import ConfigurationError
from probe.model.maintenance import MaintenanceWindow
from probe.model.settings import Settings
from probe.model.units import Micros, to_iso
from probe.runtime.clock import SystemClock
from probe.slo.maintenance import occurrence
from probe.store import open_store


def end_command(config: Path, wanted: str, said_at: str | None, said: str | None) -> None:
    """Have it count up to now, or to an earlier moment, and say what that means."""
    who, now = author(said), SystemClock().now()
    settings = load(config, needs_secrets=False)
    at = now if said_at is None else moment("--at", said_at, ZoneInfo(settings.timezone))
    if at > now:
        raise ConfigurationError(f"--at: {to_iso(at)} lies in the future; end it then, or declare it anew with --to")
    with open_store(settings.store, create=False) as store:
        window = _chosen(wanted, store.maintenance.windows(), settings, now=now)
        if said_at is None and occurrence(window, now=now) is None:
            raise ConfigurationError(f"{window.id} {window.name} is over; to have it end earlier give --at")
        is_earlier = window.ends is None or at < window.ends
        ended = store.maintenance.end(window, at=at, author=who, now=now) if is_earlier else None
    if ended is None:
        raise ConfigurationError(f"{window.id} {window.name} had ended by {to_iso(at)}: see `probe maintenance log`")
    _print(ended, at, now)


def _chosen(wanted: str, windows: Sequence[MaintenanceWindow], settings: Settings, *, now: Micros) -> MaintenanceWindow:
    """The one with the id; or of those with the name the one that isn't over, or else the last.

    Raises:
        ConfigurationError: there is none, or there are several.
    """
    if found := [window for window in windows if window.id == wanted]:
        return found[0]
    named = [window for window in windows if window.name == wanted]
    going_on = [window for window in named if occurrence(window, now=now)]
    if len(going_on) > 1:
        raise ConfigurationError(f'several are called "{wanted}": {", ".join(window.id for window in going_on)}')
    if named:
        return (going_on or named)[-1]
    if any(window.name == wanted for window in settings.maintenance):
        raise ConfigurationError(f'"{wanted}" stands in {settings.source}: change it there, and reload')
    near = get_close_matches(wanted, [name for window in windows for name in (window.id, window.name)], n=1)
    hint = f'; did you mean "{near[0]}"?' if near else "; see `probe maintenance list --all`"
    raise ConfigurationError(f'there is no maintenance window "{wanted[:200]}"{hint}')


def _print(window: MaintenanceWindow, at: Micros, now: Micros) -> None:
    if window.begins is not None and at <= window.begins:
        typer.echo(f"{window.id} {window.name}: withdrawn; it doesn't count at all")
    else:
        typer.echo(f"{window.id} {window.name}: ended; it counts up to {to_iso(at)} and no longer")
    if at < now and (window.begins is None or window.begins < now):
        typer.echo(f"it reaches back: figures of {to_iso(max(at, window.begins or at))} and later change with it")
