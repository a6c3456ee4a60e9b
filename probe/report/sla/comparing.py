"""Two reports, figure by figure."""

from __future__ import annotations

import math
from collections.abc import Iterator
from enum import StrEnum
from typing import Final, NamedTuple

from probe.model.ndjson import Json
from probe.report.sla.node import item_path

_NOISE: Final = 1e-12
"""What two machines may make of one division."""


class Missing(StrEnum):
    """What stands for a value that one of the two hasn't got."""

    MISSING = "nothing"


class Difference(NamedTuple):
    """A figure on which two reports don't agree."""

    path: str
    reported: Json
    recomputed: Json


def leaves(value: Json, path: str) -> Iterator[tuple[str, Json]]:
    """Every figure, and the way to it: objects of a list by their id, where they have one."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, f"{path}.{name}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from leaves(inner, item_path(path, number, inner))
    else:
        yield path, value


def differences(reported: Json, recomputed: Json, path: str) -> Iterator[Difference]:
    """Where they don't agree, in the order of the report; what it lacks comes last."""
    told, found = dict(leaves(reported, path)), dict(leaves(recomputed, path))
    for where in [*told, *(where for where in found if where not in told)]:
        one, other = told.get(where, Missing.MISSING), found.get(where, Missing.MISSING)
        if not _is_same(one, other):
            yield Difference(where, one, other)


def _is_same(one: Json, other: Json) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=_NOISE)
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return one == other
