"""Checks measured once, outside of any schedule."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from probe.model.check import Check
from probe.model.result import Result
from probe.probers.http import HttpProber
from probe.probers.transport import ProbeTransport
from probe.runtime.clock import SystemClock
from probe.runtime.cycle import Cycle

MOST_AT_ONCE = 50
"""Few enough not to disturb each other's timings much."""


async def measure_once(checks: Sequence[Check], *, location: str) -> list[Result]:
    """Each check's result, fast retries included, in the order given. Nothing is stored."""
    clock = SystemClock()
    prober = HttpProber(ProbeTransport(), clock.now)
    cycle = Cycle(
        clock,
        prober,
        location=location,
        deliver=lambda _result, _has_changed: None,
        missed=lambda _gap: None,
        most_at_once=MOST_AT_ONCE,
    )
    gate = asyncio.Semaphore(MOST_AT_ONCE)

    async def measure(check: Check) -> Result:
        async with gate:
            return await cycle.once(check)

    try:
        return list(await asyncio.gather(*map(measure, checks)))
    finally:
        await prober.aclose()
