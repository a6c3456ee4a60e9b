from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest

from probe.config.expressions import parse_expectation
from probe.model.check import Check, Severity
from probe.model.result import Result, State
from probe.model.sample import Failure, FailureKind, Sample
from probe.model.units import MINUTE, SECOND
from probe.runtime.cycle import Cycle
from probe.runtime.doubt import Doubt
from probe.runtime.scheduler import Gap
from probe.runtime.turns import Turns
from tests.fakes.checks import make_check
from tests.fakes.clock import FakeClock
from tests.fakes.doubt import NoDoubt
from tests.fakes.prober import BROKEN, OK, REFUSED, FakeProber

NOW = 1_795_000_000 * SECOND
EXPECTED = (parse_expectation("status == 200"), parse_expectation("latency < 500us", Severity.WARN))


class World:
    """A cycle with a prober that does as it is told, and what it handed on."""

    def __init__(
        self,
        samples: Iterable[Sample | Exception] = (OK,),
        *,
        most_at_once: int = 10,
        most_per_host: int = 10,
        doubt: Callable[[FakeClock], Doubt] = lambda _: NoDoubt(),
    ) -> None:
        self.clock = FakeClock(NOW)
        self.prober = FakeProber(samples)
        self.delivered: list[tuple[Result, bool]] = []
        self.observed: list[Result] = []
        self.gaps: list[Gap] = []
        self.cycle = Cycle(
            self.clock,
            self.prober,
            Turns(most=most_at_once, most_per_host=most_per_host),
            doubt(self.clock),
            location="default",
            deliver=lambda result, has_changed: self.delivered.append((result, has_changed)),
            missed=self.gaps.append,
            observers=(self,),
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


async def test_what_went_to_and_fro_is_kept_of_a_failure_that_tells_something_new() -> None:
    world = World([BROKEN, BROKEN, REFUSED, OK, BROKEN])
    results = [await world.run(make_check(expectations=EXPECTED[:1]), NOW + slot) for slot in range(5)]
    assert [result.transcript and result.transcript.response for result in results] == [
        "HTTP 500", None, "", None, "HTTP 500"
    ]  # fmt: skip


async def test_of_an_attempt_that_the_prober_itself_spoilt_nothing_is_kept() -> None:
    fault = replace(REFUSED, failure=Failure(kind=FailureKind.PROBER_FAULT, detail="no more open files"))
    result = await World([fault]).run(make_check())
    assert (result.state, result.transcript) == (State.UNKNOWN, None)


async def test_once_delivers_and_observes_nothing() -> None:
    world = World()
    result = await world.cycle.once(make_check())
    assert result.scheduled_at == NOW
    assert not world.delivered
    assert not world.observed


class Lagging:
    """Doubts the attempts that it is told to, and asks about the network as it is told."""

    def __init__(self, *spoilt: bool, is_cut_off: bool = False) -> None:
        self.spoilt = list(spoilt)
        self.is_cut_off = is_cut_off
        self.within: list[float] = []

    def mark(self) -> float:
        return 0.0

    def of_ourselves(self, sample: Sample, *, since: float) -> Sample:
        return replace(sample, failure=OURS) if self.spoilt and self.spoilt.pop(0) else sample

    async def of_our_network(self, check: Check, sample: Sample, *, within: float) -> Sample:
        self.within.append(within)
        return replace(sample, failure=OURS) if self.is_cut_off else sample


OURS = Failure(kind=FailureKind.PROBER_FAULT, detail="probe itself stood still")


async def test_a_spoilt_success_is_unknown() -> None:
    result = await World(doubt=lambda _: Lagging(True)).run(make_check(expectations=EXPECTED[:1]))
    assert (result.state, result.failure, result.detail) == (State.UNKNOWN, FailureKind.PROBER_FAULT, OURS.detail)


async def test_after_a_spoilt_attempt_a_clean_one_decides() -> None:
    world = World([REFUSED, OK], doubt=lambda _: Lagging(True))
    result = await world.run(make_check(expectations=EXPECTED[:1], retries=1))
    assert (result.state, result.attempts) == (State.UP, 2)


async def test_the_network_is_asked_about_once_and_only_for_what_decides() -> None:
    doubt = Lagging(is_cut_off=True)
    result = await World([REFUSED], doubt=lambda _: doubt).run(make_check(retries=2))
    assert (result.state, result.attempts, len(doubt.within)) == (State.UNKNOWN, 3, 1)
    await World([REFUSED, OK], doubt=lambda _: doubt).run(make_check(retries=2))
    assert len(doubt.within) == 1


async def test_asking_about_the_network_keeps_within_the_slot() -> None:
    doubt = Lagging()
    world = World([REFUSED], doubt=lambda _: doubt)
    world.prober.hold = asyncio.Event()
    world.cycle.start(make_check(interval=MINUTE), NOW)
    await asyncio.sleep(0)
    world.clock.freeze(50)
    world.prober.hold.set()
    await world.cycle.finish(within=1)
    assert doubt.within == [10.0]


QUIET = replace(BROKEN, headers=(("retry-after", "30"),))
WHY = "expected status == 200, found 500"


async def test_a_target_that_asks_for_quiet_is_not_retried() -> None:
    world = World([QUIET])
    result = await world.run(make_check(expectations=EXPECTED[:1], retries=2))
    assert (result.state, result.attempts) == (State.DOWN, 1)
    assert result.detail == f"{WHY}; the target asked for quiet for 30s, so there was no fast retry"


@pytest.mark.parametrize("retries", [0, 1])
async def test_where_there_was_no_retry_to_come_quiet_is_not_mentioned(retries: int) -> None:
    world = World([BROKEN, QUIET])
    if not retries:
        world = World([QUIET])
    result = await world.run(make_check(expectations=EXPECTED[:1], retries=retries))
    assert (result.detail, result.attempts) == (WHY, retries + 1)


async def test_a_retry_that_leaves_the_target_alone_for_as_long_as_it_asks_is_made() -> None:
    result = await World([replace(BROKEN, headers=(("retry-after", "0.05"),)), OK]).run(
        make_check(expectations=EXPECTED[:1], retries=1, after=SECOND // 20)
    )
    assert (result.state, result.attempts) == (State.UP, 2)


async def test_quiet_changes_nothing_about_a_slot_that_is_up() -> None:
    result = await World([replace(OK, headers=QUIET.headers)]).run(make_check(expectations=EXPECTED[:1]))
    assert (result.state, result.detail) == (State.UP, None)


async def test_waiting_for_a_busy_host_is_lateness_and_never_latency() -> None:
    world = World(most_per_host=1)
    world.prober.hold = asyncio.Event()
    world.cycle.start(make_check("shop/first"), NOW)
    world.cycle.start(make_check("shop/second"), NOW)
    await asyncio.sleep(0)
    assert [check.id for check in world.prober.measured] == ["shop/first"]
    world.clock.freeze(3)
    world.prober.hold.set()
    await world.cycle.finish(within=1)
    assert [(result.lateness_us, result.latency_us) for result, _ in world.delivered] == [
        (0, 1_000),
        (3 * SECOND, 1_000),
    ]


async def test_a_slot_that_pauses_before_its_retry_holds_no_place() -> None:
    world = World([BROKEN, OK], most_per_host=1)
    world.cycle.start(make_check("shop/first", expectations=EXPECTED[:1], retries=1, after=SECOND // 10), NOW)
    await asyncio.sleep(0.02)
    world.cycle.start(make_check("shop/second"), NOW)
    await world.cycle.finish(within=1)
    assert [result.check for result, _ in world.delivered] == ["shop/second", "shop/first"]


async def test_a_slot_that_waited_in_vain_for_its_host_says_so() -> None:
    world = World(most_per_host=1)
    world.prober.hold = asyncio.Event()
    for name in ("shop/first", "shop/second"):
        world.cycle.start(make_check(name), NOW)
    await asyncio.sleep(0)
    world.clock.freeze(90)
    world.prober.hold.set()
    await world.cycle.finish(within=1)
    assert [(gap.check.id, gap.waited_for_host) for gap in world.gaps] == [("shop/second", True)]


async def test_a_retry_whose_turn_comes_too_late_is_not_made() -> None:
    world = World([BROKEN], most_per_host=1)
    world.cycle.start(make_check("shop/first", expectations=EXPECTED[:1], retries=1, after=SECOND // 10), NOW)
    await asyncio.sleep(0.02)
    world.prober.hold = asyncio.Event()
    world.cycle.start(make_check("shop/second"), NOW)
    await asyncio.sleep(0.2)
    world.clock.freeze(59)
    world.prober.hold.set()
    await world.cycle.finish(within=1)
    assert {result.check: result.attempts for result, _ in world.delivered} == {"shop/first": 1, "shop/second": 1}


async def test_once_waits_for_its_turn_for_as_long_as_it_takes() -> None:
    world = World(most_per_host=1)
    world.prober.hold = asyncio.Event()
    tasks = [asyncio.create_task(world.cycle.once(make_check(name))) for name in ("shop/first", "shop/second")]
    await asyncio.sleep(0)
    world.clock.freeze(900)
    world.prober.hold.set()
    found = await asyncio.gather(*tasks)
    assert [result.lateness_us for result in found] == [0, 0]
