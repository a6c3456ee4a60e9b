"""`probe export`: from options to a job, and from a job to files."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import typer

from probe.cli.options import one_of
from probe.cli.period import AskedPeriod
from probe.cli.progress import progress
from probe.cli.selection import Selection, look_up
from probe.cli.waiting import tell_waiting
from probe.config.load import load
from probe.model.errors import ConfigurationError
from probe.model.settings import Settings
from probe.model.units import Micros
from probe.report.export import RESULTS, TABLES, AnyTable, Destination, Format, Sink
from probe.runtime.clock import SystemClock
from probe.runtime.exporting import ExportJob, export_figures, export_results
from probe.runtime.maintenance import all_windows
from probe.slo.periods import cuts, parse_step
from probe.store import Store, open_store

ALL: Final = "all"
STANDARD_OUTPUT: Final = Path("-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The options as they were given."""

    metrics: str
    period: AskedPeriod
    selection: Selection
    locations: Sequence[str]
    by: str
    every: str
    kind: str | None
    output: Path | None


def export_command(config: Path, asked: Asked) -> None:
    """Write what was asked for. Whatever can't be is told before anything is written."""
    one_of("--by", asked.by, ("check", "api"))
    tables = _tables(asked.metrics)
    destination = Destination(
        kind=_format(asked.kind, asked.output),
        output=None if asked.output == STANDARD_OUTPUT else asked.output,
        standard=sys.stdout.buffer,
    )
    destination.check(tables)
    settings = load(config, needs_secrets=False)
    zone = ZoneInfo(settings.timezone)
    now = SystemClock().now()
    borders = _borders(asked, zone, now)
    tell_waiting(settings.spool)
    with open_store(settings.store, create=False) as store:
        job = _job(asked, settings, store, borders=borders, now=now)
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that no half of a file is left behind
        with _leaving_quietly(), destination.opened(tables) as sink, progress() as bar:
            task = bar.add_task("exporting", total=len(job.checks) * len(job.locations))
            for done in _steps(asked, job, store, sink, tables):
                bar.update(task, completed=done)


@contextmanager
def _leaving_quietly() -> Iterator[None]:
    """A reader that has seen enough (`| head`) is no mistake of anybody's."""
    try:
        yield
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit from None


def _steps(asked: Asked, job: ExportJob, store: Store, sink: Sink, tables: Sequence[AnyTable]) -> Iterator[int]:
    if tables[0].name == RESULTS.name:
        return export_results(job, store, sink)
    return export_figures(job, store, sink, [table.name for table in tables], by_api=asked.by == "api")


def _tables(metrics: str) -> Sequence[AnyTable]:
    """The tables of the metrics, each once, in the order in which they were named."""
    names = list(dict.fromkeys(name.strip() for name in metrics.split(",")))
    if names == [ALL]:
        return list(TABLES.values())
    if names == [RESULTS.name]:
        return [RESULTS]
    for name in names:
        if name in (ALL, RESULTS.name):
            raise ConfigurationError(f"--metrics: {name} goes alone")
        one_of("--metrics", name, (*TABLES, ALL, RESULTS.name))
    return [TABLES[name] for name in names]


def _format(kind: str | None, output: Path | None) -> Format:
    """As it was asked for, or as the file is called."""
    if kind is not None:
        return Format(one_of("--format", kind, Format))
    suffix = output.suffix.removeprefix(".").lower() if output else ""
    return Format(suffix) if suffix in list(Format) else Format.CSV


def _borders(asked: Asked, zone: ZoneInfo, now: Micros) -> tuple[Micros, ...]:
    period = asked.period.read(now=now, zone=zone)
    try:
        return cuts(period, parse_step(asked.every), zone=zone)
    except ValueError as error:
        raise ConfigurationError(f"--every: {error}") from None


def _job(asked: Asked, settings: Settings, store: Store, *, borders: tuple[Micros, ...], now: Micros) -> ExportJob:
    """All checks of the file and of the store, or those that were named."""
    locations = store.locations()
    look_up("location", asked.locations, locations)
    return ExportJob(
        checks=asked.selection.chosen(settings, store),
        locations=tuple(name for name in locations if name in asked.locations or not asked.locations),
        cuts=borders,
        now=now,
        zone=ZoneInfo(settings.timezone),
        defined=tuple(check.facts for check in settings.checks),
        apis=settings.apis,
        rules=settings.sla,
        windows=all_windows(settings, store),
    )
