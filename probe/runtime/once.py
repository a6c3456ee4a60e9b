"""Checks measured once, outside of any schedule."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

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

MOST_AT_ONCE: Final = 50
"""Enough to wait for slow targets together."""

STAGGER: Final = 0.004
"""Seconds from one check's start to the next: what each costs probe itself must not stand in another's times."""


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

    async def in_turn(number: int, check: Check) -> Result:
        await asyncio.sleep(number * STAGGER)
        return await cycle.once(check)

    try:
        return list(await asyncio.gather(*(in_turn(*numbered) for numbered in enumerate(checks))))
    finally:
        lag.stop()
        await control.stop()
        await prober.aclose()
