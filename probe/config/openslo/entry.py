"""OpenSLO's mappings, read so that nothing of them is lost unseen: what nobody asked for is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from probe.config.document import Document, Path, Value, WrittenFloat, WrittenInt
from probe.config.fields import found
from probe.model.errors import Problem


@dataclass(slots=True)
class Findings:
    """What there is to tell of a stream.

    Attributes:
        mistakes: it is not OpenSLO; nothing is taken over.
        refused: an objective that can't be taken over, and why.
        lost: what is left behind of an objective that is.
    """

    mistakes: list[Problem] = field(default_factory=list)
    refused: list[Problem] = field(default_factory=list)
    lost: list[Problem] = field(default_factory=list)


class Entry:
    """A mapping at a path of a document."""

    def __init__(self, document: Document, path: Path, value: dict[str, Value], findings: Findings) -> None:
        self._document = document
        self._path = path
        self._value = value
        self._findings = findings
        self._asked = set[str]()
        self._below = dict[Path, Entry]()

    def __contains__(self, key: str) -> bool:
        return key in self._value

    def blame(self, message: str, *path: str | int) -> None:
        """A mistake: it isn't OpenSLO."""
        self._findings.mistakes.append(self._problem(message, path))

    def refuse(self, message: str, *path: str | int) -> None:
        """An objective can't be taken over; nothing else of it need be told then."""
        self._findings.refused.append(self._problem(message, path))
        self._asked.update(self._value)

    def lose(self, message: str, *path: str | int) -> None:
        """Something is left behind."""
        self._findings.lost.append(self._problem(message, path))

    def lose_rest(self) -> None:
        """Tells everything of it that nobody asked for."""
        for key in self._value:
            if key not in self._asked:
                self.lose("is not taken over", key)
        for below in self._below.values():
            below.lose_rest()

    def know(self, *keys: str) -> None:
        """Says that keys mean nothing here, and needn't be told."""
        self._asked.update(keys)

    def text(self, key: str, *, required: bool = False) -> str | None:
        """Text; a number as it was written."""
        value = self._get(key, required=required)
        if isinstance(value, WrittenInt | WrittenFloat):
            return value.written
        if value is None or isinstance(value, str):
            return value
        self.blame(f"must be text; found {found(value)}", key)
        return None

    def number(self, key: str, *, required: bool = False) -> Fraction | None:
        """A number, exactly as it was written."""
        value = self._get(key, required=required)
        if isinstance(value, WrittenFloat):
            return Fraction(value.written)
        if isinstance(value, int) and not isinstance(value, bool):
            return Fraction(value)
        if value is not None:
            self.blame(f"must be a number; found {found(value)}", key)
        return None

    def flag(self, key: str) -> bool | None:
        """`true` or `false`."""
        value = self._get(key)
        if value is None or isinstance(value, bool):
            return value
        self.blame(f"must be true or false; found {found(value)}", key)
        return None

    def entry(self, key: str, *, required: bool = False) -> Entry | None:
        """A mapping."""
        value = self._get(key, required=required)
        if isinstance(value, dict):
            return self._child((key,), value)
        if value is not None:
            self.blame(f"must be a mapping; found {found(value)}", key)
        return None

    def entries(self, key: str, *, required: bool = False, name: str | None = None) -> list[Entry]:
        """A list of mappings. Text in it stands for a mapping with that `name` only, where there is such a form."""
        value = self._get(key, required=required)
        if value is None:
            return []
        if not isinstance(value, list):
            self.blame(f"must be a list; found {found(value)}", key)
            return []
        if required and not value:
            self.blame("is empty", key)
        made = list[Entry]()
        for index, item in enumerate(value):
            named: Value = {name: item} if name and isinstance(item, str) else item
            if isinstance(named, dict):
                made.append(self._child((key, index), named))
            else:
                self.blame(f"must be a mapping; found {found(item)}", key, index)
        return made

    def _get(self, key: str, *, required: bool = False) -> Value:
        self._asked.add(key)
        value = self._value.get(key)
        if value is None and key in self._value:
            self.blame("has no value; give it one, or remove the key", key)
        elif value is None and required:
            self.blame(f"{key} is missing")
        return value

    def _child(self, at: Path, value: dict[str, Value]) -> Entry:
        if at not in self._below:
            self._below[at] = Entry(self._document, (*self._path, *at), value, self._findings)
        return self._below[at]

    def _problem(self, message: str, path: Path) -> Problem:
        return self._document.problem((*self._path, *path), message)
