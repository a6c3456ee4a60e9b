"""`probe incidents show`: all that is known of one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import typer
from rich.text import Text

from probe.alerting.cases import CaseState, Update
from probe.cli.incidents.asked import Asked, Ref
from probe.cli.incidents.finding import find
from probe.cli.incidents.log import STATES, one_line, second
from probe.cli.options import one_of
from probe.cli.tables import plain_console, print_table
from probe.config.load import load
from probe.model.ndjson import Json
from probe.model.result import Evidence, State
from probe.model.units import Micros, to_iso
from probe.report.incidents import alerted_json, case_json, cause_text, evidence_json, update_json
from probe.report.words import FAILURE_WORDS, duration_text, plural, visible
from probe.runtime.incidents import Detail
from probe.store import open_store

MOST_UPDATES = 50
"""Of those that are printed; JSON has all."""


def show_command(config: Path, ref: str, *, location: str | None, format_: str) -> None:
    """Print it."""
    one_of("--format", format_, ("text", "json"))
    settings = load(config, needs_secrets=False)
    with open_store(settings.store, create=False) as store:
        job = Asked(location=location).job(settings, store)
        found = find(job, store, Ref.of(ref, settings, now=job.now))
    if format_ == "json":
        typer.echo(json.dumps(_json(found, now=job.now), ensure_ascii=False))
    else:
        _print(found, now=job.now)


def _json(found: Detail, *, now: Micros) -> dict[str, Json]:
    return {
        **case_json(found.case, now=now),
        "unknown_slots": found.slots(State.UNKNOWN),
        "updates": [update_json(each) for each in found.updates],
        "evidence": [evidence_json(found.evidence[slot]) for slot in sorted(found.evidence)],
        "alerts": [alerted_json(*each) for each in found.alerted],
    }


def _print(found: Detail, *, now: Micros) -> None:
    console = plain_console()
    case = found.case
    word, style = STATES[case.state]
    console.print(Text.assemble((f"{case.ref}  ", "bold"), (word, style)))
    for line in _facts(found, now):
        console.print(Text(line))
    console.print()
    shown = found.updates[:MOST_UPDATES]
    print_table(("at", "what", ""), [_update(each, found) for each in shown])
    if len(found.updates) > len(shown):
        console.print(Text(f"and {len(found.updates) - len(shown)} more: --format json has them", "dim"))
    if found.alerted:
        console.print()
        print_table(("at", "alert", "what", "channel", ""), list(_alerted(found)))
    if found.evidence:
        for text in _evidence([found.evidence[slot] for slot in sorted(found.evidence)]):
            console.print(text, soft_wrap=True)


def _facts(found: Detail, now: Micros) -> Iterator[str]:
    case, incident = found.case, found.case.incident
    how = "down for" if case.state is CaseState.OPEN else "was down for"
    yield f"{how} {duration_text(case.lasted(now))}: {one_line(cause_text(case))}"
    counts = [plural(sum(each.slots for each in incident.outages), "result") + " down"]
    if unknown := found.slots(State.UNKNOWN):
        counts.append(f"{unknown} unknown")
    if incident.is_flapping:
        counts.append(f"it flapped: {plural(len(incident.outages), 'outage')}")
    yield "; ".join(counts)
    late = incident.detected - incident.start
    yield f"detected {duration_text(late)} after it began" if late else "detected at once"
    if (said := case.acknowledgement) is not None:
        after = duration_text(said.made_at - incident.detected)
        yield f"acknowledged by {one_line(said.author)} {after} after that"


def _update(update: Update, found: Detail) -> tuple[str, str, str]:
    at = second(update.at)
    if update.annotation is not None:
        said = f"{one_line(update.annotation.author)}: {one_line(update.annotation.text)}".removesuffix(": ")
        return at, update.kind, said
    evidence = found.evidence.get(update.at)
    kind = FAILURE_WORDS[update.failure] if update.failure else ""
    return at, update.kind, one_line(evidence.detail) if evidence and evidence.detail else kind


def _alerted(found: Detail) -> Iterator[tuple[str, ...]]:
    """What became of each alert: whom it was told, and why it was not."""
    for alert, decisions in found.alerted:
        for each in decisions[-MOST_UPDATES:]:
            yield (
                second(each.at),
                one_line(alert.rule),
                each.outcome,
                one_line(each.channel or ""),
                one_line(each.reason),
            )


def _evidence(evidence: list[Evidence]) -> Iterator[Text]:
    """The expectations that the last result failed, and what went to and fro last, where that was kept."""
    latest = evidence[-1]
    if latest.outcomes:
        yield Text(f"\nexpectations not met at {to_iso(latest.scheduled_at)}", "bold")
    for each in latest.outcomes:
        yield Text(f"{each.verdict} {one_line(each.expectation)}: {one_line(each.actual or '')}")
    told = next((each for each in reversed(evidence) if each.transcript), None)
    if told is None or told.transcript is None:
        return
    for name, part in asdict(told.transcript).items():
        if part:
            yield Text(f"\n{name} at {to_iso(told.scheduled_at)}", "bold")
            yield Text(visible(part))
