"""`probe sla`: from options to a job, and from figures to the screen."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

import typer

from probe.cli.jobs import sla_job
from probe.cli.options import duration, one_of
from probe.cli.period import AskedPeriod
from probe.cli.selection import Selection
from probe.cli.sla.table import print_levels
from probe.cli.waiting import tell_waiting
from probe.config.load import load
from probe.model.errors import ConfigurationError
from probe.model.settings import Settings
from probe.model.sla import MaintenanceRule, Method, SlaRules, UnknownRule
from probe.model.units import DAY, SECOND, parse_percentage
from probe.report import write_files
from probe.report.export.separated import Separated
from probe.report.sla import contract, figures_table, file_name, files_of
from probe.runtime.clock import SystemClock
from probe.runtime.sla import SlaJob, assess
from probe.runtime.sla_report import SlaReportJob, sla_report
from probe.slo.service_level import Assessed
from probe.store import Store, open_store

FORMATS = ("table", "json", "csv")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The options as they were given; `None` is one that wasn't."""

    period: AskedPeriod
    selection: Selection
    location: str | None = None
    method: str | None = None
    slice: str | None = None
    slice_target: str | None = None
    unknown: str | None = None
    maintenance: str | None = None
    kind: str = "table"
    report: Path | None = None
    title: str | None = None


def sla_command(config: Path, asked: Asked) -> None:
    """Print what was asked for."""
    one_of("--format", asked.kind, FORMATS)
    settings = load(config, needs_secrets=False)
    rules = rules_asked(asked, settings.sla)
    tell_waiting(settings.spool)
    if asked.report is None and asked.title is not None:
        raise ConfigurationError("--title is that of a report: give --report DIRECTORY too")
    if asked.report:
        _write(asked, settings, rules, asked.report)
        return
    with open_store(settings.store, create=False) as store:
        assessed = assess(_job(asked, settings, store, rules), store)
    _print(assessed, asked.kind, timezone=settings.timezone)


def rules_asked(asked: Asked, rules: SlaRules) -> SlaRules:
    """The file's rules with what the options say otherwise.

    Raises:
        ConfigurationError: an option can't be read.
    """
    if asked.method is not None:
        rules = replace(rules, method=Method(one_of("--method", asked.method, Method)))
    if asked.unknown is not None:
        rules = replace(rules, unknown=UnknownRule(one_of("--unknown", asked.unknown, UnknownRule)))
    if asked.maintenance is not None:
        policy = MaintenanceRule(one_of("--maintenance", asked.maintenance, MaintenanceRule))
        rules = replace(rules, maintenance=policy)
    if asked.slice is not None:
        length = duration("--slice", asked.slice)
        if length < SECOND or DAY % length:
            raise ConfigurationError(f'--slice: "{asked.slice}" must divide a day, such as 1m, 5m or 1h')
        rules = replace(rules, slice=length)
    if asked.slice_target is not None:
        rules = replace(rules, slice_target=_share("--slice-target", asked.slice_target))
    return rules


def _share(option: str, text: str) -> Fraction:
    try:
        share = parse_percentage(text)
    except ValueError as error:
        raise ConfigurationError(f"{option}: {error}") from None
    if not 0 < share <= 1:
        raise ConfigurationError(f"{option}: must be more than 0% and at most 100%")
    return share


def _job(asked: Asked, settings: Settings, store: Store, rules: SlaRules) -> SlaJob:
    now = SystemClock().now()
    period = asked.period.whole(now=now, zone=ZoneInfo(settings.timezone))
    return sla_job(settings, store, period, now=now, selection=asked.selection, location=asked.location, rules=rules)


def _write(asked: Asked, settings: Settings, rules: SlaRules, directory: Path) -> None:
    """The report, as files; says which."""
    if asked.title is not None and not asked.title.strip():
        raise ConfigurationError("--title must not be empty")
    with open_store(settings.store, create=False) as store:
        job = _job(asked, settings, store, rules)
        made = sla_report(SlaReportJob.of(settings, job, title=asked.title), store)
    files = files_of(made, file_name(job.period, job.zone))
    write_files(directory, files)
    for name in files:
        typer.echo(str(directory / name))


def _print(assessed: Assessed, kind: str, *, timezone: str) -> None:
    if kind == "json":
        typer.echo(json.dumps(contract(assessed, timezone=timezone), ensure_ascii=False))
    elif kind == "csv":
        table = figures_table(assessed, timezone=timezone)
        Separated(sys.stdout.buffer, table).write(table, assessed)
        sys.stdout.buffer.flush()
    else:
        print_levels(assessed, timezone=timezone)
