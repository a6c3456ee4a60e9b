"""What availability and latency of a check rest on, over any range: its slots, and how long its responses took."""

from __future__ import annotations

from array import array
from dataclasses import dataclass

from probe.model.run import Runs
from probe.slo import histogram
from probe.slo.histogram import Histogram


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One check's, at one location.

    Attributes:
        runs: ascending; not joined where one of them goes on in the next.
        latency: of responses, but for those of results that are down.
        latency_down: of responses of results that are down.
        exact: the latency of every response itself, in no order; `None` where only histograms are left.
    """

    runs: Runs = ()
    latency: Histogram = histogram.EMPTY
    latency_down: Histogram = histogram.EMPTY
    exact: array[int] | None = None

    @property
    def responses(self) -> Histogram:
        """The latency of every response."""
        return histogram.together((self.latency, self.latency_down))
