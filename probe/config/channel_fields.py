"""What the file may say of a channel: the keys of all channels, and the options that its kind declares."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field, GetJsonSchemaHandler, WithJsonSchema, create_model
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from probe.channels.channel import Kind
from probe.channels.registry import KINDS
from probe.config.fields import Duration, FileSchema, HeaderName, Plain, Secret, Slug, Text, found, texts, wrong
from probe.config.sections import Section
from probe.model.channel import Option, OptionKind

MOST_CHANNELS: Final = 100
MOST_ADDRESSES: Final = 100
LONGEST_ADDRESS: Final = 320
_ADDRESS: Final = r"[^\x00-\x1f\x7f]*[^\s@<>]@[^\s@<>]+>?"


class ChannelFields(Section):
    """One way to tell people: what every channel may say."""

    type: Annotated[str, Field(description="Its kind.")]
    fallback: Annotated[Slug | None, Field(description="The channel that is used while this one doesn't work.")] = None
    fallback_after: Annotated[
        Duration | None, Field(description="How long it must not have worked for that, 0s to 1d. Default: 5m.")
    ] = None
    expires_after: Annotated[
        Duration | None, Field(description="How long a message is tried, 1m to 30d. Default: that of notifications.")
    ] = None


def _address(text: str) -> str:
    if not re.fullmatch(_ADDRESS, text):
        raise wrong(f"{found(text)} is no address; write such as ops@example.com, or Operations <ops@example.com>")
    return text


_AnAddress: TypeAlias = Annotated[str, Field(max_length=LONGEST_ADDRESS), AfterValidator(_address)]


def _addresses(value: object) -> tuple[str, ...]:
    written = texts(value)
    if not 1 <= len(written) <= MOST_ADDRESSES:
        raise wrong(f"write 1 to {MOST_ADDRESSES} addresses")
    return written


def _choice(option: Option) -> object:
    def read(value: object) -> object:
        if value not in option.choices:
            raise wrong(f"write one of {', '.join(option.choices)}; found {found(value)}")
        return value

    return Annotated[str, BeforeValidator(read), WithJsonSchema({"enum": list(option.choices)})]


_ADDRESS_SCHEMA: Final = {"type": "string", "pattern": f"^{_ADDRESS}$", "maxLength": LONGEST_ADDRESS}
_TYPES: Final[Mapping[OptionKind, Callable[[Option], object]]] = {
    OptionKind.TEXT: lambda _: Plain,
    OptionKind.SECRET: lambda _: Secret,
    OptionKind.URL: lambda _: Text,
    OptionKind.ADDRESSES: lambda _: Annotated[
        tuple[_AnAddress, ...],
        BeforeValidator(_addresses),
        WithJsonSchema({
            "anyOf": [
                _ADDRESS_SCHEMA,
                {"type": "array", "items": _ADDRESS_SCHEMA, "minItems": 1, "maxItems": MOST_ADDRESSES},
            ]
        }),
    ],
    OptionKind.ADDRESS: lambda _: Annotated[_AnAddress, WithJsonSchema(_ADDRESS_SCHEMA)],
    OptionKind.DURATION: lambda _: Duration,
    OptionKind.SWITCH: lambda _: Annotated[bool, Field(strict=True)],
    OptionKind.CHOICE: _choice,
    OptionKind.HEADERS: lambda _: dict[HeaderName, Text],
    OptionKind.FILE: lambda _: Text,
    OptionKind.PATH: lambda _: Text,
}  # fmt: skip


def attribute(option: Option) -> str:
    """Where a model of its kind has an option: the file's names may be words of Python's."""
    return f"of_{option.name}"


@lru_cache
def fields_of(kind: str) -> type[ChannelFields]:
    """The model of channels of a kind."""
    return _model(KINDS[kind])


def _model(kind: Kind) -> type[ChannelFields]:
    options: dict[str, tuple[object, object]] = {
        "type": (Annotated[Literal[kind.name], Field(description=kind.description)], ...),
        **{attribute(option): (_annotated(option), ... if option.is_required else None) for option in kind.options},
    }
    return create_model(kind.name, __base__=ChannelFields, __doc__=kind.description, **options)  # type: ignore[call-overload,no-any-return]  # fields by variable names


def _annotated(option: Option) -> object:
    kind = _TYPES[option.kind](option)
    field = Field(alias=option.name, description=option.description)
    return Annotated[kind, field] if option.is_required else Annotated[kind | None, field]  # type: ignore[operator]  # a form, made at run time


def channel_schema() -> dict[str, object]:
    """JSON Schema of a channel: one form a kind."""
    return {
        "anyOf": [_model(kind).model_json_schema(by_alias=True, schema_generator=FileSchema) for kind in KINDS.values()]
    }


@dataclass(frozen=True, slots=True)
class _OfAnyKind:
    """Says in the JSON Schema what is read elsewhere, channel by channel."""

    def __get_pydantic_json_schema__(self, _: CoreSchema, __: GetJsonSchemaHandler) -> JsonSchemaValue:
        return channel_schema()


ChannelField: TypeAlias = Annotated[object, _OfAnyKind()]
