"""How long what was measured took to answer, of one check or of several together."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from probe.model.units import Micros
from probe.slo.counting import GOOD
from probe.slo.histogram import Distribution
from probe.slo.level import Level
from probe.slo.percentiles import Latency, Responses

_TOLERATED = 4
"""A user tolerates four times the latency that satisfies one (Apdex)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Answers:
    """The latencies of a period.

    Attributes:
        good: of responses, but for those of results that are down.
        down: of responses of results that are down.
        exact: every latency itself, in no order; `None` where only distributions are left.
        has_good: whether any result is up or degraded, with a latency or without.
    """

    good: Distribution
    down: Distribution
    exact: array[int] | None
    has_good: bool

    @classmethod
    def of(cls, level: Level) -> Answers:
        """Those of one check."""
        return cls(
            good=Distribution.of([level.latency]),
            down=Distribution.of([level.latency_down]),
            exact=level.exact,
            has_good=any(run.state in GOOD for run in level.runs),
        )

    @classmethod
    def sum(cls, parts: Sequence[Answers]) -> Answers:
        """Those of several checks as one."""
        return cls(
            good=Distribution.sum(part.good for part in parts),
            down=Distribution.sum(part.down for part in parts),
            exact=_chained([part.exact for part in parts]),
            has_good=any(part.has_good for part in parts),
        )

    @property
    def responses(self) -> Responses | None:
        """Of every response; `None` where there was none."""
        every = Distribution.sum([self.good, self.down]) if self.down.count else self.good
        found = Latency.of(self.exact) if self.exact is not None else Latency.of_histogram(every)
        if found is None:
            return None
        return Responses(latency=found, mean=Fraction(every.total, every.count), is_exact=self.exact is not None)

    def share_below(self, limit: Micros, *, bad: int) -> Fraction | None:
        """The share of measured results that are not down, and took less than a limit; `bad` of them are down."""
        return self._share(self.good.below(limit), bad)

    def apdex(self, limit: Micros, *, bad: int) -> Fraction | None:
        """`(satisfied + tolerating / 2) / all`: up to the limit, and up to four times that; what failed is frustrated."""
        within = self.good.at_most(limit) + self.good.at_most(_TOLERATED * limit)
        return self._share(Fraction(within, 2), bad)

    def _share(self, part: Fraction | int, bad: int) -> Fraction | None:
        """Of all measured results; `None` where those that are not down have no latency."""
        if not self.good.count and (not bad or self.has_good):
            return None
        return Fraction(part) / (self.good.count + bad)


def _chained(parts: Sequence[array[int] | None]) -> array[int] | None:
    found = array("q")
    for part in parts:
        if part is None:
            return None
        found += part
    return found
