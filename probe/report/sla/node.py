"""A value inside a document that anybody may have written, and the way to it: whatever is asked of it is checked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Final, TypeVar

from probe.model.fields import LARGEST, shown
from probe.model.ndjson import Json
from probe.model.units import Micros, from_iso, parse_duration, parse_percentage

LONGEST_TEXT: Final = 10_000
IDS: Final = ("check", "api", "objective", "start")
"""By these the objects of a list are told apart."""

_Kind = TypeVar("_Kind", bound=StrEnum)
_Read = TypeVar("_Read")


class Malformed(ValueError):
    """A document isn't what it should be; the message says what is wrong, and where."""


@dataclass(frozen=True, slots=True)
class Node:
    """A value and its path. Every method raises `Malformed`, with the path, for what isn't as it must be."""

    value: Json
    path: str = ""

    def inner(self, name: str) -> Node:
        """An object in this one."""
        found = self._member(name)
        if not isinstance(found.value, dict):
            raise found.wrong("an object")
        return found

    def names(self) -> tuple[str, ...]:
        """What the object has."""
        return tuple(self._object())

    def each(self, name: str) -> Iterator[Node]:
        """The objects of a list; no two of them have one id."""
        found = self._member(name)
        if not isinstance(found.value, list):
            raise found.wrong("a list")
        paths = set[str]()
        for number, value in enumerate(found.value):
            path = item_path(found.path, number, value)
            if path in paths:
                raise Malformed(f"{path} is there twice")
            paths.add(path)
            if not isinstance(value, dict):
                raise Node(value, path).wrong("an object")
            yield Node(value, path)

    def is_null(self, name: str) -> bool:
        """Whether there is no such value."""
        return self._member(name).value is None

    def text(self, name: str) -> str:
        """A text."""
        found = self._member(name)
        if not isinstance(found.value, str) or len(found.value) > LONGEST_TEXT:
            raise found.wrong(f"a text of up to {LONGEST_TEXT:,} characters")
        return found.value

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts."""
        found = self._member(name)
        if not isinstance(found.value, list):
            raise found.wrong("a list of texts")
        return tuple(Node({"": value}, f"{found.path}[{number}]").text("") for number, value in enumerate(found.value))

    def number(self, name: str) -> float | None:
        """A number; `None` where it is null."""
        found, value = self._member(name), self._member(name).value
        if value is None:
            return None
        if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= LARGEST:
            return value
        raise found.wrong("a number or null")

    def truth(self, name: str) -> bool | None:
        """True or false; `None` where it is null."""
        found = self._member(name)
        if found.value is None or isinstance(found.value, bool):
            return found.value
        raise found.wrong("true, false or null")

    def whole(self, name: str, *, least: int = 0) -> int:
        """A whole number."""
        found = self._member(name)
        if type(found.value) is int and least <= found.value <= LARGEST:
            return found.value
        raise found.wrong(f"a whole number of at least {least}")

    def choice(self, name: str, kind: type[_Kind]) -> _Kind:
        """One of the words of an enumeration."""
        found = self._member(name)
        with suppress(ValueError):
            if isinstance(found.value, str):
                return kind(found.value)
        raise found.wrong(f"one of {', '.join(kind)}")

    def moment(self, name: str) -> Micros:
        """A moment from 1970 on."""
        at = self._read(name, from_iso)
        if at < 0:
            raise self._member(name).wrong("a moment from 1970 on")
        return at

    def duration(self, name: str, *, least: Micros, most: Micros) -> Micros:
        """A duration such as `5m`."""
        length = self._read(name, parse_duration)
        if not least <= length <= most:
            raise self._member(name).wrong("a duration that can be meant")
        return length

    def percentage(self, name: str) -> Fraction:
        """A percentage such as `99.9%`."""
        return self._read(name, parse_percentage)

    def _read(self, name: str, parse: Callable[[str], _Read]) -> _Read:
        try:
            return parse(self.text(name))
        except ValueError as error:
            place = self._member(name).path
            raise Malformed(str(error) if str(error).startswith(place) else f"{place}: {error}") from None

    def _member(self, name: str) -> Node:
        path = f"{self.path}.{name}".strip(".")
        if name not in self._object():
            raise Malformed(f"{path} is missing")
        return Node(self._object()[name], path)

    def _object(self) -> dict[str, Json]:
        if not isinstance(self.value, dict):
            raise self.wrong("an object")
        return self.value

    def wrong(self, what: str) -> Malformed:
        """What to raise where it isn't that."""
        return Malformed(f"{self.path or 'it'} must be {what}; it is {shown(self.value)}")


def item_path(path: str, number: int, value: Json) -> str:
    """Of an object in a list, by what it is called, where it has an id; else by its number."""
    if isinstance(value, dict):
        for name in IDS:
            if isinstance(called := value.get(name), str):
                return f"{path}[{called[:LONGEST_TEXT]}]"
    return f"{path}[{number}]"
