"""What a check takes from itself, its API and the defaults: the nearest wins, sections key by key."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, TypeVar

from probe.config.document import Path
from probe.config.schema import Common
from probe.config.sections import Section

_T = TypeVar("_T")
_S = TypeVar("_S", bound=Section)


class Level(NamedTuple):
    """A section that a check takes values from, and where it stands: the check, its API, the defaults."""

    fields: Common
    path: Path


def nearest(levels: Iterable[Level], read: Callable[[Common], _T | None], default: _T) -> _T:
    """The value of the nearest level that has one."""
    return next((value for level in levels if (value := read(level.fields)) is not None), default)


def merged(levels: Sequence[Level], read: Callable[[Common], _S | None], empty: _S) -> _S:
    """A section with each of its keys from the nearest level that has it."""
    sections = [section for level in levels if (section := read(level.fields)) is not None]
    if len(sections) < 2:
        return sections[0] if sections else empty
    values = {key: getattr(section, key) for section in reversed(sections) for key in section.model_fields_set}
    return empty.model_copy(update={key: value for key, value in values.items() if value is not None})


def place(levels: Iterable[Level], *keys: str) -> Path:
    """Where a value stands: the first of the keys (`timeout`, `tls.key`) on the nearest level that has any."""
    return next((*level.path, *key.split(".")) for level in levels for key in keys if _has(level.fields, key))


def _has(fields: Common, key: str) -> bool:
    value: object = fields
    for part in key.split("."):
        value = getattr(value, part, None)
    return value is not None
