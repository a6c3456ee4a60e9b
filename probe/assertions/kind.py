"""A kind of value: how it is written, what it may be compared by, and how what was found is shown."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Generic, TypeAlias, TypeVar

from probe.model.check import ExpectedValue, JsonScalar, Operator

T = TypeVar("T")
Predicate: TypeAlias = Callable[[T], bool]

NEGATED: Final[Mapping[Operator, Operator]] = {
    Operator.NOT_EQUAL: Operator.EQUAL,
    Operator.NOT_IN: Operator.IN,
    Operator.NOT_CONTAINS: Operator.CONTAINS,
    Operator.NOT_MATCHES: Operator.MATCHES,
}
"""Each operator that holds exactly when another one does not; a kind answers only the other one."""

EXISTENCE: Final = (Operator.EXISTS, Operator.NOT_EXISTS)
LISTS: Final = (Operator.IN, Operator.NOT_IN)
ORDERINGS: Final = (Operator.LESS, Operator.AT_MOST, Operator.GREATER, Operator.AT_LEAST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind(Generic[T]):
    """A kind of value.

    Attributes:
        operators: those that make sense for it, existence aside.
        example: a value as it is written.
        bare: a word without quotation marks, as the value it means.
        accept: the value for an operator in the subject's unit; raises ValueError with what to write instead.
        write: an accepted value as it is written, so that `accept` reads it back.
        predicate: a test of what was found; may raise `Unreadable`. Never asked for an operator of `NEGATED`.
        show: what was found, for a person.
        schema: JSON Schema of one value in the object form.
    """

    operators: tuple[Operator, ...]
    example: str
    bare: Callable[[str], JsonScalar]
    accept: Callable[[Operator, JsonScalar], JsonScalar]
    write: Callable[[Operator, JsonScalar], str]
    predicate: Callable[[Operator, ExpectedValue], Predicate[T]]
    show: Callable[[T], str]
    schema: Mapping[str, object]


# `partial` puts the expected value first, so each comparison stands the other way round.
_SWAPPED: Final[Mapping[Operator, Callable[[Any, Any], bool]]] = {
    Operator.EQUAL: operator.eq,
    Operator.LESS: operator.gt,
    Operator.AT_MOST: operator.ge,
    Operator.GREATER: operator.lt,
    Operator.AT_LEAST: operator.le,
}


def comparison(by: Operator, expected: ExpectedValue) -> Predicate[T]:
    """`found == expected`, `found < expected` and so on, for values that Python compares as meant."""
    return partial(_SWAPPED[by], expected)


def as_tuple(expected: ExpectedValue) -> tuple[JsonScalar, ...]:
    """The values of a list, or the one value."""
    return expected if isinstance(expected, tuple) else (expected,)
