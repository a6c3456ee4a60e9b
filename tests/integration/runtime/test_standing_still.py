"""A loop that is really blocked, on both loops, while a target answers in time."""

from __future__ import annotations

import asyncio
import gc

import pytest

from probe.model.result import State
from probe.model.sample import FailureKind
from probe.model.units import MILLISECOND
from tests.integration.runtime.measuring import asking, block, elsewhere, world


@pytest.mark.parametrize("deadline", [400 * MILLISECOND, 3_000 * MILLISECOND])
async def test_what_was_measured_while_the_loop_stood_still_is_neither_up_nor_down(deadline: int) -> None:
    with elsewhere(delay=0.2) as url:
        async with world() as made:
            block(0.6, after=0.1)
            (result,) = await made.run(asking(url, timeout=deadline))
            assert made.lag.last_minute() > 0.5
    assert (result.state, result.failure) == (State.UNKNOWN, FailureKind.PROBER_FAULT)
    assert str(result.detail).startswith("probe itself stood still for ")


async def test_a_fast_retry_gives_a_clean_sample() -> None:
    with elsewhere(delay=0.2) as url:
        async with world() as made:
            block(0.6, after=0.1)
            (result,) = await made.run(asking(url, retries=1))
    assert (result.state, result.attempts) == (State.UP, 2)
    assert result.latency_us is not None
    assert result.latency_us < 500 * MILLISECOND


async def test_a_loop_that_stood_still_before_the_attempt_makes_it_late_and_nothing_else() -> None:
    with elsewhere(delay=0.0) as url:
        async with world() as made:
            check = asking(url)
            loop = asyncio.get_running_loop()
            block(0.6, after=0.0)
            slot = made.clock.now()
            loop.call_later(0.0, made.cycle.start, check, slot)
            await asyncio.sleep(0.05)
            await made.cycle.finish(within=5)
            (result,) = made.results
    assert (result.state, result.attempts) == (State.UP, 1)
    assert result.lateness_us >= 500 * MILLISECOND


async def test_a_loop_that_goes_on_doubts_nothing() -> None:
    with elsewhere(delay=0.3) as url:
        async with world() as made:
            (result,) = await made.run(asking(url))
    assert (result.state, made.lag.stalls) == (State.UP, 0)


async def test_an_attempt_leaves_nothing_of_ours_to_the_garbage_collector() -> None:
    with elsewhere(delay=0.0) as url:
        async with world() as made:
            checks = [asking(url, f"shop/c{number}") for number in range(10)]
            await made.run(*checks)
            gc.collect()
            gc.disable()
            gc.set_debug(gc.DEBUG_SAVEALL)
            try:
                await made.run(*checks)
                await asyncio.sleep(0.1)
                gc.collect()
                left = {type(item).__module__ for item in gc.garbage}
            finally:
                gc.set_debug(0)
                gc.garbage.clear()
                gc.enable()
    assert not {module for module in left if module.startswith(("probe.", "httptools"))}
