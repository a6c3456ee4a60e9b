"""`status`: the HTTP status code, also by its class: `status == 2xx`."""

from __future__ import annotations

import re
from typing import Final

from probe.assertions.kind import LISTS, ORDERINGS, Kind, Predicate, as_tuple, comparison
from probe.assertions.reading import Reading
from probe.assertions.subject import Subject
from probe.assertions.unreadable import Unreadable
from probe.model.check import ExpectedValue, JsonScalar, Operator

_CODE: Final = re.compile(r"[1-9]\d\d", re.ASCII)
_CLASS: Final = re.compile(r"[1-5]xx", re.ASCII | re.IGNORECASE)


def _accept(operator: Operator, value: JsonScalar) -> JsonScalar:
    text = str(value)
    if _CODE.fullmatch(text):
        return int(text)
    if not _CLASS.fullmatch(text):
        raise ValueError(f'"{text[:40]}" is not a status; write three digits such as `200`, or a class such as `2xx`')
    if operator in ORDERINGS:
        raise ValueError(f'a class such as "{text}" has no order; write a number, such as `status < 400`')
    return text.lower()


def _codes(value: JsonScalar) -> range:
    """`2xx` as 200 to 299, `304` as itself."""
    if isinstance(value, str):
        first = int(value[0]) * 100
        return range(first, first + 100)
    code = int(value or 0)
    return range(code, code + 1)


def _predicate(operator: Operator, expected: ExpectedValue) -> Predicate[int]:
    if operator in ORDERINGS:
        return comparison(operator, expected)
    codes = frozenset(code for value in as_tuple(expected) for code in _codes(value))
    return codes.__contains__


def _read(reading: Reading) -> int:
    if reading.sample.http_status is None:
        raise Unreadable("no status")
    return reading.sample.http_status


STATUS: Final[Subject[int]] = Subject(
    name="status",
    about="the HTTP status code, or its class (2xx)",
    example="status == 200",
    kind=Kind(
        operators=(Operator.EQUAL, Operator.NOT_EQUAL, *ORDERINGS, *LISTS),
        example="200",
        bare=str,
        accept=_accept,
        write=lambda _, value: str(value),
        predicate=_predicate,
        show=str,
        schema={
            "anyOf": [
                {"type": "integer", "minimum": 100, "maximum": 999},
                {"type": "string", "pattern": "^([1-9][0-9]{2}|[1-5][xX]{2})$"},
            ]
        },
    ),
    reader=lambda _: _read,
)
