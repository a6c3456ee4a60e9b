"""`probe alerts backtest`: what rules would have told."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import typer

from probe.alerting.backtest import Firing, Replayed
from probe.cli.jobs import sla_job
from probe.cli.options import one_of
from probe.cli.period import AskedPeriod
from probe.cli.progress import progress
from probe.cli.selection import QUOTED, Selection
from probe.cli.tables import print_table
from probe.cli.waiting import tell_waiting
from probe.config.load import load
from probe.config.proposing import load_proposed
from probe.model.errors import ConfigurationError
from probe.model.incident import Outage
from probe.model.ndjson import Json
from probe.model.rule import AlertRule, Subject
from probe.model.settings import Settings
from probe.model.units import SECOND, Micros, to_iso
from probe.report.words import duration_text, visible
from probe.runtime.alerts.backtesting import Backtest, BacktestJob, remarks
from probe.runtime.clock import SystemClock
from probe.runtime.sla import SlaJob
from probe.store import Store, open_store

FORMATS: Final = ("table", "json")

MOST_SHOWN: Final = 50
"""Firings, and missed outages, that the table shows; JSON has all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The options as they were given; `None` is one that wasn't."""

    period: AskedPeriod
    selection: Selection
    location: str | None = None
    names: Sequence[str] = ()
    proposed: Path | None = None
    kind: str = "table"


def backtest_command(config: Path, asked: Asked) -> None:
    """Replay, and print what came of it."""
    one_of("--format", asked.kind, FORMATS)
    settings = load_proposed(config, asked.proposed) if asked.proposed else load(config, needs_secrets=False)
    rules = _rules(settings, asked.names)
    tell_waiting(settings.spool)
    with open_store(settings.store, create=False) as store:
        whole = _sla_job(asked, settings, store)
        job = BacktestJob(
            rules=rules,
            checks=tuple(facts for facts in whole.checks if facts.id in whole.wanted),
            apis=whole.apis,
            sla=whole.rules,
            zone=whole.zone,
            windows=whole.windows,
            location=whole.location,
            period=whole.asked.so_far,
            now=whole.now,
        )
        backtest = Backtest(job, store)
        with progress() as bar:
            task = bar.add_task("replaying", total=backtest.steps)
            for done in backtest.run():
                bar.update(task, completed=done)
        found = backtest.outcome()
        told = remarks(job, store)
    if asked.kind == "json":
        typer.echo(json.dumps(_json(job, found, told), ensure_ascii=False))
        return
    for remark in told:
        typer.echo(remark, err=True)
    _print(found, job)


def _sla_job(asked: Asked, settings: Settings, store: Store) -> SlaJob:
    now = SystemClock().now()
    period = asked.period.read(now=now, zone=ZoneInfo(settings.timezone))
    return sla_job(settings, store, period, now=now, selection=asked.selection, location=asked.location)


def _rules(settings: Settings, names: Sequence[str]) -> tuple[AlertRule, ...]:
    """Those that are named, or all.

    Raises:
        ConfigurationError: there is none of that name, or none at all.
    """
    known = [rule.name for rule in settings.rules]
    if not known:
        raise ConfigurationError(
            f"{settings.source}: there are no alert rules; write some below alerts:, or give --rules FILE"
        )
    for name in names:
        if name not in known:
            near = get_close_matches(name[:QUOTED], known, n=1)
            hint = f'did you mean "{near[0]}"?' if near else f"there are {', '.join(known)}"
            raise ConfigurationError(f'there is no rule "{name[:QUOTED]}"; {hint}')
    return tuple(rule for rule in settings.rules if not names or rule.name in names)


def _print(found: Sequence[Replayed], job: BacktestJob) -> None:
    print_table(
        ("rule", "fired", "in alert", "flaps", "messages", "outages missed", "without outage"),
        [
            (each.rule.name, f"{len(each.firings):,}", duration_text(each.lasted), f"{each.flaps:,}",
             f"{each.messages:,}", f"{len(each.missed):,}", f"{each.false_alarms:,}")
            for each in found
        ],
        unbroken=("rule",),
    )  # fmt: skip
    firings = sorted(((each.rule, firing) for each in found for firing in each.firings), key=lambda it: it[1].fired_at)
    if firings:
        typer.echo("")
        print_table(
            ("fired", "lasted", "rule", "level", "of", "found"),
            [_row(rule, firing, job.period.end) for rule, firing in firings[-MOST_SHOWN:]],
            unbroken=("fired", "lasted", "rule", "level"),
        )
        _tell_more(len(firings), "alerts")
    missed = [(each.rule, *pair) for each in found for pair in each.missed]
    if missed:
        typer.echo("")
        rows = [(_second(outage.start), rule.name, subject.id) for rule, subject, outage in missed[-MOST_SHOWN:]]
        print_table(("missed outage", "rule", "of"), rows, unbroken=("missed outage", "rule"))
        _tell_more(len(missed), "missed outages")


def _tell_more(count: int, what: str) -> None:
    if count > MOST_SHOWN:
        typer.echo(f"and {count - MOST_SHOWN:,} {what} before; --format json has all of them")


def _row(rule: AlertRule, firing: Firing, end: Micros) -> tuple[str, ...]:
    lasted = duration_text((firing.resolved_at or end) - firing.fired_at)
    return (
        _second(firing.fired_at),
        lasted if firing.resolved_at else f"{lasted}, goes on",
        rule.name,
        firing.level,
        firing.subject.id,
        " ".join(visible(firing.reading).split()),
    )


def _second(at: Micros) -> str:
    return to_iso(at - at % SECOND)


def _json(job: BacktestJob, found: Sequence[Replayed], told: Sequence[str]) -> dict[str, Json]:
    return {
        "from": to_iso(job.period.start),
        "to": to_iso(job.period.end),
        "location": job.location,
        "remarks": list(told),
        "rules": [
            {
                "rule": each.rule.name,
                "fired": len(each.firings),
                "lasted_s": each.lasted / SECOND,
                "flaps": each.flaps,
                "messages": each.messages,
                "false_alarms": each.false_alarms,
                "firings": [_firing(firing) for firing in each.firings],
                "missed": [_missed(*pair) for pair in each.missed],
            }
            for each in found
        ],
    }


def _firing(firing: Firing) -> dict[str, Json]:
    return {
        **_of(firing.subject),
        "level": firing.level.value,
        "since": to_iso(firing.since),
        "fired_at": to_iso(firing.fired_at),
        "resolved_at": None if firing.resolved_at is None else to_iso(firing.resolved_at),
        "found": firing.reading,
        "expected": firing.expected,
    }


def _missed(subject: Subject, outage: Outage) -> dict[str, Json]:
    return {
        **_of(subject),
        "start": to_iso(outage.start),
        "end": None if outage.end is None else to_iso(outage.end),
    }


def _of(subject: Subject) -> dict[str, Json]:
    return {"kind": subject.kind.value, "of": subject.id}
