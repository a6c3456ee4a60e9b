"""`probe incidents note` and `probe ack`: what people say of an incident."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import typer

from probe.cli.incidents.asked import Asked, Ref
from probe.cli.incidents.finding import find
from probe.cli.incidents.log import one_line, second
from probe.cli.incidents.taking import ack_alert, ack_api, is_alert, is_api, take_on_alerts
from probe.cli.people import author as author_named
from probe.config.load import load
from probe.model.errors import ConfigurationError
from probe.model.incident import Annotation, AnnotationKind
from probe.runtime.incidents import annotation
from probe.store import open_store

LONGEST_TEXT: Final = 4_000


def note_command(config: Path, ref: str, text: str, *, author: str | None, location: str | None) -> None:
    """Write it down."""
    if not text.strip():
        raise ConfigurationError("there is nothing to write down: TEXT is empty")
    _say(config, ref, AnnotationKind.NOTE, text, author=author, location=location)


def ack_command(config: Path, ref: str, text: str, *, author: str | None, location: str | None) -> None:
    """Write down that somebody took it on, and its alerts with it; where somebody did already, only say so."""
    if is_alert(ref):
        _check_length(text)
        ack_alert(config, ref, text, author=author, location=location)
        return
    if is_api(ref):
        _check_length(text)
        ack_api(config, ref, text, author=author, location=location)
        return
    _say(config, ref, AnnotationKind.ACKNOWLEDGEMENT, text, author=author, location=location)


def _say(config: Path, ref: str, kind: AnnotationKind, text: str, *, author: str | None, location: str | None) -> None:
    _check_length(text)
    name = author_named(author)
    settings = load(config, needs_secrets=False)
    with open_store(settings.store, create=False) as store:
        job = Asked(location=location).job(settings, store)
        wanted = Ref.of(ref, settings, now=job.now)
        found = find(job, store, wanted)
        is_ack = kind is AnnotationKind.ACKNOWLEDGEMENT
        if is_ack and found.case.acknowledgement is not None:
            _tell_taken(found.case.ref, found.case.acknowledgement)
            return
        moment = job.now if wanted.moment is None else wanted.moment
        said = annotation(found, kind, now=job.now, author=name, text=text, moment=moment)
        store.annotate(said)
        first = find(job, store, wanted).case.acknowledgement if is_ack else None
        if is_ack and found.case.incident.end is None:
            take_on_alerts(store, found.case.check, name, job.now)
    if first is not None and first != said:  # somebody was faster, between the look and the word
        _tell_taken(found.case.ref, first)
    else:
        typer.echo(f"{found.case.ref} {'acknowledged' if is_ack else 'noted'} by {name}")


def _check_length(text: str) -> None:
    if len(text) > LONGEST_TEXT:
        raise ConfigurationError(f"TEXT is at most {LONGEST_TEXT:,} characters long; found {len(text):,}")


def _tell_taken(ref: str, first: Annotation) -> None:
    typer.echo(
        f"{ref} was acknowledged already, by {one_line(first.author)} at {second(first.made_at)}; "
        "`probe incidents note` adds to it"
    )
