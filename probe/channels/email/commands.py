"""What a reader can type: to take an alert on, to have quiet, to ask why."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from probe.channels.email.view import Command
from probe.channels.email.wording import line
from probe.model.notification import Entry, Message, Occasion
from probe.model.rule import SubjectKind


def commands(message: Message) -> tuple[Command, ...]:
    """Those for all alerts of an API, or for the first that goes on; none where none does, or where it is only a test."""
    going_on = next((entry for entry in message.entries if entry.is_firing), None)
    if going_on is None or message.occasion is Occasion.TEST:
        return ()
    several = sum(entry.is_firing for entry in message.entries) + message.more[0] > 1
    api = dict(message.group).get("api") if several else None
    found = _of_api(api) if api and going_on.subject.kind is SubjectKind.CHECK else _of(going_on)
    return tuple(Command(purpose=purpose, text=line(text)) for purpose, text in found)


def _of_api(api: str) -> Iterator[tuple[str, str]]:
    name = shlex.quote(api)
    yield "Take all of it on", f"probe ack {name}"
    yield "Have quiet", f'probe silence add --api {name} --for 2h --comment "why"'


def _of(entry: Entry) -> Iterator[tuple[str, str]]:
    kind, name = entry.subject.kind, shlex.quote(entry.subject.id)
    if not entry.acknowledged:
        yield "Take it on", f"probe ack {name if kind is SubjectKind.CHECK else entry.alert}"
    if kind is not SubjectKind.PROBER:
        yield "Have quiet", f'probe silence add --{kind} {name} --for 2h --comment "why"'
    if kind is SubjectKind.CHECK:
        yield "Ask why", f"probe alerts why {name}"
