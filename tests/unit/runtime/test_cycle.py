from __future__ import annotations

import asyncio
from collections.abc import Iterable

from probe.config.expressions import parse_expectation
from probe.model.check import Check, Severity
from probe.model.result import Result, State
from probe.model.sample import Failure, FailureKind, Sample
from probe.model.units import MINUTE, SECOND
from probe.runtime.cycle import Cycle
from probe.runtime.scheduler import Gap
from tests.fakes.checks import make_check
from tests.fakes.clock import FakeClock
from tests.fakes.prober import BROKEN, OK, REFUSED, FakeProber

NOW = 1_795_000_000 * SECOND
EXPECTED = (parse_expectation("status == 200"), parse_expectation("latency < 500us", Severity.WARN))


class World:
    """A cycle with a prober that does as it is told, and what it handed on."""

    def __init__(self, samples: Iterable[Sample | Exception] = (OK,), *, most_at_once: int = 10) -> None:
        self.clock = FakeClock(NOW)
        self.prober = FakeProber(samples)
        self.delivered: list[tuple[Result, bool]] = []
        self.observed: list[Result] = []
        self.gaps: list[Gap] = []
        self.cycle = Cycle(
            self.clock,
            self.prober,
            location="default",
            deliver=lambda result, has_changed: self.delivered.append((result, has_changed)),
            missed=self.gaps.append,
            observers=(self,),
            most_at_once=most_at_once,
        )

    def observe(self, _: Check, result: Result) -> None:
        self.observed.append(result)

    async def run(self, check: Check, slot: int = NOW) -> Result:
        self.cycle.start(check, slot)
        await self.cycle.finish(within=1)
        return self.delivered[-1][0]


async def test_a_slot_becomes_one_result() -> None:
    world = World()
    result = await world.run(make_check(expectations=EXPECTED[:1]), NOW - 3_000)
    assert (result.state, result.scheduled_at, result.lateness_us, result.attempts) == (State.UP, NOW - 3_000, 3_000, 1)
    assert world.observed == [result]
    assert world.cycle.in_flight == 0


async def test_a_failure_counts_once_its_retries_failed_too() -> None:
    world = World([BROKEN])
    result = await world.run(make_check(expectations=EXPECTED[:1], retries=2))
    assert (result.state, result.failure, result.attempts) == (State.DOWN, FailureKind.ASSERTION, 3)
    assert len(world.delivered) == 1


async def test_a_retry_that_succeeds_makes_the_slot_up() -> None:
    result = await World([REFUSED, OK]).run(make_check(expectations=EXPECTED[:1], retries=2))
    assert (result.state, result.attempts) == (State.UP, 2)


async def test_degraded_is_settled_without_a_retry() -> None:
    result = await World().run(make_check(expectations=EXPECTED, retries=2))
    assert (result.state, result.attempts) == (State.DEGRADED, 1)


async def test_a_retry_that_no_longer_fits_the_slot_is_not_begun() -> None:
    check = make_check(expectations=EXPECTED[:1], interval=3 * SECOND, timeout=2 * SECOND, retries=5, after=1_500_000)
    result = await World([BROKEN]).run(check)
    assert result.attempts == 1


async def test_only_a_change_of_state_is_urgent() -> None:
    world = World([OK, OK, BROKEN, BROKEN, OK])
    for _ in range(5):
        await world.run(make_check(expectations=EXPECTED[:1]))
    assert [has_changed for _, has_changed in world.delivered] == [True, False, True, False, True]


async def test_a_fault_of_ours_is_unknown_never_down() -> None:
    result = await World([RuntimeError("a bug")]).run(make_check())
    assert (result.state, result.failure) == (State.UNKNOWN, FailureKind.PROBER_FAULT)
    assert result.detail == "probe failed: RuntimeError"


async def test_what_is_in_flight_at_the_end_is_recorded_as_interrupted() -> None:
    world = World()
    world.prober.hold = asyncio.Event()
    world.cycle.start(make_check(), NOW)
    await asyncio.sleep(0)
    await world.cycle.finish(within=0.01)
    ((result, _),) = world.delivered
    assert (result.state, result.failure) == (State.UNKNOWN, FailureKind.INTERRUPTED)


async def test_no_more_run_at_once_than_allowed_and_the_late_are_missed() -> None:
    world = World(most_at_once=1)
    world.prober.hold = asyncio.Event()
    first, second = make_check("shop/first", interval=MINUTE), make_check("shop/second", interval=MINUTE)
    world.cycle.start(first, NOW)
    world.cycle.start(second, NOW)
    await asyncio.sleep(0)
    assert [check.id for check in world.prober.measured] == ["shop/first"]
    world.clock.freeze(90)
    world.prober.hold.set()
    await world.cycle.finish(within=1)
    assert [result.check for result, _ in world.delivered] == ["shop/first"]
    assert [(gap.check.id, gap.reason) for gap in world.gaps] == [("shop/second", FailureKind.MISSED)]


async def test_a_secret_that_the_target_reflects_is_masked() -> None:
    sample = Sample(started_at=0, latency_us=1, http_status=200, body=b'{"you sent": "s3cret-token"}')
    check = make_check(expectations=(parse_expectation('json $["you sent"] == ok'),), secrets=("s3cret-token",))
    result = await World([sample]).run(check)
    assert result.state is State.DOWN
    assert "s3cret" not in repr(result)
    assert "***" in str(result.detail)


async def test_once_delivers_and_observes_nothing() -> None:
    world = World()
    result = await world.cycle.once(make_check())
    assert result.scheduled_at == NOW
    assert not world.delivered
    assert not world.observed


async def test_a_time_out_while_this_process_stood_still_is_not_blamed_on_the_target() -> None:
    timed_out = Sample(started_at=0, latency_us=0, failure=Failure(kind=FailureKind.TIMEOUT, detail="too late"))
    world = World([timed_out])
    world.prober.hold = asyncio.Event()
    world.cycle.start(make_check(timeout=2 * SECOND), NOW)
    await asyncio.sleep(0)
    world.clock.freeze(35)
    world.prober.hold.set()
    await world.cycle.finish(within=1)
    ((result, _),) = world.delivered
    assert (result.state, result.failure) == (State.UNKNOWN, FailureKind.PROBER_FAULT)
