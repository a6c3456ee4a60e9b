"""A disk that loses its power: what of the writes that it was given is there afterwards.

What was written before a file's last completed `fsync` is there. Of what came later each write is there or not, whole
or in sectors, in any order. Names are there in the order in which they were made, up to some moment after the last
`fsync` of their directory.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from random import Random
from typing import Final, TypeAlias

SECTOR: Final = 512


@dataclass(frozen=True, slots=True)
class Write:
    """Bytes that were written into a file."""

    file: int
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Truncate:
    """A file was cut off, or filled up with zeros, to a size."""

    file: int
    size: int


@dataclass(frozen=True, slots=True)
class Sync:
    """All that was written into a file until now is on the disk."""

    file: int


@dataclass(frozen=True, slots=True)
class Link:
    """A new file has a name, or a new directory, which has no number."""

    path: PurePath
    file: int | None


@dataclass(frozen=True, slots=True)
class Unlink:
    """A name is gone."""

    path: PurePath


@dataclass(frozen=True, slots=True)
class Rename:
    """What had one name has another one of the same directory, and what had that is gone."""

    old: PurePath
    path: PurePath


@dataclass(frozen=True, slots=True)
class SyncNames:
    """All names in a directory are on the disk as they are now."""

    directory: PurePath


@dataclass(frozen=True, slots=True)
class Said:
    """The process told something, on its standard output."""

    text: str


Content: TypeAlias = Write | Truncate | Sync
Naming: TypeAlias = Link | Unlink | Rename | SyncNames
Operation: TypeAlias = Content | Naming | Said


def said(history: Sequence[Operation]) -> list[str]:
    """What the process had told."""
    return [item.text for item in history if isinstance(item, Said)]


def after_the_cut(history: Sequence[Operation], random: Random) -> dict[PurePath, bytes]:
    """What files are on the disk if the power fails after these operations: one of many possibilities."""
    changes: dict[PurePath, list[Naming]] = defaultdict(list)
    for item in history:
        if isinstance(item, SyncNames):
            changes[item.directory].append(item)
        elif isinstance(item, Link | Unlink | Rename):
            changes[item.path.parent].append(item)
    names = {path: file for own in changes.values() for path, file in _names(own, random).items()}
    gone = {item.path for own in changes.values() for item in own if isinstance(item, Link)} - names.keys()
    return {
        path: _content(history, file, random)
        for path, file in names.items()
        if file is not None and gone.isdisjoint(path.parents)
    }


def _names(changes: Sequence[Naming], random: Random) -> dict[PurePath, int | None]:
    names: dict[PurePath, int | None] = {}
    for item in changes[: random.randint(_after_the_last(SyncNames, changes), len(changes))]:
        match item:
            case Link(path, file):
                names[path] = file
            case Unlink(path):
                names.pop(path, None)
            case Rename(old, path):
                names[path] = names.pop(old)
            case SyncNames():
                pass
    return names


def _content(history: Sequence[Operation], file: int, random: Random) -> bytes:
    own = [item for item in history if isinstance(item, Write | Truncate | Sync) and item.file == file]
    safe = _after_the_last(Sync, own)
    kept = bytearray()
    for item in own[:safe]:
        _apply(kept, item)
    for item in random.choice(_FATES)(own[safe:], random):
        _apply(kept, item)
    return bytes(kept)


def _after_the_last(kind: type[Sync | SyncNames], changes: Sequence[Content | Naming]) -> int:
    return max((number + 1 for number, item in enumerate(changes) if isinstance(item, kind)), default=0)


def _apply(content: bytearray, item: Content) -> None:
    match item:
        case Write(_, offset, data):
            content.extend(bytes(max(0, offset - len(content))))
            content[offset : offset + len(data)] = data
        case Truncate(_, size):
            content[size:] = bytes(max(0, size - len(content)))
        case Sync():
            pass


def _all(pending: Sequence[Content], _: Random) -> Iterator[Content]:
    yield from pending


def _none(pending: Sequence[Content], _: Random) -> Iterator[Content]:
    yield from pending[:0]


def _some(pending: Sequence[Content], random: Random) -> Iterator[Content]:
    """Any of them, the later without the earlier too."""
    yield from (item for item in pending if random.random() < 0.5)


def _sectors(pending: Sequence[Content], random: Random) -> Iterator[Content]:
    """Any sectors of any of them."""
    yield from (part for item in pending for part in _parts(item) if random.random() < 0.5)


def _torn(pending: Sequence[Content], random: Random) -> Iterator[Content]:
    """All up to some sector."""
    parts = [part for item in pending for part in _parts(item)]
    yield from parts[: random.randint(0, len(parts))]


_FATES: Final[tuple[Callable[[Sequence[Content], Random], Iterator[Content]], ...]] = (
    _all, _none, _some, _sectors, _torn,
)  # fmt: skip


def _parts(item: Content) -> Iterator[Content]:
    if not isinstance(item, Write):
        yield item
        return
    borders = range(item.offset // SECTOR * SECTOR, item.offset + len(item.data), SECTOR)
    for border in borders:
        start = max(border, item.offset)
        yield Write(item.file, start, item.data[start - item.offset : border + SECTOR - item.offset])
