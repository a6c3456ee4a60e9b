"""`probe deliveries list`: the ledger."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import typer
from rich.text import Text

from probe.cli.incidents.log import one_line, second
from probe.cli.options import NOT_FINE, one_of
from probe.cli.period import AskedPeriod
from probe.cli.tables import print_table
from probe.config.load import load
from probe.model.ndjson import Json
from probe.model.notification import Delivery, DeliveryState, Try
from probe.model.units import MILLISECOND, to_iso
from probe.runtime.clock import SystemClock
from probe.store import Store, open_store

STATES: Final = {
    DeliveryState.WAITING: ("◌ waiting", "yellow"),
    DeliveryState.SENDING: ("◌ sending", "yellow"),
    DeliveryState.DELIVERED: ("● delivered", "green"),
    DeliveryState.FAILED: ("✖ failed", "bold red"),
    DeliveryState.EXPIRED: ("✖ expired", "bold red"),
    DeliveryState.SUPERSEDED: ("○ superseded", "bright_black"),
}
"""A state in a terminal: never by colour alone."""

_COLUMNS: Final = ("state", "written", "channel", "message", "tries", "id", "why")
_UNBROKEN: Final = ("state", "written", "id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The options as they were given."""

    period: AskedPeriod = field(default=AskedPeriod())
    states: Sequence[str] = ()
    channel: str | None = None
    limit: int = 1_000
    only_undelivered: bool = False


def list_command(config: Path, asked: Asked, format_: str) -> None:
    """Print them; with `only_undelivered`, exit 1 when there is one."""
    one_of("--format", format_, ("table", "json"))
    states = [DeliveryState(one_of("--state", state, DeliveryState)) for state in asked.states]
    settings = load(config, needs_secrets=False)
    start, end = asked.period.whole(now=SystemClock().now(), zone=ZoneInfo(settings.timezone))
    with open_store(settings.store, create=False) as store:
        if asked.only_undelivered:
            found = store.outbox.undelivered(asked.limit)
        else:
            found = store.outbox.list(start=start, end=end, states=states, channel=asked.channel, limit=asked.limit)
        if format_ == "json":
            tries = _tries(store, found)
            typer.echo(json.dumps([delivery_json(each, tries[each.message.id]) for each in found], ensure_ascii=False))
    if format_ == "table":
        _print(found, is_cut=len(found) == asked.limit)
    if asked.only_undelivered and found:
        raise typer.Exit(NOT_FINE)


def _tries(store: Store, found: Sequence[Delivery]) -> Mapping[str, Sequence[Try]]:
    return {each.message.id: store.outbox.tries(each.message.id) if each.tries else () for each in found}


def _print(found: Sequence[Delivery], *, is_cut: bool) -> None:
    if not found:
        typer.echo("there was no such message")
        return
    print_table(_COLUMNS, [_row(each) for each in found], unbroken=_UNBROKEN, below=("message", "id", "why"))
    if is_cut:
        typer.echo(f"only the newest {len(found):,}: --limit prints more, --from and --to look elsewhere", err=True)


def _row(delivery: Delivery) -> tuple[str | Text, ...]:
    message = delivery.message
    return (
        Text(*STATES[delivery.state]),
        second(message.at),
        message.channel,
        one_line(f"{message.status} {message.title}"),
        f"{delivery.tries}",
        message.id,
        one_line(_why(delivery)) or "–",
    )


def _why(delivery: Delivery) -> str:
    """What went wrong, and what comes of it."""
    if delivery.state is DeliveryState.WAITING and delivery.tries:
        return f"{delivery.why}; tried again at {second(delivery.due_at)}".lstrip("; ")
    named = f"; {delivery.named_in} tells of it" if delivery.named_in else ""
    return delivery.why + named if delivery.why else named.lstrip("; ")


def delivery_json(delivery: Delivery, tries: Sequence[Try]) -> dict[str, Json]:
    """A message: times in UTC, `None` what did not happen."""
    message = delivery.message
    return {
        "id": message.id,
        "state": delivery.state.value,
        "channel": message.channel,
        "thread": message.thread,
        "number": message.number,
        "occasion": message.occasion.value,
        "level": message.level.value,
        "title": message.title,
        "status": message.status,
        "written": to_iso(message.at),
        "due": to_iso(delivery.due_at) if delivery.settled_at is None else None,
        "expires": to_iso(delivery.expires_at),
        "settled": None if delivery.settled_at is None else to_iso(delivery.settled_at),
        "alerts": list(delivery.alerts),
        "stands_for": delivery.stands_for,
        "named_in": delivery.named_in,
        "why": delivery.why,
        "tries": [try_json(each) for each in tries],
    }


def try_json(attempt: Try) -> dict[str, Json]:
    """One sending."""
    return {
        "at": to_iso(attempt.at),
        "took_ms": attempt.took / MILLISECOND,
        "delivered": attempt.is_delivered,
        "final": attempt.is_final,
        "answer": attempt.answer,
    }
