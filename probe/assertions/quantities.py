"""Durations and sizes: integers that are written with a unit."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from probe.assertions.kind import ORDERINGS, Kind, comparison
from probe.model.check import JsonScalar, Operator
from probe.model.units import DAY, HOUR, SECOND, Micros, format_duration, parse_duration, parse_size

LONGEST: Final[Micros] = 36_500 * DAY
LARGEST: Final = 2**50
_NUMBER: Final = re.compile(r"\d+(\.\d+)?", re.ASCII)
_SIZES: Final = (
    ("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10), ("GB", 10**9), ("MB", 10**6), ("KB", 10**3), ("B", 1),
)  # fmt: skip


def write_size(size: int) -> str:
    """The shortest exact form that `parse_size` reads back: `65536` as `64KiB`."""
    forms = (f"{size // unit}{name}" for name, unit in _SIZES if size % unit == 0)
    return min(forms, key=len) if size else "0B"


def _accept(
    parse: Callable[[str], int], units: tuple[str, str], limit: int, shown: str
) -> Callable[[Operator, JsonScalar], int]:
    def accept(_: Operator, value: JsonScalar) -> int:
        text = str(value)
        if _NUMBER.fullmatch(text):
            raise ValueError(f"{text[:40]} has no unit; write `{text[:40]}{units[0]}` or `{text[:40]}{units[1]}`")
        quantity = parse(text)
        if quantity > limit:
            raise ValueError(f'"{text[:40]}" is too much; write at most {shown}')
        return quantity

    return accept


def _write(form: Callable[[int], str]) -> Callable[[Operator, JsonScalar], str]:
    return lambda _, value: form(int(value or 0))


def _show_duration(found: Micros) -> str:
    """Exact where a person compares it with milliseconds, to the second where with days."""
    return format_duration(found // SECOND * SECOND if abs(found) >= HOUR else found)


DURATION: Final[Kind[int]] = Kind(
    operators=ORDERINGS,
    example="500ms",
    bare=str,
    accept=_accept(parse_duration, ("ms", "s"), LONGEST, "36500d"),
    write=_write(format_duration),
    predicate=comparison,
    show=_show_duration,
    schema={"type": "string", "examples": ["500ms", "2s", "14d"]},
)
REMAINDER: Final[Kind[int]] = replace(
    DURATION,
    example="14d",
    accept=_accept(parse_duration, ("d", "h"), LONGEST, "36500d"),
    schema={"type": "string", "examples": ["14d", "36h"]},
)
"""A duration that is counted in days."""

SIZE: Final[Kind[int]] = Kind(
    operators=(Operator.EQUAL, Operator.NOT_EQUAL, *ORDERINGS),
    example="64KiB",
    bare=str,
    accept=_accept(parse_size, ("B", "KiB"), LARGEST, "1048576GiB"),
    write=_write(write_size),
    predicate=comparison,
    show=write_size,
    schema={"type": "string", "examples": ["200B", "64KiB", "1.5MB"]},
)
