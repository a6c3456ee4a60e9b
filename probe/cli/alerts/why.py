"""`probe alerts why`: why there was an alert of a check, or none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import typer
from rich.text import Text

from probe.alerting.explaining import Event, Explanation
from probe.cli.incidents.log import one_line, second
from probe.cli.options import one_of
from probe.cli.period import AskedPeriod
from probe.cli.selection import look_up
from probe.cli.tables import plain_console, print_table
from probe.config.load import load
from probe.model.errors import ConfigurationError
from probe.model.ndjson import Json
from probe.model.units import HOUR, to_iso
from probe.runtime.alerts.why import why
from probe.runtime.clock import SystemClock
from probe.slo.periods import Period, parse_moment
from probe.store import open_store

AROUND: Final = HOUR
"""How far before and after a moment it looks."""


def why_command(
    config: Path, check: str, asked: AskedPeriod, format_: str, *, at: str | None, location: str | None
) -> None:
    """Print what each rule saw, what was decided, and what became of the messages."""
    one_of("--format", format_, ("text", "json"))
    settings = load(config, needs_secrets=False)
    now = SystemClock().now()
    period = _period(asked, at, ZoneInfo(settings.timezone), now)
    with open_store(settings.store, create=False) as store:
        look_up("check", [check], {*store.checks(), *(each.id for each in settings.checks)})
        if location is not None:
            look_up("location", [location], {settings.location, *store.locations()})
        found = why(settings, store, check, period, location=location or settings.location, now=now)
    if format_ == "json":
        typer.echo(json.dumps(_json(check, period, found), ensure_ascii=False))
    else:
        _print(period, found)


def _period(asked: AskedPeriod, at: str | None, zone: ZoneInfo, now: int) -> Period:
    if at is None:
        return asked.whole(now=now, zone=zone)
    if asked.start or asked.end:
        raise ConfigurationError("--at and --from with --to each name a period: give one")
    try:
        moment = parse_moment(at, zone=zone)
    except ValueError as error:
        raise ConfigurationError(f"--at: {error}") from None
    if moment > now:
        raise ConfigurationError("--at lies in the future")
    return Period(moment - AROUND, min(moment + AROUND, now))


def _print(period: Period, found: Explanation) -> None:
    console = plain_console()
    console.print(Text(found.answer, "bold"))
    console.print(Text(f"from {second(period.start)} to {second(period.end)}"))
    for hint in found.hints:
        console.print(Text(f"- {one_line(hint)}"))
    if found.rules:
        console.print()
        rows = [
            (each.rule, each.level, one_line(each.condition), one_line(each.seen), f"{each.fired}")
            for each in found.rules
        ]
        print_table(("rule", "level", "wants", "saw", "alerts"), rows, unbroken=("rule", "level"))
    if found.events:
        console.print()
        events = [(second(each.at), each.what, " ".join(_told(each))) for each in found.events]
        print_table(("time", "what", "said"), events, unbroken=("time", "what"))


def _told(event: Event) -> Iterator[str]:
    if event.rule:
        yield f"{event.rule}:"
    if event.channel:
        yield f"{event.channel}:"
    yield one_line(event.text)
    if event.message:
        yield f"({event.message})"


def _json(check: str, period: Period, found: Explanation) -> dict[str, Json]:
    events: list[Json] = [{**asdict(each), "at": to_iso(each.at)} for each in found.events]
    rules: list[Json] = [asdict(each) for each in found.rules]
    return {
        "check": check,
        "from": to_iso(period.start),
        "to": to_iso(period.end),
        "answer": found.answer,
        "hints": list(found.hints),
        "rules": rules,
        "events": events,
    }
