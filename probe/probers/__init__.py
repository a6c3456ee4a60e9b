"""The only place that talks to targets."""

from __future__ import annotations

from typing import Protocol

from probe.model.check import Check
from probe.model.sample import Sample


class Prober(Protocol):
    """Measures one kind of check."""

    async def measure(self, check: Check) -> Sample:
        """One attempt, inside the check's time-out. A target's failure is in the sample, never raised."""
        ...
