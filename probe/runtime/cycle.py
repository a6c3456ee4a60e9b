"""One slot from its start to its result: attempts, judgement, conclusion."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final, Protocol

import structlog

from probe.assertions.conclusion import conclude
from probe.assertions.judge import Judge, compile_expectations
from probe.model.check import Check
from probe.model.result import Result, State
from probe.model.sample import Failure, FailureKind, Sample
from probe.model.units import SECOND, Micros, format_duration
from probe.probers import Prober
from probe.runtime.clock import Clock
from probe.runtime.scheduler import GRACE, Gap

_SETTLED: Final = frozenset({State.UP, State.DEGRADED})
STANDSTILL: Final[Micros] = SECOND
"""By how much an attempt may outlast its deadline before that is taken for a stop of this process."""

_log = structlog.get_logger("probe.cycle")


class Observer(Protocol):
    """Sees every result as it comes: metrics, the log, a live display. Must be quick and must not raise."""

    def observe(self, check: Check, result: Result) -> None:
        """A slot has its result."""
        ...


class Cycle:
    """Runs slots, and hands each result on once.

    Args:
        prober: measures.
        deliver: takes each result, with whether the check's state changed.
        missed: takes slots that could not be begun in time.
        most_at_once: how many attempts may be open together; the rest wait, and are late or missed.
    """

    def __init__(
        self,
        clock: Clock,
        prober: Prober,
        *,
        location: str,
        deliver: Callable[[Result, bool], None],
        missed: Callable[[Gap], None],
        observers: Iterable[Observer] = (),
        most_at_once: int,
    ) -> None:
        self._clock = clock
        self._prober = prober
        self._location = location
        self._deliver = deliver
        self._missed = missed
        self._observers = tuple(observers)
        self._gate = asyncio.Semaphore(most_at_once)
        self._judges: dict[str, tuple[Check, Judge]] = {}
        self._states: dict[str, State] = {}
        self._running: set[asyncio.Task[None]] = set()

    @property
    def in_flight(self) -> int:
        """Slots that have begun and have no result yet."""
        return len(self._running)

    def retain(self, checks: Iterable[Check]) -> None:
        """Forget what is known of all other checks."""
        kept = {check.id for check in checks}
        self._judges = {key: judge for key, judge in self._judges.items() if key in kept}
        self._states = {key: state for key, state in self._states.items() if key in kept}

    def start(self, check: Check, slot: Micros) -> None:
        """Begin a slot; its result comes to `deliver` by itself."""
        task = asyncio.get_running_loop().create_task(self._run(check, slot))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def finish(self, *, within: float) -> None:
        """Let what is in flight come to its end, for so many seconds; the rest is recorded as interrupted."""
        if not self._running:
            return
        _, unfinished = await asyncio.wait(self._running, timeout=within)
        for task in unfinished:
            task.cancel()
        if unfinished:
            await asyncio.wait(unfinished, timeout=within)

    async def once(self, check: Check) -> Result:
        """Measure now, outside of any slot; nothing is delivered or observed."""
        return await self._measure(check, self._clock.now())

    async def _run(self, check: Check, slot: Micros) -> None:
        try:
            async with self._gate:
                if self._clock.now() - slot > max(GRACE, check.interval):
                    self._missed(Gap(check, slot, slot + 1, FailureKind.MISSED))
                    return
                result = await self._measure(check, slot)
        except asyncio.CancelledError:
            result = self._unmeasured(
                check, slot, FailureKind.INTERRUPTED, "probe was stopped before the check was done"
            )
        except Exception as error:  # noqa: BLE001  # a slot must end as a result, whatever is wrong with us
            _log.exception("a check could not be carried out", check=check.id)
            result = self._unmeasured(check, slot, FailureKind.PROBER_FAULT, f"probe failed: {type(error).__name__}")
        self._conclude(check, result)

    def _conclude(self, check: Check, result: Result) -> None:
        has_changed = self._states.get(check.id) is not result.state
        self._states[check.id] = result.state
        self._deliver(result, has_changed)
        for observer in self._observers:
            observer.observe(check, result)

    async def _measure(self, check: Check, slot: Micros) -> Result:
        """Attempts until one settles it, or the slot has no room for another."""
        judge = self._judge(check)
        lateness = max(0, self._clock.now() - slot)
        ends_at = slot + lateness + check.interval
        attempt = 0
        while True:
            attempt += 1
            sample = await self._attempt(check)
            result = conclude(
                check,
                sample,
                judge(sample),
                location=self._location,
                scheduled_at=slot,
                lateness_us=lateness,
                attempts=attempt,
            )
            if result.state in _SETTLED or attempt > check.confirm.retries:
                return result
            if self._clock.now() + check.confirm.after + check.timeout > ends_at:
                return result
            await asyncio.sleep(check.confirm.after / SECOND)

    async def _attempt(self, check: Check) -> Sample:
        """One attempt. A time-out while this process stood still is our fault: nobody knows what the target did."""
        wall, monotonic = self._clock.now(), self._clock.monotonic()
        sample = await self._prober.measure(check)
        took = max(self._clock.now() - wall, round((self._clock.monotonic() - monotonic) * SECOND))
        is_timeout = sample.failure is not None and sample.failure.kind is FailureKind.TIMEOUT
        if not is_timeout or took <= check.timeout + STANDSTILL:
            return sample
        detail = f"probe stood still for {format_duration(took - check.timeout)} during the attempt"
        return replace(sample, failure=Failure(kind=FailureKind.PROBER_FAULT, detail=detail))

    def _judge(self, check: Check) -> Judge:
        known = self._judges.get(check.id)
        if known is None or known[0] is not check:
            known = self._judges[check.id] = check, compile_expectations(check.expectations)
        return known[1]

    def _unmeasured(self, check: Check, slot: Micros, kind: FailureKind, detail: str) -> Result:
        sample = Sample(started_at=slot, latency_us=0, failure=Failure(kind=kind, detail=detail))
        outcomes = self._judge(check)(sample)
        return conclude(
            check,
            sample,
            outcomes,
            location=self._location,
            scheduled_at=slot,
            lateness_us=0,
            attempts=0,
        )
