"""Values as JSON text that other versions of probe can read: fields that one doesn't know are left out, missing ones are as by default."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

from probe.alerting.book import Told
from probe.model.alert import Facts
from probe.model.notification import Message
from probe.store.evidence import storable

if TYPE_CHECKING:
    from pydantic import TypeAdapter

Json: TypeAlias = "str | float | bool | list[Json] | dict[str, Json] | None"


def pack_message(message: Message) -> str:
    """All of it."""
    return _text(_messages().dump_python(message, mode="json"))


def unpack_message(text: str) -> Message:
    """The message that was packed. Raises `ValueError` for what is none."""
    return _messages().validate_json(text)


def pack_facts(facts: Facts) -> str:
    """All of them."""
    return _text(_facts().dump_python(facts, mode="json"))


def unpack_facts(text: str) -> Facts:
    """The facts that were packed. Raises `ValueError` for what is none."""
    return _facts().validate_json(text)


def pack_told(told: Mapping[str, Told]) -> str:
    """What a channel was told, by alert."""
    return _text(_told().dump_python(dict(told), mode="json"))


def unpack_told(text: str) -> Mapping[str, Told]:
    """What was packed. Raises `ValueError` for what is none."""
    return _told().validate_json(text)


def pack_names(names: tuple[str, ...]) -> str:
    """Some texts, in their order."""
    return _text(list(names))


def unpack_names(text: str) -> tuple[str, ...]:
    """The texts that were packed. Raises `ValueError` for what is none."""
    return _names().validate_json(text)


def pack_pairs(pairs: tuple[tuple[str, str], ...]) -> str:
    """Names with values, in their order."""
    return _text([list(pair) for pair in pairs])


def unpack_pairs(text: str) -> tuple[tuple[str, str], ...]:
    """The pairs that were packed. Raises `ValueError` for what is none."""
    return _pairs().validate_json(text)


def _text(value: Json) -> str:
    text = json.dumps(value, ensure_ascii=False)
    # What a target has sent is in some of it. A NUL is escaped by now, but it would be one again when it is read.
    return storable(json.dumps(_cleaned(value), ensure_ascii=False) if r"\u0000" in text else text)


def _cleaned(value: Json) -> Json:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, list):
        return [_cleaned(item) for item in value]
    if isinstance(value, dict):
        return {key: _cleaned(item) for key, item in value.items()}
    return value


# pydantic takes a while to import, and to build these: only who has to do with alerts needs them.


@cache
def _messages() -> TypeAdapter[Message]:
    from pydantic import TypeAdapter

    return TypeAdapter(Message)


@cache
def _facts() -> TypeAdapter[Facts]:
    from pydantic import TypeAdapter

    return TypeAdapter(Facts)


@cache
def _told() -> TypeAdapter[dict[str, Told]]:
    from pydantic import TypeAdapter

    return TypeAdapter(dict[str, Told])


@cache
def _names() -> TypeAdapter[tuple[str, ...]]:
    from pydantic import TypeAdapter

    return TypeAdapter(tuple[str, ...])


@cache
def _pairs() -> TypeAdapter[tuple[tuple[str, str], ...]]:
    from pydantic import TypeAdapter

    return TypeAdapter(tuple[tuple[str, str], ...])
