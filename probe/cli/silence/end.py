"""`probe silence end`: a silence, ended before its time."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

import typer

from probe.cli.people import author
from probe.cli.silence.words import about_words
from probe.config.load import load
from probe.model.alert import Silence
from probe.model.errors import ConfigurationError
from probe.model.units import Micros, to_iso
from probe.runtime.clock import SystemClock
from probe.store import open_store


def end_command(config: Path, wanted: str, said: str | None) -> None:
    """End it, and say what that means."""
    who, now = author(said), SystemClock().now()
    settings = load(config, needs_secrets=False)
    with open_store(settings.store, create=False) as store:
        ended = store.silences.end(wanted, author=who, now=now)
        known = () if ended else store.silences.silences(ended=True, now=now)
    if ended is None:
        raise _none(wanted, known)
    typer.echo(f"{ended.id}: ended; alerts of {about_words(ended)} are told again")


def _none(wanted: str, known: Sequence[Silence]) -> ConfigurationError:
    for each in known:
        if each.id == wanted:
            over: Micros = each.until if each.ended_at is None else each.ended_at
            return ConfigurationError(f"{each.id} was over at {to_iso(over)} already")
    near = get_close_matches(wanted[:200], [each.id for each in known], n=1)
    hint = f'; did you mean "{near[0]}"?' if near else "; see `probe silence list --all`"
    return ConfigurationError(f'there is no silence "{wanted[:200]}"{hint}')
