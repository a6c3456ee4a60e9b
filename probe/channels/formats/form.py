"""What all forms have in common: a media type, a size, and how a message that is too long is cut."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final, NamedTuple, TypeAlias

from probe.model.ndjson import Json
from probe.model.notification import Message


class Home(NamedTuple):
    """Where messages come from.

    Attributes:
        report_url: where people find the report; empty where nobody said.
    """

    report_url: str = ""
    location: str = "default"


Write: TypeAlias = Callable[[Message, Home], Json]
FEWEST_UNDELIVERED: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form of bodies.

    Attributes:
        name: `format` in the file.
        description: half a sentence for the docs.
        media_type: `content-type` of the body.
        limit: bytes that a body may have.
        write: a message in this form, however long that is.
    """

    name: str
    description: str
    media_type: str
    limit: int
    write: Write

    def body(self, message: Message, home: Home) -> str:
        """The message in this form, alerts left out from the end until it fits, and counted where they are."""

        def size(count: int) -> int:
            return len(self._text(_with(message, count), home))

        text = self._text(message, home)
        if len(text) <= self.limit:
            return text
        if count := bisect_right(range(1, len(message.entries)), self.limit, key=size):
            return self._text(_with(message, count), home)
        for bare in _essence(message):
            text = self._text(bare, home)
            if len(text) <= self.limit:
                break
        return text

    def _text(self, message: Message, home: Home) -> str:
        """Its characters are all ASCII, and so as many as its bytes."""
        return to_text(self.write(message, home))


def to_text(value: Json) -> str:
    """As one line. What is no Unicode, such as half of a pair, is escaped."""
    return json.dumps(value, separators=(",", ":"))


def _essence(message: Message) -> Iterator[Message]:
    """With the first alert alone, and ever less of it."""
    first = _with(message, 1)
    yield (
        bare := replace(first, entries=tuple(replace(each, outcomes=(), phases=(), past=()) for each in first.entries))
    )
    yield replace(bare, undelivered=bare.undelivered[:FEWEST_UNDELIVERED])


def _with(message: Message, count: int) -> Message:
    left_out = message.entries[count:]
    firing, resolved = message.more
    still = sum(each.is_firing for each in left_out)
    return replace(message, entries=message.entries[:count], more=(firing + still, resolved + len(left_out) - still))
