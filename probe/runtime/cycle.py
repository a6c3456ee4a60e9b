"""Slots from their start to their result: delivered, observed, or missed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import NamedTuple, Protocol

import structlog

from probe.assertions.conclusion import conclude
from probe.assertions.judge import Judge, compile_expectations
from probe.assertions.transcript import connection, told_tls, transcript
from probe.model.check import Check
from probe.model.result import Result, State, Transcript
from probe.model.sample import Failure, FailureKind, Sample
from probe.model.units import Micros
from probe.probers import Prober
from probe.probers.hops import host_of
from probe.runtime.attempts import Attempts, Run
from probe.runtime.clock import Clock
from probe.runtime.doubt import Doubt
from probe.runtime.novelty import Novelty
from probe.runtime.scheduler import GRACE, Gap
from probe.runtime.turns import Turns

_log = structlog.get_logger("probe.cycle")


class Observer(Protocol):
    """Sees every result as it comes: metrics, the log, a live display. Must be quick and must not raise."""

    def observe(self, check: Check, result: Result) -> None:
        """A slot has its result."""
        ...


class _Prepared(NamedTuple):
    """What a check's slots share."""

    check: Check
    judge: Judge
    host: str


class Cycle:
    """Runs slots, and hands each result on once.

    Args:
        prober: measures.
        turns: says when an attempt may begin; the rest wait, and are late or missed.
        doubt: tells the prober's own faults from the target's.
        deliver: takes each result, with whether the check's state changed.
        missed: takes slots that could not be begun in time.
    """

    def __init__(
        self,
        clock: Clock,
        prober: Prober,
        turns: Turns,
        doubt: Doubt,
        *,
        location: str,
        deliver: Callable[[Result, bool], None],
        missed: Callable[[Gap], None],
        observers: Iterable[Observer] = (),
    ) -> None:
        self._clock = clock
        self._turns = turns
        self._attempts = Attempts(clock, prober, turns, doubt, location=location)
        self._location = location
        self._deliver = deliver
        self._missed = missed
        self._observers = tuple(observers)
        self._prepared: dict[str, _Prepared] = {}
        self._states: dict[str, State] = {}
        self._novelty = Novelty()
        self._running: set[asyncio.Task[None]] = set()

    @property
    def in_flight(self) -> int:
        """Slots that have begun and have no result yet."""
        return len(self._running)

    def replace(self, checks: Iterable[Check], *, most_per_host: int) -> None:
        """Take over a limit, and forget what is known of all other checks."""
        kept = {check.id: host_of(check.request) for check in checks}
        self._prepared = {key: known for key, known in self._prepared.items() if key in kept}
        self._states = {key: state for key, state in self._states.items() if key in kept}
        self._novelty.retain(kept)
        self._turns.replace(most_per_host, kept.values())

    def prepare(self, check: Check) -> None:
        """Have ready what the check's slots need."""
        self._prepare(check)

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
        """Measure as soon as it is the check's turn, outside of any slot; nothing is delivered or observed.

        What is known of the connection comes along however it went.
        """
        _, judge, host = self._prepare(check)
        run = Run(check, judge, host, slot=None, latest=None)
        result = await self._attempts.settle(run)
        if result is None:
            raise AssertionError("what can't be too late is measured")
        return _with_facts(result, check, run.sample) if run.sample else result

    async def _run(self, check: Check, slot: Micros) -> None:
        try:
            _, judge, host = self._prepare(check)
            waits = self._turns.is_busy(host)
            latest = slot + max(GRACE, check.interval)
            result = await self._measured(Run(check, judge, host, slot=slot, latest=latest))
        except asyncio.CancelledError:
            result = self._unmeasured(
                check, slot, FailureKind.INTERRUPTED, "probe was stopped before the check was done"
            )
        except Exception as error:  # noqa: BLE001  # a slot must end as a result, whatever is wrong with us
            _log.exception("a check could not be carried out", check=check.id)
            result = self._unmeasured(check, slot, FailureKind.PROBER_FAULT, f"probe failed: {type(error).__name__}")
        if result:
            self._conclude(check, result)
        else:
            self._missed(Gap(check, slot, slot + 1, FailureKind.MISSED, waited_for_host=waits))

    async def _measured(self, run: Run) -> Result | None:
        """The run's result, with what went to and fro where that shows something new."""
        result = await self._attempts.settle(run)
        if result is None or run.sample is None or not self._novelty.is_in(result, self._clock.now()):
            return result
        return replace(result, transcript=transcript(run.check, run.sample))

    def _conclude(self, check: Check, result: Result) -> None:
        has_changed = self._states.get(check.id) is not result.state
        self._states[check.id] = result.state
        self._deliver(result, has_changed)
        for observer in self._observers:
            observer.observe(check, result)

    def _prepare(self, check: Check) -> _Prepared:
        known = self._prepared.get(check.id)
        if known is None or known.check is not check:
            judge = compile_expectations(check.expectations)
            known = self._prepared[check.id] = _Prepared(check, judge, host_of(check.request))
        return known

    def _unmeasured(self, check: Check, slot: Micros, kind: FailureKind, detail: str) -> Result:
        sample = Sample(started_at=slot, latency_us=0, failure=Failure(kind=kind, detail=detail))
        outcomes = self._prepare(check).judge(sample)
        return conclude(
            check,
            sample,
            outcomes,
            location=self._location,
            scheduled_at=slot,
            lateness_us=0,
            attempts=0,
        )


def _with_facts(result: Result, check: Check, sample: Sample) -> Result:
    has_failed = result.state in (State.DOWN, State.DEGRADED)
    return replace(
        result,
        tls=sample.tls and told_tls(sample.tls, check.redactor),
        transcript=transcript(check, sample) if has_failed else Transcript(connection=connection(check, sample)),
    )
