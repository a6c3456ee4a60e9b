"""Checks measured once, outside of any schedule."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from probe.model.check import Check
from probe.model.result import Result
from probe.model.settings import Settings
from probe.probers.http import HttpProber
from probe.probers.transport import ProbeTransport, warm_up
from probe.runtime.clock import SystemClock
from probe.runtime.control import ControlTargets
from probe.runtime.cycle import Cycle
from probe.runtime.doubt import SelfDoubt
from probe.runtime.lag import LagMeter
from probe.runtime.turns import Turns

MOST_AT_ONCE = 50
"""Few enough not to disturb each other's timings much."""


async def measure_once(checks: Sequence[Check], settings: Settings) -> list[Result]:
    """Each check's result, fast retries included, in the order given. Nothing is stored."""
    clock = SystemClock()
    prober = HttpProber(ProbeTransport(), clock.now, contact=settings.contact)
    lag, control = LagMeter(clock), ControlTargets(clock, prober)
    cycle = Cycle(
        clock,
        prober,
        Turns(most=MOST_AT_ONCE, most_per_host=settings.max_per_host),
        SelfDoubt(clock, lag, control),
        location=settings.location,
        deliver=lambda _result, _has_changed: None,
        missed=lambda _gap: None,
    )
    await warm_up(check.request for check in checks)
    lag.start()
    control.replace(settings.control, settings.addresses)
    try:
        return list(await asyncio.gather(*map(cycle.once, checks)))
    finally:
        lag.stop()
        await control.stop()
        await prober.aclose()
