"""`probe incidents`: those of a period."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import typer
from rich.text import Text

from probe.alerting.cases import Case, CaseState
from probe.cli.incidents.asked import Asked
from probe.cli.options import NOT_FINE, one_of
from probe.cli.tables import print_table
from probe.cli.waiting import tell_waiting
from probe.config.load import load
from probe.model.incident import Annotation
from probe.model.ndjson import Json
from probe.model.units import SECOND, Micros, to_iso
from probe.report.export.separated import Separated
from probe.report.incidents import case_json, cases_table, cause_text, orphan_json
from probe.report.words import duration_text, visible
from probe.runtime.incidents import Log, incident_log
from probe.runtime.sla import SlaJob
from probe.store import open_store

FORMATS: Final = ("table", "json", "csv")
STATES: Final = {
    CaseState.OPEN: ("✖ open", "bold red"),
    CaseState.RECOVERED: ("● recovered", "green"),
    CaseState.RETIRED: ("? retired", "bright_black"),
}
"""A state in a terminal: never by colour alone."""

_COLUMNS: Final = ("state", "check", "start", "lasted", "cause")
_UNBROKEN: Final = ("state", "start", "lasted")


def log_command(config: Path, asked: Asked, format_: str, *, only_open: bool) -> None:
    """Print them; with `only_open`, exit 1 when there is one."""
    one_of("--format", format_, FORMATS)
    settings = load(config, needs_secrets=False)
    tell_waiting(settings.spool)
    with open_store(settings.store, create=False) as store:
        job = asked.job(settings, store)
        log = incident_log(job, store)
    cases = [case for case in log.cases if case.state is CaseState.OPEN or not only_open]
    if format_ == "json":
        typer.echo(json.dumps(_json(job, cases, log), ensure_ascii=False))
    elif format_ == "csv":
        table = cases_table(now=job.now)
        Separated(sys.stdout.buffer, table).write(table, cases)
        sys.stdout.buffer.flush()
    else:
        _print(cases, log.orphaned, now=job.now, only_open=only_open)
    if only_open and cases:
        raise typer.Exit(NOT_FINE)


def _json(job: SlaJob, cases: Sequence[Case], log: Log) -> dict[str, Json]:
    return {
        "from": to_iso(job.period.start),
        "to": to_iso(job.period.end),
        "location": job.location,
        "incidents": [case_json(case, now=job.now) for case in cases],
        "orphaned": [orphan_json(each) for each in log.orphaned],
    }


def _print(cases: Sequence[Case], orphaned: Sequence[Annotation], *, now: Micros, only_open: bool) -> None:
    if cases:
        more = [(name, cell) for name, cell in _MORE.items() if any(cell(case) for case in cases)]
        print_table(
            (*_COLUMNS, *(name for name, _ in more)),
            [(*_row(case, now), *(cell(case) or "–" for _, cell in more)) for case in cases],
            unbroken=_UNBROKEN,
        )
    else:
        typer.echo("no incident is open" if only_open else "there was no incident")
    for each in orphaned:
        said = f": {visible(each.text)}" if each.text else ""
        typer.echo(
            f"{each.kind} by {visible(each.author)} of {each.check} at {to_iso(each.moment)}{said}: "
            "there is no incident there any more, results that came late say otherwise",
            err=True,
        )


def _row(case: Case, now: Micros) -> tuple[str | Text, ...]:
    return (
        Text(*STATES[case.state]),
        case.check,
        second(case.incident.start),
        duration_text(case.lasted(now)),
        one_line(cause_text(case)),
    )


def _flapped(case: Case) -> str:
    return f"{len(case.incident.outages)} outages" if case.incident.is_flapping else ""


def _acknowledged(case: Case) -> str:
    said = case.acknowledgement
    return f"{one_line(said.author)}, {second(said.made_at)}" if said else ""


_MORE: Final[Mapping[str, Callable[[Case], str]]] = {"flapped": _flapped, "acknowledged": _acknowledged}
"""Columns that are there only where there is something to say in them."""


def one_line(text: str) -> str:
    """Whatever it holds, as a line that does nothing to a terminal."""
    return " ".join(visible(text).split())


def second(at: Micros) -> str:
    """A moment to the second."""
    return to_iso(at - at % SECOND)
