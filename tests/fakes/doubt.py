"""No doubt at all."""

from __future__ import annotations

from probe.model.check import Check
from probe.model.sample import Sample


class NoDoubt:
    """Takes every sample as it is."""

    def mark(self) -> float:
        return 0.0

    def of_ourselves(self, sample: Sample, *, since: float) -> Sample:
        return sample

    async def of_our_network(self, check: Check, sample: Sample, *, within: float) -> Sample:
        return sample
