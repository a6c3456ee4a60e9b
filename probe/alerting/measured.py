"""A metric's values in a window, one by one or counted: what every statistic comes to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Protocol, TypeAlias

Number: TypeAlias = Fraction | int


class Values(Protocol):
    """A metric's values in a window, however they are kept. All but the first two are asked only of some that there are."""

    @property
    def values(self) -> int:
        """How many there are."""
        ...

    @property
    def of(self) -> int:
        """Of how many results."""
        ...

    def count(self) -> Number:
        """How many there are of what is meant: of a metric of 0 and 1 the ones."""
        ...

    def rate(self) -> Number:
        """The same as a share of the results."""
        ...

    def total(self) -> Number:
        """Their sum."""
        ...

    def average(self) -> Number:
        """Their mean, exact."""
        ...

    def least(self) -> Number:
        """The smallest."""
        ...

    def greatest(self) -> Number:
        """The largest."""
        ...

    def last(self) -> Number:
        """The newest."""
        ...

    def percentile(self, quantile: Fraction) -> Number:
        """By nearest rank: the smallest that at least such a share of them do not exceed."""
        ...

    def has(self, value: Number) -> bool:
        """Whether any is just that."""
        ...


@dataclass(frozen=True, eq=False)
class Listed:
    """Values one by one, in the order of their slots; `of` so many results."""

    listed: Sequence[int]
    of: int

    @property
    def values(self) -> int:
        """All of them."""
        return len(self.listed)

    def count(self) -> Number:
        """All of them."""
        return len(self.listed)

    def rate(self) -> Number:
        """The share of results that have one."""
        return Fraction(len(self.listed), self.of)

    def total(self) -> Number:
        """Exact."""
        return sum(self.listed)

    def average(self) -> Number:
        """Exact."""
        return Fraction(sum(self.listed), len(self.listed))

    def least(self) -> Number:
        """The smallest."""
        return min(self.listed)

    def greatest(self) -> Number:
        """The largest."""
        return max(self.listed)

    def last(self) -> Number:
        """The newest."""
        return self.listed[-1]

    def percentile(self, quantile: Fraction) -> Number:
        """Exact."""
        return self._ordered[rank(quantile, len(self.listed)) - 1]

    def has(self, value: Number) -> bool:
        """Exact."""
        return value in self.listed

    @cached_property
    def _ordered(self) -> list[int]:
        return sorted(self.listed)


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """So many `ones` among `of` values that are 0 or 1; `newest` is the last of them, where that is known."""

    ones: int
    of: int
    newest: int = 0

    @property
    def values(self) -> int:
        """Zeros and ones."""
        return self.of

    def count(self) -> Number:
        """The ones."""
        return self.ones

    def rate(self) -> Number:
        """Their share."""
        return Fraction(self.ones, self.of)

    def total(self) -> Number:
        """The ones."""
        return self.ones

    def average(self) -> Number:
        """Their share."""
        return Fraction(self.ones, self.of)

    def least(self) -> Number:
        """1 where there are no zeros."""
        return int(self.ones == self.of)

    def greatest(self) -> Number:
        """0 where there are no ones."""
        return int(self.ones > 0)

    def last(self) -> Number:
        """The newest."""
        return self.newest

    def percentile(self, quantile: Fraction) -> Number:
        """0 while its rank is among the zeros."""
        return int(rank(quantile, self.of) > self.of - self.ones)

    def has(self, value: Number) -> bool:
        """Whether there is any one, or any zero."""
        return (value == 1 and self.ones > 0) or (value == 0 and self.ones < self.of)


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """What is worked out already: whatever is asked of so many values, it is this one."""

    value: Number
    values: int
    of: int

    def count(self) -> Number:
        """It."""
        return self.value

    rate = total = average = least = greatest = last = count

    def percentile(self, quantile: Fraction) -> Number:  # noqa: ARG002  # there is but one
        """It."""
        return self.value

    def has(self, value: Number) -> bool:
        """Whether it is that."""
        return self.value == value


def rank(quantile: Fraction, count: int) -> int:
    """Which of so many ascending values a quantile is, from 1: the nearest rank, `⌈quantile · count⌉`."""
    return max(1, -(-quantile.numerator * count // quantile.denominator))
