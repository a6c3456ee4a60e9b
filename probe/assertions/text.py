"""Text: header values and bodies."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Final

from probe.assertions.kind import Kind, Predicate, as_tuple, comparison
from probe.assertions.patterns import compile_pattern
from probe.model.check import ExpectedValue, JsonScalar, Operator

_BARE: Final = re.compile(r"[A-Za-z0-9_./+:@%-]+", re.ASCII)
_MAY_BE_EMPTY: Final = (Operator.EQUAL, Operator.NOT_EQUAL, Operator.IN, Operator.NOT_IN)


def quoted(text: str) -> str:
    """In quotation marks, on one line, as JSON writes it."""
    return json.dumps(text, ensure_ascii=False)


def text_test(operator: Operator, expected: str) -> Predicate[str]:
    """The test for the operators that only text has."""
    tests: dict[Operator, Callable[[], Predicate[str]]] = {
        Operator.CONTAINS: lambda: lambda found: expected in found,
        Operator.STARTS_WITH: lambda: lambda found: found.startswith(expected),
        Operator.ENDS_WITH: lambda: lambda found: found.endswith(expected),
        Operator.MATCHES: lambda: compile_pattern(expected),
    }
    return tests[operator]()


def check_text(operator: Operator, value: str) -> None:
    """Refuse a pattern that can't be compiled, and the empty text where it would say nothing.

    Raises:
        ValueError: saying what to write.
    """
    if not value and operator not in _MAY_BE_EMPTY:
        raise ValueError("the empty text is part of every text; write some text")
    if operator in (Operator.MATCHES, Operator.NOT_MATCHES):
        try:
            compile_pattern(value)
        except ValueError as error:
            raise ValueError(f"{quoted(value)} {error}") from None


def _accept(operator: Operator, value: JsonScalar) -> str:
    if isinstance(value, str):
        check_text(operator, value)
        return value
    raise ValueError(f"{json.dumps(value)} is not text; put it in quotation marks")


def _write(_: Operator, value: JsonScalar) -> str:
    text = str(value)
    return text if _BARE.fullmatch(text) else quoted(text)


def _predicate(operator: Operator, expected: ExpectedValue) -> Predicate[str]:
    if operator is Operator.EQUAL:
        return comparison(operator, expected)
    if operator is Operator.IN:
        return frozenset(as_tuple(expected)).__contains__
    return text_test(operator, str(expected))


TEXT: Final[Kind[str]] = Kind(
    operators=(
        Operator.CONTAINS,
        Operator.NOT_CONTAINS,
        Operator.EQUAL,
        Operator.NOT_EQUAL,
        Operator.STARTS_WITH,
        Operator.ENDS_WITH,
        Operator.MATCHES,
        Operator.NOT_MATCHES,
        Operator.IN,
        Operator.NOT_IN,
    ),
    example='"some text"',
    bare=str,
    accept=_accept,
    write=_write,
    predicate=_predicate,
    show=quoted,
    schema={"type": "string"},
)
