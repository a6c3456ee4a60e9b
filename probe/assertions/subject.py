"""What an expectation can look at, and how the look becomes a test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeAlias

from probe.assertions.kind import EXISTENCE, NEGATED, Kind, T
from probe.assertions.reading import Reading
from probe.assertions.unreadable import Missing, Unreadable
from probe.model.check import ExpectedValue, Operator

Test: TypeAlias = Callable[[Reading], str | None]
"""`None` when the expectation holds; else what was found instead, as long as that is. Raises nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operand:
    """Which one of a subject's things is meant: a header's name, a JSONPath, a phase.

    Attributes:
        field: its key in the object form.
        what: what it is called, such as `a header's name`.
        example: one as it is written.
        joint: what stands between the subject and it in a sentence.
        end: where it ends in the rest of a sentence.
        canonical: its one form; raises ValueError with what to write instead.
    """

    field: str
    what: str
    example: str
    joint: str = " "
    end: Callable[[str], int]
    canonical: Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject(Generic[T]):
    """One thing that an expectation can look at.

    Attributes:
        about: one sentence on it.
        example: a whole expectation of it.
        operand: what follows its name; `None` where there is only one of it.
        optional: whether it may be absent, so that `exists` makes sense.
        reader: from the operand to what reads the value; that may raise `Unreadable`.
    """

    name: str
    about: str
    example: str
    kind: Kind[T]
    operand: Operand | None = None
    optional: bool = False
    reader: Callable[[str], Callable[[Reading], T]]

    @property
    def operators(self) -> tuple[Operator, ...]:
        """The operators it takes."""
        return (*self.kind.operators, *(EXISTENCE if self.optional else ()))

    def validate(self, target: str) -> str:
        """The operand in its one form, empty where the subject has none.

        Raises:
            ValueError: the subject has no such thing; the message says what to write.
        """
        return self.operand.canonical(target) if self.operand else ""

    def test(self, target: str, operator: Operator, value: ExpectedValue) -> Test:
        """The test of an expectation whose parts were validated."""
        read = self.reader(target)
        if operator in EXISTENCE:
            return self._existence(read, wanted=operator is Operator.EXISTS)
        wanted = operator not in NEGATED
        holds = self.kind.predicate(NEGATED.get(operator, operator), value)
        show = self.kind.show

        def test(reading: Reading) -> str | None:
            try:
                found = read(reading)
                return None if holds(found) is wanted else show(found)
            except Unreadable as reason:
                return str(reason)

        return test

    def _existence(self, read: Callable[[Reading], T], *, wanted: bool) -> Test:
        def test(reading: Reading) -> str | None:
            try:
                found = read(reading)
            except Missing as reason:
                return str(reason) if wanted else None
            except Unreadable as reason:
                return str(reason)
            return None if wanted else self.kind.show(found)

        return test
