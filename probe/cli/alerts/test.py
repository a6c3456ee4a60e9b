"""`probe alerts test`: does a channel work?"""

from __future__ import annotations

import json
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

import typer

from probe.cli.loop import run_async
from probe.cli.options import NOT_FINE, one_of
from probe.config.load import load
from probe.model.channel import ChannelSettings
from probe.model.errors import ConfigurationError, StoreError
from probe.model.ndjson import Json
from probe.model.settings import Settings
from probe.model.units import MILLISECOND, SECOND, format_duration, to_iso
from probe.runtime.alerts.trying import Tested, send_tests
from probe.runtime.clock import SystemClock
from probe.store import open_store


def test_command(config: Path, names: Sequence[str], *, is_all: bool, format_: str) -> None:
    """Send and print; exit 1 when one message did not arrive."""
    one_of("--format", format_, ("text", "json"))
    settings = load(config)
    tested = run_async(send_tests(_chosen(settings, names, is_all=is_all), settings, SystemClock()))
    _note(tested, settings)
    for each in tested:
        typer.echo(json.dumps(_json(each)) if format_ == "json" else "\n  ".join(_lines(each)))
    if not all(each.attempt.is_delivered for each in tested):
        raise typer.Exit(NOT_FINE)


def _chosen(settings: Settings, names: Sequence[str], *, is_all: bool) -> list[ChannelSettings]:
    """Those that are named, each once."""
    known = {channel.name: channel for channel in settings.channels}
    if not known:
        raise ConfigurationError(f"{settings.source} has no channels; see docs/alerts.md for how to add one")
    if is_all == bool(names):
        raise ConfigurationError(f"name channels, or say --all; {settings.source} has {', '.join(known)}")
    for name in names:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f'; did you mean "{near[0]}"?' if near else f"; {settings.source} has {', '.join(known)}"
            raise ConfigurationError(f'there is no channel "{name}"{hint}')
    return [known[name] for name in dict.fromkeys(names)] or list(known.values())


def _note(tested: Sequence[Tested], settings: Settings) -> None:
    """In the ledger, where there is a store yet: a channel can be tried before anything was measured."""
    try:
        with open_store(settings.store, create=False) as store:
            for each in tested:
                store.outbox.note(each.delivery, each.attempt)
    except StoreError as error:
        typer.echo(f"not written down in the ledger: {error}", err=True)


def _lines(tested: Tested) -> list[str]:
    channel, attempt = tested.channel, tested.attempt
    what = "took the message" if attempt.is_delivered else "did not take the message"
    lines = [
        f"{channel.name} ({channel.type}): the receiver {what}, after {attempt.took / SECOND:.2f} s: {attempt.answer}"
    ]
    return lines if attempt.is_delivered else [*lines, _advice(tested)]


def _advice(tested: Tested) -> str:
    """What to do, and what the daemon would have done."""
    where = f"channels.{tested.channel.name}"
    if tested.disables:
        return f"it wants no more messages: give {where} another address; the daemon sends nothing there until then"
    if tested.attempt.is_final:
        return f"the daemon would not try again: look at what {where} says, and at what the receiver wants"
    for_ = format_duration(tested.channel.expires_after)
    return f"the daemon would try again for {for_}: see that the receiver runs, and that {where} leads to it"


def _json(tested: Tested) -> dict[str, Json]:
    return {
        "channel": tested.channel.name,
        "type": tested.channel.type,
        "message": tested.message.id,
        "at": to_iso(tested.attempt.at),
        "delivered": tested.attempt.is_delivered,
        "final": tested.attempt.is_final,
        "answer": tested.attempt.answer,
        "took_ms": tested.attempt.took / MILLISECOND,
    }
