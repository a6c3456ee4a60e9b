"""What Prometheus Alertmanager posts to webhooks, version 4, so that whatever understands that understands us.

https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from probe.channels.formats.form import Form, Home
from probe.model.check import api_of
from probe.model.ndjson import Json
from probe.model.notification import Entry, Message
from probe.model.rule import SubjectKind
from probe.model.units import to_iso

_NOT_OVER: Final = "0001-01-01T00:00:00Z"
"""Go's moment zero."""

_NOT_IN_NAMES: Final = re.compile(r"[^a-zA-Z0-9_]")
_FINGERPRINT: Final = 16
"""Hexadecimal digits."""


def _write(message: Message, home: Home) -> Json:
    labels = [_labels(entry) for entry in message.entries]
    annotations = [dict(_annotations(entry)) for entry in message.entries]
    firing, resolved = message.more
    return {
        "version": "4",
        "groupKey": _group_key(message),
        "truncatedAlerts": firing + resolved,
        "status": _status(is_firing=bool(firing) or any(entry.is_firing for entry in message.entries)),
        "receiver": message.channel,
        "groupLabels": _named(message.group),
        "commonLabels": _common(labels),
        "commonAnnotations": _common(annotations),
        "externalURL": home.report_url,
        "alerts": [
            {
                "status": _status(is_firing=entry.is_firing),
                "labels": labels[number],
                "annotations": annotations[number],
                "startsAt": to_iso(entry.since),
                "endsAt": _NOT_OVER if entry.is_firing or entry.resolved_at is None else to_iso(entry.resolved_at),
                "generatorURL": entry.links[0][1] if entry.links else message.link,
                "fingerprint": _fingerprint(entry),
            }
            for number, entry in enumerate(message.entries)
        ],
    }


def _status(*, is_firing: bool) -> str:
    return "firing" if is_firing else "resolved"


def _labels(entry: Entry) -> dict[str, Json]:
    """What tells the alert from others, the user's own labels first: ours win where both have the same name."""
    kind, subject = entry.subject.kind, entry.subject.id
    ours: dict[str, Json] = {
        "alertname": entry.rule,
        "severity": entry.level.value,
        "job": "probe",
        kind.value: subject,
    }
    if kind is SubjectKind.CHECK:
        ours["api"] = api_of(subject)
    return {**_named(entry.labels), **ours}


def _annotations(entry: Entry) -> Iterator[tuple[str, Json]]:
    """Those that say something."""
    return ((name, text) for name, text in _texts(entry) if text)


def _texts(entry: Entry) -> Iterator[tuple[str, str]]:
    yield "summary", f"{entry.name}: {entry.reading if entry.is_firing else entry.resolution or entry.reading}"
    yield "description", "\n".join(_sentences(entry))
    yield "expected", entry.expected
    yield "locations", ", ".join(entry.locations)
    yield "budget", entry.budget.sentence if entry.budget else ""
    yield "note", entry.note
    yield "runbook_url", entry.runbook


def _sentences(entry: Entry) -> Iterator[str]:
    yield entry.reading
    if entry.facts and entry.facts.detail:
        yield entry.facts.detail
    for each in entry.outcomes:
        yield f"{each.verdict}: {each.expectation}" + (f" (found {each.actual})" if each.actual else "")


def _fingerprint(entry: Entry) -> str:
    """The same for an alert's whole life, and for the next one of the same rule and subject; receivers match by it."""
    identity = f"{entry.rule} {entry.subject.kind} {entry.subject.id}"
    return hashlib.sha256(identity.encode()).hexdigest()[:_FINGERPRINT]


def _group_key(message: Message) -> str:
    """As Alertmanager spells it: the way to the receiver, and the labels of the group."""
    return f"{{}}/{_matchers((('channel', message.channel),))}:{_matchers(message.group)}"


def _matchers(pairs: Sequence[tuple[str, str]]) -> str:
    quoted = (value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") for _, value in pairs)
    return "{" + ", ".join(f'{_name(name)}="{value}"' for (name, _), value in zip(pairs, quoted, strict=True)) + "}"


def _named(pairs: Sequence[tuple[str, str]]) -> dict[str, Json]:
    """With names as Prometheus wants them: `[a-zA-Z_][a-zA-Z0-9_]*`."""
    return {_name(name): value for name, value in pairs}


def _name(name: str) -> str:
    plain = _NOT_IN_NAMES.sub("_", name)
    return f"_{plain}" if plain[:1].isdigit() else plain


def _common(all_of_them: Sequence[Mapping[str, Json]]) -> dict[str, Json]:
    """What all have, and have the same."""
    first, *others = all_of_them or ({},)
    return {name: text for name, text in first.items() if all(each.get(name) == text for each in others)}


ALERTMANAGER: Final = Form(
    name="alertmanager",
    description="as Prometheus Alertmanager posts it, version 4",
    media_type="application/json",
    limit=256_000,
    write=_write,
)
