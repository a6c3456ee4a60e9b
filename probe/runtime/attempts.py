"""The attempts of one slot, each in its turn, until one settles it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from probe.assertions.conclusion import conclude
from probe.assertions.judge import Judge
from probe.model.check import Check
from probe.model.result import Result, State
from probe.model.sample import Sample
from probe.model.units import SECOND, Micros, format_duration
from probe.probers import Prober
from probe.runtime.clock import Clock
from probe.runtime.doubt import Doubt
from probe.runtime.quiet import quiet_for
from probe.runtime.turns import Turns

_SETTLED: Final = frozenset({State.UP, State.DEGRADED})


@dataclass(slots=True)
class Run:
    """A slot under way.

    Attributes:
        host: whose turn its attempts wait for.
        slot: when it was due; `None` is whenever it begins.
        latest: when the next attempt may begin at the latest; `None` for never too late.
        began: when the first attempt did.
        attempts: how many were made.
        sample: of the last one.
    """

    check: Check
    judge: Judge
    host: str
    slot: Micros | None
    latest: Micros | None
    began: Micros = 0
    attempts: int = 0
    sample: Sample | None = None


class Attempts:
    """Measures slots: the first attempt, and fast retries.

    Args:
        prober: measures.
        turns: says when an attempt may begin, so that waiting for it is lateness and never latency.
        doubt: takes a failure, or a success, for the prober's own fault.
    """

    def __init__(self, clock: Clock, prober: Prober, turns: Turns, doubt: Doubt, *, location: str) -> None:
        self._clock = clock
        self._prober = prober
        self._turns = turns
        self._doubt = doubt
        self._location = location

    async def settle(self, run: Run) -> Result | None:
        """The slot's result; none when its first turn came too late.

        1. Wait for a turn. 2. Measure. 3. Judge. 4. Unless that settles it, pause and begin again: as often as the
        check says, while a whole attempt fits into the interval, and if the target does not ask for a longer pause. 5. Ask
        whether the last failure was that of our own network; the ones before were confirmed or made good anyway.
        """
        result: Result | None = None
        while sample := await self._turns.take(run.host, partial(self._attempt, run)):
            result = self._conclude(run, sample)
            if result.state in _SETTLED:
                return result
            if not self._may_retry(run):
                break
            if (quiet := quiet_for(sample)) > run.check.confirm.after:
                return _without_retry(result, quiet)
            await asyncio.sleep(run.check.confirm.after / SECOND)
        return result and await self._reconsider(run, result)

    async def _attempt(self, run: Run) -> Sample | None:
        now = self._clock.now()
        if run.latest is not None and now > run.latest:
            return None
        if not run.attempts:
            run.began = now
            run.latest = now + run.check.interval - run.check.timeout
        run.attempts += 1
        mark = self._doubt.mark()
        sample = await self._prober.measure(run.check)
        run.sample = self._doubt.of_ourselves(sample, since=mark)
        return run.sample

    def _may_retry(self, run: Run) -> bool:
        if run.attempts > run.check.confirm.retries or run.latest is None:
            return False
        return self._clock.now() + run.check.confirm.after <= run.latest

    async def _reconsider(self, run: Run, result: Result) -> Result:
        if run.sample is None:
            return result
        ends_at = run.began + run.check.interval
        within = max(0, ends_at - self._clock.now()) / SECOND
        doubted = await self._doubt.of_our_network(run.check, run.sample, within=within)
        return result if doubted is run.sample else self._conclude(run, doubted)

    def _conclude(self, run: Run, sample: Sample) -> Result:
        slot = run.began if run.slot is None else run.slot
        return conclude(
            run.check,
            sample,
            run.judge(sample),
            location=self._location,
            scheduled_at=slot,
            lateness_us=max(0, run.began - slot),
            attempts=run.attempts,
        )


def _without_retry(result: Result, quiet: Micros) -> Result:
    asked = format_duration(max(SECOND, quiet // SECOND * SECOND))
    return replace(
        result, detail=f"{result.detail}; the target asked for quiet for {asked}, so there was no fast retry"
    )
