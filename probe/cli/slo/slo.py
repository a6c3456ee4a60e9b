"""`probe slo`: from options to a job, and from standings to the screen."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import typer

from probe.cli.jobs import sla_job
from probe.cli.options import NOT_FINE, duration, one_of
from probe.cli.period import LONGEST
from probe.cli.selection import Selection
from probe.cli.slo.table import print_standings
from probe.cli.waiting import tell_waiting
from probe.config.load import load
from probe.config.openslo.writing import Context, Held, openslo_text
from probe.model.errors import ConfigurationError
from probe.model.settings import Settings
from probe.model.units import DAY, SECOND, Micros
from probe.report.export.separated import Separated
from probe.report.sla import standings_contract, standings_table
from probe.runtime.clock import SystemClock
from probe.runtime.sla import SlaJob
from probe.runtime.standing import stand
from probe.slo.periods import Period, parse_moment
from probe.slo.standing import Standings
from probe.store import Store, open_store

FORMATS = ("table", "json", "csv", "openslo")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The options as they were given; `None` is one that wasn't."""

    to: str | None
    burn: str
    selection: Selection
    location: str | None
    kind: str
    exit_code: bool


def slo_command(config: Path, asked: Asked) -> None:
    """Print what was asked for; with `--exit-code`, exit 1 when something should be done."""
    one_of("--format", asked.kind, FORMATS)
    settings = load(config, needs_secrets=False)
    if asked.kind == "openslo":
        if asked.to or asked.location or asked.exit_code:
            raise ConfigurationError(
                "--format openslo tells what the file says: --to, --location and --exit-code go without it"
            )
        typer.echo(_openslo(asked.selection, settings), nl=False)
        return
    tell_waiting(settings.spool)
    with open_store(settings.store, create=False) as store:
        found = stand(_job(asked, settings, store), store)
    _print(found, asked.kind, settings)
    if asked.exit_code and not found.is_fine:
        raise typer.Exit(NOT_FINE)


def _openslo(selection: Selection, settings: Settings) -> str:
    """What the file says, which needs no store; an API's own where all of its checks are chosen."""
    chosen = set(selection.among(settings, ()))
    held = [
        Held(api=api.id, objectives=api.objectives)
        for api in settings.apis
        if all(check.id in chosen for check in settings.checks if check.api == api.id)
    ]
    held += [
        Held(api=check.api, check=check.id.partition("/")[2], objectives=check.objectives)
        for check in settings.checks
        if check.id in chosen
    ]
    return openslo_text(settings.apis, held, Context(settings.sla, settings.timezone))


def _job(asked: Asked, settings: Settings, store: Store) -> SlaJob:
    now = SystemClock().now()
    period = _period(asked, now - now % SECOND, ZoneInfo(settings.timezone))
    return sla_job(settings, store, period, now=now, selection=asked.selection, location=asked.location)


def _period(asked: Asked, now: Micros, zone: ZoneInfo) -> Period:
    """Over which the present burn rate is taken."""
    try:
        end = now if asked.to is None else parse_moment(asked.to, zone=zone)
    except ValueError as error:
        raise ConfigurationError(f"--to: {error}") from None
    if end > now:
        raise ConfigurationError("--to: lies in the future")
    last = duration("--burn", asked.burn)
    if not 0 < last <= LONGEST:
        raise ConfigurationError(f"--burn: must be more than 0s, and at most {LONGEST // DAY}d")
    return Period(end - last, end)


def _print(found: Standings, kind: str, settings: Settings) -> None:
    if kind == "json":
        typer.echo(json.dumps(standings_contract(found, timezone=settings.timezone), ensure_ascii=False))
    elif kind == "csv":
        table = standings_table()
        Separated(sys.stdout.buffer, table).write(table, found)
        sys.stdout.buffer.flush()
    elif found.checks or found.apis:
        print_standings(found, timezone=settings.timezone)
    else:
        typer.echo(f"{settings.source} has no objective for these; slo: {{availability: {{target: 99.9%}}}} is one")
