"""A prober that answers what it is told."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from probe.model.check import Check
from probe.model.sample import Failure, FailureKind, Sample

OK = Sample(started_at=0, latency_us=1_000, http_status=200)
BROKEN = Sample(started_at=0, latency_us=1_000, http_status=500)
REFUSED = Sample(
    started_at=0, latency_us=10, failure=Failure(kind=FailureKind.REFUSED, detail="the connection was refused")
)


class FakeProber:
    """Gives the samples in turn, the last one for ever; an exception among them is raised.

    Attributes:
        measured: the checks, in the order in which they were measured.
        hold: when set, attempts wait for it.
    """

    def __init__(self, samples: Iterable[Sample | Exception] = (OK,)) -> None:
        self._samples = list(samples)
        self.measured: list[Check] = []
        self.hold: asyncio.Event | None = None

    async def measure(self, check: Check) -> Sample:
        self.measured.append(check)
        if self.hold:
            await self.hold.wait()
        sample = self._samples.pop(0) if len(self._samples) > 1 else self._samples[0]
        if isinstance(sample, Exception):
            raise sample
        return sample
