"""An object out of JSON that anybody may have written: each of its fields is asked for by what it must be."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import Final, Self, TypeVar

from probe.model.units import MILLISECOND, Micros, from_iso

LARGEST: Final = 2**63 - 1
"""What a column of 64 bits holds."""

LONGEST_DURATION: Final[Micros] = 2**50
"""35 years; as a number of milliseconds a longer one would not be exact."""

LONGEST_TEXT: Final = 65_536
LONGEST_WORD: Final = 2_000
_LONGEST_SHOWN: Final = 60
_UNFIT: Final = re.compile("[\0\ud800-\udfff]")
"""What no database takes: NUL, and halves of a character."""

_Kind = TypeVar("_Kind", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields, and the way to them for messages.

    A field that is absent is the same as one that is null. Every method raises `ValueError` for a value that isn't what
    the field must be, with a message that names the field and shows the value.
    """

    values: dict[str, object]
    path: str = ""

    @classmethod
    def of(cls, value: object, known: Collection[str], path: str = "") -> Self:
        """The fields of an object; those that are not known are refused, for they may be misspelt."""
        if not isinstance(value, dict):
            raise ValueError(f"{path or 'a result'} must be an object; it is {shown(value)}")  # noqa: TRY004  # it is data
        for name in value:
            if name not in known:
                near = get_close_matches(name[:_LONGEST_SHOWN], known, n=1)
                hint = f"did you mean {near[0]}?" if near else "leave it out"
                raise ValueError(f"{_joined(path, shown(name))} is no field of a result; {hint}")
        return cls(value, path)

    def text(self, name: str) -> str | None:
        """Any text, from a target perhaps."""
        value = self.values.get(name)
        if value is None or (isinstance(value, str) and len(value) <= LONGEST_TEXT):
            return value
        raise self._wrong(name, f"a text of up to {LONGEST_TEXT:,} characters")

    def word(self, name: str) -> str | None:
        """A short text that a database takes as it is."""
        value = self.values.get(name)
        if value is None or (isinstance(value, str) and len(value) <= LONGEST_WORD and not _UNFIT.search(value)):
            return value
        raise self._wrong(name, f"a text of up to {LONGEST_WORD:,} printable characters")

    def matching(self, name: str, pattern: re.Pattern[str], what: str, default: str | None = None) -> str:
        """A text of a form."""
        value = self.values.get(name)
        if value is None and default is not None:
            return default
        if isinstance(value, str) and pattern.fullmatch(value):
            return value
        raise self._wrong(name, what)

    def whole(self, name: str, most: int) -> int:
        """A whole number of at least 0, which it also is where it is absent."""
        return self.maybe_whole(name, most) or 0

    def maybe_whole(self, name: str, most: int) -> int | None:
        """A whole number of at least 0."""
        value = self.values.get(name)
        if value is None or (type(value) is int and 0 <= value <= most):
            return value
        raise self._wrong(name, f"a whole number from 0 to {most}")

    def duration(self, name: str) -> Micros | None:
        """A duration in milliseconds, as microseconds."""
        value = self.values.get(name)
        if value is None:
            return None
        # Neither NaN nor infinity is between the two.
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= _LONGEST_MS:
            return round(value * MILLISECOND)
        raise self._wrong(name, "a number of at least 0 (and at most 35 years)")

    def moment(self, name: str) -> Micros:
        """A moment from 1970 on."""
        value = self.values.get(name)
        if not isinstance(value, str):
            raise self._wrong(name, "a moment such as 2026-11-01T00:00:00Z")
        try:
            moment = from_iso(value)
        except ValueError as error:
            raise ValueError(f"{_joined(self.path, name)}: {error}") from None
        if moment < 0:
            raise self._wrong(name, "a moment from 1970 on")
        return moment

    def choice(self, name: str, kind: type[_Kind]) -> _Kind:
        """One of the words of an enumeration."""
        value = self.values.get(name)
        with suppress(ValueError):
            if isinstance(value, str):
                return kind(value)
        raise self._wrong(name, f"one of {', '.join(kind)}")

    def maybe_choice(self, name: str, kind: type[_Kind]) -> _Kind | None:
        """The same, where there may be none."""
        return None if self.values.get(name) is None else self.choice(name, kind)

    def inner(self, name: str, known: Collection[str]) -> Fields | None:
        """An object inside of this one."""
        value = self.values.get(name)
        return None if value is None else Fields.of(value, known, _joined(self.path, name))

    def each(self, name: str, known: Collection[str], most: int) -> Iterator[Fields]:
        """Every object of a list."""
        value = self.values.get(name)
        if value is None:
            return
        if not isinstance(value, list) or len(value) > most:
            raise self._wrong(name, f"a list of up to {most:,}")
        for number, item in enumerate(value):
            yield Fields.of(item, known, f"{_joined(self.path, name)}[{number}]")

    def _wrong(self, name: str, what: str) -> ValueError:
        place = _joined(self.path, name)
        if self.values.get(name) is None:
            return ValueError(f"{place} is missing; it must be {what}")
        return ValueError(f"{place} must be {what}; it is {shown(self.values[name])}")


_LONGEST_MS: Final = LONGEST_DURATION / MILLISECOND


def shown(value: object) -> str:
    """A value out of JSON in a message: short, whatever it is."""
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "an object"
    if isinstance(value, int) and abs(value) > LARGEST:
        return "a number that is too large"
    if isinstance(value, str) and len(value) > _LONGEST_SHOWN:
        return f'{json.dumps(value[:_LONGEST_SHOWN])[:-1]}…"'
    return json.dumps(value, default=lambda _: "something else")


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
