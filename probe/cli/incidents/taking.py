"""`probe ack` of an alert by its id, or of all alerts of an API; and the alerts of an incident that somebody takes on."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import typer

from probe.cli.incidents.asked import Asked
from probe.cli.incidents.log import one_line, second
from probe.cli.people import author as author_named
from probe.cli.selection import look_up
from probe.config.load import load
from probe.model.alert import Alert
from probe.model.check import api_of
from probe.model.errors import ConfigurationError
from probe.model.incident import AnnotationKind
from probe.model.rule import Subject, SubjectKind
from probe.model.units import Micros
from probe.model.words import plural
from probe.runtime.incidents import annotation, open_detail
from probe.runtime.sla import SlaJob
from probe.store import Store, open_store

_ALERT: Final = re.compile("a[0-9a-f]{10}")


def is_alert(ref: str) -> bool:
    """Whether it is the id of an alert; no check is called like that, for these have a slash."""
    return _ALERT.fullmatch(ref) is not None


def ack_alert(config: Path, id_: str, text: str, *, author: str | None, location: str | None) -> None:
    """Takes an alert on, and the incident that it is of, where there is one that is open."""
    name = author_named(author)
    settings = load(config, needs_secrets=False)
    with open_store(settings.store, create=False) as store:
        job = Asked(location=location).job(settings, store)
        before = store.alerts.alert(id_)
        if before is None:
            raise ConfigurationError(f"there is no alert {id_}; `probe alerts list` prints their ids")
        if before.resolved_at is not None:
            raise ConfigurationError(f"{id_} is over since {second(before.resolved_at)}: there is nothing to take on")
        alert = store.alerts.acknowledge(id_, name, job.now) or before
        _annotate(job, store, alert, name, text)
    if (alert.acknowledged_at, alert.acknowledged_by) == (job.now, name):
        typer.echo(f"{id_}, {alert.rule} of {alert.subject}, acknowledged by {name}")
    else:
        by, at = one_line(alert.acknowledged_by or ""), second(alert.acknowledged_at or 0)
        typer.echo(f"{id_} was acknowledged already, by {by} at {at}")


def is_api(ref: str) -> bool:
    """Whether it is the id of an API: those of checks have a slash."""
    return "/" not in ref


def ack_api(config: Path, api: str, text: str, *, author: str | None, location: str | None) -> None:
    """Takes on all that goes on of an API and its checks, alerts and incidents; who was first is kept."""
    name = author_named(author)
    settings = load(config, needs_secrets=False)
    known = {each.id for each in settings.apis} | {each.id for each in settings.checks}
    look_up("API or check", [api], known)
    with open_store(settings.store, create=False) as store:
        job = Asked(location=location).job(settings, store)
        going_on = [each for each in store.alerts.alerts(open_only=True) if _is_of(each, api)]
        if not going_on:
            raise ConfigurationError(f"no alert of {api} goes on: there is nothing to take on")
        mine = [each for each in going_on if each.acknowledged_at is None]
        for alert in mine:
            store.alerts.acknowledge(alert.id, name, job.now)
        for alert in {each.subject: each for each in mine}.values():
            _annotate(job, store, alert, name, text)
    before = len(going_on) - len(mine)
    typer.echo(
        f"{plural(len(mine), 'alert')} of {api} acknowledged by {name}"
        + (f"; {plural(before, 'alert')} acknowledged already" if before else "")
    )


def _is_of(alert: Alert, api: str) -> bool:
    return alert.subject.kind is not SubjectKind.PROBER and api_of(alert.subject.id) == api


def take_on_alerts(store: Store, check: str, name: str, now: Micros) -> int:
    """Acknowledges what goes on of a check, and nobody has taken on; how many."""
    going_on = store.alerts.alerts(subject=Subject(SubjectKind.CHECK, check), open_only=True)
    found = [each for each in going_on if each.acknowledged_at is None]
    for each in found:
        store.alerts.acknowledge(each.id, name, now)
    return len(found)


def _annotate(job: SlaJob, store: Store, alert: Alert, name: str, text: str) -> None:
    """Its incident was taken on, where nobody had before: so that its time to acknowledge is known."""
    if alert.subject.kind is not SubjectKind.CHECK:
        return
    found = open_detail(job, store, alert.subject.id)
    if found is not None and found.case.acknowledgement is None:
        kind = AnnotationKind.ACKNOWLEDGEMENT
        store.annotate(annotation(found, kind, now=job.now, author=name, text=text, moment=job.now))
