"""`probe incidents note` and `probe ack`: what people say of an incident."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import typer

from probe.cli.incidents.asked import Asked, Ref
from probe.cli.incidents.finding import find
from probe.cli.incidents.log import one_line, second
from probe.cli.people import author as author_named
from probe.config.load import load
from probe.model.errors import ConfigurationError
from probe.model.incident import AnnotationKind
from probe.runtime.incidents import annotation
from probe.store import open_store

LONGEST_TEXT: Final = 4_000


def note_command(config: Path, ref: str, text: str, *, author: str | None, location: str | None) -> None:
    """Write it down."""
    if not text.strip():
        raise ConfigurationError("there is nothing to write down: TEXT is empty")
    _say(config, ref, AnnotationKind.NOTE, text, author=author, location=location)


def ack_command(config: Path, ref: str, text: str, *, author: str | None, location: str | None) -> None:
    """Write down that somebody took it on; where somebody did already, only say so."""
    _say(config, ref, AnnotationKind.ACKNOWLEDGEMENT, text, author=author, location=location)


def _say(config: Path, ref: str, kind: AnnotationKind, text: str, *, author: str | None, location: str | None) -> None:
    if len(text) > LONGEST_TEXT:
        raise ConfigurationError(f"TEXT is at most {LONGEST_TEXT:,} characters long; found {len(text):,}")
    name = author_named(author)
    settings = load(config)
    with open_store(settings.store, create=False) as store:
        job = Asked(location=location).job(settings, store)
        wanted = Ref.of(ref, settings, now=job.now)
        found = find(job, store, wanted)
        before = found.case.acknowledgement
        if kind is AnnotationKind.ACKNOWLEDGEMENT and before is not None:
            typer.echo(
                f"{found.case.ref} was acknowledged already, by {one_line(before.author)} at {second(before.made_at)}; "
                "`probe incidents note` adds to it"
            )
            return
        moment = job.now if wanted.moment is None else wanted.moment
        store.annotate(annotation(found, kind, now=job.now, author=name, text=text, moment=moment))
    done = "acknowledged" if kind is AnnotationKind.ACKNOWLEDGEMENT else "noted"
    typer.echo(f"{found.case.ref} {done} by {name}")
