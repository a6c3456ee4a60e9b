"""`probe db purge`: what is past its retention, deleted now."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import typer

from probe.cli.progress import progress
from probe.config.load import load
from probe.model.settings import Retention
from probe.model.units import Micros, format_duration, to_iso
from probe.runtime.clock import SystemClock
from probe.store import Due, Purged, Store, Tier, open_store

_ROWS: Final = {
    Tier.RAW: "results",
    Tier.HOUR: "hours",
    Tier.DAY: "days, causes of outages and alerts",
    Tier.EVIDENCE: "rows of evidence, decisions and messages",
}


def purge_command(config: Path, *, dry_run: bool) -> None:
    """Delete in short transactions, and say what is gone; with `dry_run`, only what would be."""
    settings = load(config, needs_secrets=False)
    now = SystemClock().now()
    with open_store(settings.store, create=False) as store:
        due = store.due(settings.retention, now=now)
        counted = _counted(store.count_due(settings.retention, now=now))
        if not dry_run:
            counted = _purged(store, settings.retention, now, sum(counted.values()))
    for tier in Tier:
        typer.echo(_line(tier, counted[tier], settings.retention, dry_run=dry_run))
    for item in due:
        if reason := _held_back(item, settings.retention, now):
            typer.echo(reason)


def _counted(pieces: Iterable[Purged]) -> Counter[Tier]:
    counted: Counter[Tier] = Counter()
    for tier, rows in pieces:
        counted[tier] += rows
    return counted


def _purged(store: Store, retention: Retention, now: Micros, total: int) -> Counter[Tier]:
    """After each transaction as long a pause: whoever waits for the lock gets it."""
    counted: Counter[Tier] = Counter()
    with progress() as bar:
        task = bar.add_task("purging", total=total)
        began = time.monotonic()
        for tier, rows in store.purge(retention, now=now):
            counted[tier] += rows
            bar.advance(task, rows)
            time.sleep(time.monotonic() - began)
            began = time.monotonic()
    return counted


def _line(tier: Tier, rows: int, retention: Retention, *, dry_run: bool) -> str:
    age: Micros | None = getattr(retention, tier)
    if age is None:
        return f"{tier}: kept forever"
    done = "would be deleted" if dry_run else "deleted"
    return f"{tier}: {rows} {_ROWS[tier]} older than {format_duration(age)} {done}"


def _held_back(item: Due, retention: Retention, now: Micros) -> str | None:
    """Said where results stay for longer than they are meant to."""
    place = item.place
    whole = place.until if place.stale_hour is None else min(place.until, place.stale_hour)
    if retention.raw is None or whole >= now - retention.raw:
        return None
    done = f"rolled up only to {to_iso(whole)}" if whole else "not rolled up yet"
    return f"location {place.location} is {done}, so its results stay: the daemon that runs there does it"
