"""`probe maintenance list`: which windows there are."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

import typer

from probe.cli.maintenance.printing import as_json
from probe.cli.options import one_of
from probe.cli.tables import print_table
from probe.config.load import load
from probe.model.maintenance import MaintenanceWindow
from probe.model.units import Micros, to_iso
from probe.runtime.clock import SystemClock
from probe.runtime.maintenance import all_windows
from probe.slo.maintenance import Occurrence, occurrence
from probe.slo.window_words import schedule_words, scope_words
from probe.store import open_store

_LAST: Final[Micros] = 1 << 62


class Phase(StrEnum):
    """Whether a window counts now."""

    RUNNING = "running"
    COMING = "coming"
    OVER = "over"
    WITHDRAWN = "withdrawn"  # before it began


@dataclass(frozen=True, slots=True, kw_only=True)
class _Listed:
    window: MaintenanceWindow
    phase: Phase
    occurs: Occurrence | None


def list_command(config: Path, format_: str, *, with_past: bool) -> None:
    """Print those that run, those that come, and with `with_past` those that are over."""
    one_of("--format", format_, ("table", "json"))
    settings = load(config, needs_secrets=False)
    now = SystemClock().now()
    with open_store(settings.store, create=False) as store:
        listed = _in_order([_listed(window, now) for window in all_windows(settings, store)], with_past=with_past)
    if format_ == "json":
        typer.echo(json.dumps([_json(each) for each in listed], ensure_ascii=False))
    elif listed:
        print_table(("id", "state", "name", "about", "when", "next"), [_row(each) for each in listed])
    else:
        typer.echo(f"no maintenance {'was ever declared' if with_past else 'is running or coming'}")


def _listed(window: MaintenanceWindow, now: Micros) -> _Listed:
    occurs = occurrence(window, now=now)
    if occurs is None:
        is_withdrawn = window.begins is not None and window.ends is not None and window.ends <= window.begins
        return _Listed(window=window, phase=Phase.WITHDRAWN if is_withdrawn else Phase.OVER, occurs=None)
    return _Listed(window=window, phase=Phase.RUNNING if occurs.start <= now else Phase.COMING, occurs=occurs)


def _in_order(listed: Sequence[_Listed], *, with_past: bool) -> list[_Listed]:
    """As they run and come; those that are over last, as they were declared."""
    wanted = [each for each in listed if with_past or each.occurs]
    return sorted(wanted, key=lambda each: each.occurs.start if each.occurs else _LAST)


def _row(each: _Listed) -> tuple[str, ...]:
    window = each.window
    return (
        window.id or "file",
        each.phase,
        window.name,
        scope_words(window.scope),
        schedule_words(window),
        _next(each),
    )


def _next(each: _Listed) -> str:
    if each.occurs is None:
        return "–"
    if each.phase is Phase.COMING:
        return to_iso(each.occurs.start)
    return "now" if each.occurs.end is None else f"now, up to {to_iso(each.occurs.end)}"


def _json(each: _Listed) -> dict[str, object]:
    occurs = each.occurs
    return {
        **as_json(each.window),
        "state": each.phase,
        "next": occurs and {"from": to_iso(occurs.start), "to": None if occurs.end is None else to_iso(occurs.end)},
    }
