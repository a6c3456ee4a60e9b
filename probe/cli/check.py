"""`probe check`: once, now."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from difflib import get_close_matches
from pathlib import Path
from typing import Final

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from probe.cli.glyphs import GLYPHS, STYLES
from probe.cli.loop import run_async
from probe.cli.options import NOT_FINE
from probe.config.load import load
from probe.model.check import Check
from probe.model.errors import ConfigurationError
from probe.model.ndjson import to_json
from probe.model.result import Result, State
from probe.model.settings import Settings
from probe.model.units import format_duration, format_size
from probe.runtime.once import measure_once

_PIPED_WIDTH: Final = 2_000
"""In a pipe a result is a line, however long: `grep` must find its reason."""


def check_command(config: Path, ids: Sequence[str], *, as_json: bool, verbose: bool) -> None:
    """Measure and print; exit 1 when one is down, or could not be measured.

    With `verbose`, what is known of the connection is printed too, and what went to and fro of each that isn't up; on a
    terminal also of a single one that isn't.
    """
    settings = load(config)
    chosen = _chosen(settings, ids)
    with Console(stderr=True).status(f"measuring {len(chosen)} …"):  # on a terminal only
        results = run_async(measure_once(chosen, settings))
    if as_json:
        for result in results:
            typer.echo(json.dumps(to_json(result)))
    else:
        console = Console(highlight=False)
        if not console.is_terminal:
            console.width = _PIPED_WIDTH
        console.print(_table(results))
        is_single = len(results) == 1 and console.is_terminal
        for result in results:
            if verbose or (is_single and result.state is not State.UP):
                _print_transcript(console, result)
    if any(result.state in (State.DOWN, State.UNKNOWN) for result in results):
        raise typer.Exit(NOT_FINE)


def _chosen(settings: Settings, ids: Sequence[str]) -> list[Check]:
    """The named checks, or all; an API's id names all of its own."""
    known = {check.id: check for check in settings.checks}
    chosen: dict[str, Check] = {}
    for name in ids:
        found = {key: check for key, check in known.items() if key == name or check.api == name}
        if not found:
            near = get_close_matches(name, [*known, *(api.id for api in settings.apis)], n=1)
            hint = f'; did you mean "{near[0]}"?' if near else f"; {settings.source} has {', '.join(list(known)[:10])}"
            raise ConfigurationError(f'there is no check "{name}"{hint}')
        chosen |= found
    return list(chosen.values()) or list(settings.checks)


def _table(results: Sequence[Result]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("state", "check", "status", "latency", "received", "reason"):
        table.add_column(
            name,
            justify="right" if name in ("status", "latency", "received") else "left",
            overflow="fold",
        )
    for result in results:
        table.add_row(
            Text(f"{GLYPHS[result.state]} {result.state}", STYLES[result.state]),
            Text(result.check),
            Text(str(result.http_status or "–")),
            Text(format_duration(round(result.latency_us or 0, -2)) if result.latency_us else "–"),
            Text(format_size(result.bytes_received)),
            Text(result.detail or ""),
        )
    return table


def _print_transcript(console: Console, result: Result) -> None:
    """What went to and fro, part by part, as it is: nothing in it is markup, and nothing is harmful."""
    if result.transcript is None:
        return
    for name, part in asdict(result.transcript).items():
        if part:
            console.print(Text(f"\n{result.check}: {name}", "bold"))
            console.print(Text(part), soft_wrap=True)
