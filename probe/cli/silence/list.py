"""`probe silence list`: which silences there are."""

from __future__ import annotations

import json
from pathlib import Path

import typer

from probe.cli.incidents.log import one_line, second
from probe.cli.options import one_of
from probe.cli.silence.words import about_words, as_json, end_of, phase
from probe.cli.tables import print_table
from probe.config.load import load
from probe.model.alert import Silence
from probe.model.units import Micros
from probe.runtime.clock import SystemClock
from probe.store import open_store


def list_command(config: Path, format_: str, *, with_past: bool) -> None:
    """Print those that hold, those to come, and with `with_past` those that are over."""
    one_of("--format", format_, ("table", "json"))
    settings = load(config, needs_secrets=False)
    now = SystemClock().now()
    with open_store(settings.store, create=False) as store:
        found = store.silences.silences(ended=with_past, now=now)
    if format_ == "json":
        typer.echo(json.dumps([as_json(each, now) for each in found], ensure_ascii=False))
    elif found:
        columns = ("id", "state", "about", "from", "until", "by", "comment")
        print_table(columns, [_row(each, now) for each in found], unbroken=("id", "state"))
    else:
        typer.echo(f"nothing {'was ever silenced' if with_past else 'is silenced'}")


def _row(silence: Silence, now: Micros) -> tuple[str, ...]:
    return (
        silence.id,
        phase(silence, now),
        about_words(silence),
        second(silence.start),
        second(end_of(silence)),
        one_line(silence.author),
        one_line(silence.comment),
    )
