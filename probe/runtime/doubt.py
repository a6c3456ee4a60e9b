"""Doubts about an attempt: whether it was the prober, and not the target, that failed."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, Protocol

from probe.model.check import Check
from probe.model.sample import Failure, FailureKind, Sample
from probe.runtime.clock import Clock
from probe.runtime.control import ControlTargets
from probe.runtime.lag import LAG_LIMIT, LagMeter, spoken
from probe.runtime.reach import SUSPECT, Reach

_TO_BLAME: Final = {
    Reach.NONE: "no control target could be reached either, so probe's own network is to blame",
    Reach.NO_NAMES: "no control target's name could be resolved either, so probe's own name servers are to blame",
}


class Doubt(Protocol):
    """Turns a sample that the prober itself has spoilt into a fault of the prober: unknown, never down, never up."""

    def mark(self) -> float:
        """What to remember when an attempt begins."""
        ...

    def of_ourselves(self, sample: Sample, *, since: float) -> Sample:
        """The sample of an attempt that has just ended, if the prober worked all the time since its mark."""
        ...

    async def of_our_network(self, check: Check, sample: Sample, *, within: float) -> Sample:
        """The sample that would decide a slot, if the prober's own network works; asked for so many seconds at most."""
        ...


class SelfDoubt:
    """Asks the lag of the event loop, and the control targets."""

    def __init__(self, clock: Clock, lag: LagMeter, control: ControlTargets) -> None:
        self._clock = clock
        self._lag = lag
        self._control = control

    def mark(self) -> float:
        return self._clock.monotonic()

    def of_ourselves(self, sample: Sample, *, since: float) -> Sample:
        stood_still = self._lag.stood_still(since)
        if stood_still < LAG_LIMIT:
            return sample
        return _blamed_on_us(sample, f"probe itself stood still for {spoken(stood_still)} during the attempt")

    async def of_our_network(self, check: Check, sample: Sample, *, within: float) -> Sample:
        failure = sample.failure
        if failure is None or failure.kind not in SUSPECT or check.request.connection.unix_socket:
            return sample
        reach = await self._control.reach(of_names=_is_of_names(sample), within=within)
        return sample if reach is Reach.FINE else _blamed_on_us(sample, f"{failure.detail}; {_TO_BLAME[reach]}")


def _is_of_names(sample: Sample) -> bool:
    """Whether there was no address to connect to."""
    if sample.failure and sample.failure.kind is FailureKind.DNS:
        return True
    return sample.phases.dns is not None and sample.phases.connect is None


def _blamed_on_us(sample: Sample, detail: str) -> Sample:
    return replace(sample, failure=Failure(kind=FailureKind.PROBER_FAULT, detail=detail))
