"""The kinds of value that stand in the file: each with its parser, its message and its JSON Schema."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import BeforeValidator, Field, StringConstraints, WithJsonSchema
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import PydanticCustomError, core_schema

from probe.config.document import WrittenFloat, WrittenInt
from probe.config.references import has_reference
from probe.model.check import SLUG, TlsVersion
from probe.model.units import parse_duration, parse_size

FOREVER: Final = "forever"
_HEADER_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", re.ASCII)
_LABEL_NAME: Final = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]{0,62}", re.ASCII)
_LONGEST_SHOWN: Final = 60
_CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


def wrong(message: str) -> PydanticCustomError:
    """A mistake, in the words that the user will read."""
    return PydanticCustomError("wrong", "{message}", {"message": message})


def check_slug(text: object) -> str:
    """A name that is safe in a path, a URL and a label (RFC 1123)."""
    if not isinstance(text, str):
        raise wrong(f"write a name, in quotes if it looks like a number; found {found(text)}")
    if not re.fullmatch(SLUG, text, re.ASCII):
        raise wrong(f'"{text[:70]}" is no name for this: use at most 63 of a-z, 0-9 and "-"{_instead(text)}')
    return text


def _instead(text: str) -> str:
    """`; write "core-api"` for `Core API`."""
    plain = re.sub(r"[^a-z0-9]+", "-", text.lower())[:63].strip("-")
    return f'; write "{plain}"' if plain else ""


def quantity(parse: Callable[[str], int], example: str) -> Callable[[object], int]:
    """Reads a number with a unit."""

    def read(value: object) -> int:
        if not isinstance(value, str):
            raise wrong(f"write a number and a unit, such as {example}; found {found(value)}")
        try:
            return parse(value)
        except ValueError as error:
            raise wrong(str(error)) from None

    return read


def _age(value: object) -> object:
    if value == FOREVER:
        return value
    try:
        return quantity(parse_duration, "14d")(value)
    except PydanticCustomError as error:
        raise wrong(f"{error}, or forever") from None


def plain_text(value: object) -> object:
    """Free text that is shown to people: a reference in it would put a secret there."""
    if isinstance(value, str) and has_reference(value):
        raise wrong("this text is shown to people, so a ${…} reference can't stand here")
    return value


def _scalar_text(value: object) -> object:
    """Numbers and truth values as the text that the user wrote, where text is wanted."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, WrittenInt | WrittenFloat):
        return value.written
    return str(value) if isinstance(value, int | float) else value


def texts(value: object) -> tuple[str, ...]:
    """One or several, as the user wrote them."""
    written = [_scalar_text(item) for item in (value if isinstance(value, list) else [value])]
    if not all(isinstance(text, str) for text in written):
        raise wrong("write text, a number, or a list of them")
    return tuple(map(str, written))


def _header_name(value: str) -> str:
    if not _HEADER_NAME.fullmatch(value):
        raise wrong(f'"{value[:70]}" is not a header name')
    return value


def no_line_breaks(text: str) -> str:
    """A header's value must stay one line, or it would smuggle in other headers."""
    if _CONTROL.search(text):
        raise wrong("must not contain line breaks or control characters")
    return text


def found(value: object) -> str:
    """What stands there, in a word."""
    if value is None or isinstance(value, list | dict):
        return {type(None): "nothing", list: "a list", dict: "a mapping"}[type(value)]
    return f'"{value[:_LONGEST_SHOWN]}"' if isinstance(value, str) else str(value).lower()[:_LONGEST_SHOWN]


def _one_of(*versions: str) -> Callable[[object], str]:
    """YAML takes a version for a number, unless it stands in quotes: both mean the same."""

    def read(value: object) -> str:
        for version in versions:
            if value == version or (not isinstance(value, bool | str) and value == float(version)):
                return version
        raise wrong(f"write {' or '.join(versions)}; found {found(value)}")

    return read


def _versions(*versions: str) -> WithJsonSchema:
    return WithJsonSchema({"enum": [*versions, *map(float, versions)]})


def _label_name(value: str) -> str:
    if not _LABEL_NAME.fullmatch(value):
        raise wrong(
            f'"{value[:70]}" is not a label name: use letters, digits and "_", and begin with none of the digits'
        )
    return value


DURATION_SCHEMA: Final = {
    "type": "string",
    "pattern": r"^(\d+(\.\d+)?(us|ms|s|m|h|d|w))+$",
    "examples": ["30s", "1m", "1h30m"],
    "description": "A number and a unit: ms s m h d w.",
}
_SIZE_SCHEMA: Final = {
    "type": "string",
    "pattern": r"^\d+(\.\d+)?\s*([kKmMgG]i?)?[bB]$",
    "examples": ["64KiB", "4MiB"],
    "description": "A number and a unit: B KB MB GB KiB MiB GiB.",
}
_SCALARS: Final = ("string", "number", "boolean")
_SCALAR_SCHEMA: Final = {"type": list(_SCALARS)}
_SECRET_SCHEMA: Final = {"type": "string", "pattern": r"\$\{(env:[A-Za-z_]|file:.)", "examples": ["${env:NAME}"]}
_HTTP: Final = "[hH][tT][tT][pP][sS]?://"
_NO_REFERENCE: Final = {"not": {"pattern": r"(^|[^$])\$\{"}}


def _named(pattern: str) -> dict[str, object]:
    return {"type": "string", "pattern": f"^{pattern}$"}


Duration: TypeAlias = Annotated[int, BeforeValidator(quantity(parse_duration, "30s")), WithJsonSchema(DURATION_SCHEMA)]
"""Microseconds, from text such as `30s`."""

Age: TypeAlias = Annotated[
    int | Literal["forever"],
    BeforeValidator(_age),
    WithJsonSchema({"anyOf": [{"const": "forever"}, DURATION_SCHEMA]}),
]
"""Microseconds, or for ever."""

Size: TypeAlias = Annotated[int, BeforeValidator(quantity(parse_size, "64KiB")), WithJsonSchema(_SIZE_SCHEMA)]
"""Bytes, from text such as `64KiB`."""

Plain: TypeAlias = Annotated[
    str,
    BeforeValidator(plain_text),
    StringConstraints(min_length=1, max_length=200),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": 200, **_NO_REFERENCE}),
]
"""Short text that is shown to people."""

Text: TypeAlias = Annotated[str, BeforeValidator(_scalar_text), WithJsonSchema(_SCALAR_SCHEMA)]
"""Text in which references are filled in; numbers and truth values are taken as written."""

Secret: TypeAlias = Annotated[str, BeforeValidator(_scalar_text), WithJsonSchema(_SECRET_SCHEMA)]
"""Text that must not stand in the file itself; that it doesn't is looked at where it is used."""

Values: TypeAlias = Annotated[
    tuple[str, ...],
    BeforeValidator(texts),
    WithJsonSchema({"type": [*_SCALARS, "array"], "items": _SCALAR_SCHEMA}),
]
"""One text or several, for a name that may be repeated."""

ProxyField: TypeAlias = Annotated[
    str,
    WithJsonSchema({
        "type": "string",
        "pattern": rf"^(none$|{_HTTP}|\$\{{)",
        "examples": ["http://proxy.example.com:3128", "none"],
    }),
]  # fmt: skip
"""The URL of an HTTP proxy; what of it must not stand in the file is looked at where it is used."""

Contact: TypeAlias = Annotated[
    str,
    BeforeValidator(plain_text),
    StringConstraints(max_length=200),
    WithJsonSchema({"type": "string", "pattern": f"^{_HTTP}", "maxLength": 200, **_NO_REFERENCE}),
]
"""A URL that is shown to everybody who is asked."""

LabelValue: TypeAlias = Annotated[
    str, BeforeValidator(_scalar_text), BeforeValidator(plain_text), StringConstraints(max_length=200),
    WithJsonSchema({**_SCALAR_SCHEMA, "maxLength": 200, **_NO_REFERENCE}),
]  # fmt: skip
LabelName: TypeAlias = Annotated[str, BeforeValidator(_label_name), WithJsonSchema(_named(_LABEL_NAME.pattern))]
HeaderName: TypeAlias = Annotated[str, BeforeValidator(_header_name), WithJsonSchema(_named(_HEADER_NAME.pattern))]
Slug: TypeAlias = Annotated[str, BeforeValidator(check_slug), WithJsonSchema(_named(SLUG))]
HttpVersion: TypeAlias = Annotated[str, BeforeValidator(_one_of("1.1", "2")), _versions("1.1", "2")]
MinTls: TypeAlias = Annotated[TlsVersion, BeforeValidator(_one_of(*TlsVersion)), _versions(*map(str, TlsVersion))]
Retries: TypeAlias = Annotated[int, Field(ge=0, le=10, strict=True)]
Row: TypeAlias = Annotated[int, Field(ge=1, le=100, strict=True)]
Hops: TypeAlias = Annotated[int, Field(ge=0, le=10, strict=True)]


class FileSchema(GenerateJsonSchema):
    """JSON Schema as the loader reads the file: a key that is left out is not an empty one, and names have a form."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        """`None` stands for a key that is absent; `null` in the file is a mistake."""
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """Only a default that can be written as it stands; the others are told in descriptions."""
        made = super().default_schema(schema)
        if not isinstance(made.get("default"), str):
            made.pop("default", None)
        return made

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        """pydantic would let a key through that breaks the pattern of its keys."""
        made: JsonSchemaValue = {"type": "object"}
        if "values_schema" in schema:
            made["additionalProperties"] = self.generate_inner(schema["values_schema"])
        if "keys_schema" in schema:
            made["propertyNames"] = self.generate_inner(schema["keys_schema"])
        if "min_length" in schema:
            made["minProperties"] = schema["min_length"]
        return made

    def field_title_should_be_set(self, schema: object) -> bool:  # noqa: ARG002  # pydantic's signature
        """Never: the key says it."""
        return False
