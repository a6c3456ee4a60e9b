from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise

import pytest
import structlog

from probe.model.check import AddressPolicy, Check
from probe.model.sample import Failure, FailureKind, Sample
from probe.model.sensitive import Sensitive
from probe.model.settings import Control
from probe.model.units import MINUTE, SECOND
from probe.runtime.clock import SystemClock
from probe.runtime.control import AT_ONCE, ControlTargets
from probe.runtime.reach import Reach

OK = Sample(started_at=0, latency_us=0, http_status=204)
SILENT = Sample(started_at=0, latency_us=0, failure=Failure(kind=FailureKind.TIMEOUT, detail="nothing came"))
PATIENCE = 10.0
PAUSE = 0.05


class Network:
    """A prober in front of hosts that answer, or not; `held` ones wait until the test ends."""

    def __init__(self, *silent: str) -> None:
        self.silent = set(silent)
        self.held: set[str] = set()
        self.broken = False
        self.asked: list[tuple[str, float]] = []

    async def measure(self, check: Check) -> Sample:
        self.asked.append((check.name, time.monotonic()))
        await asyncio.sleep(0.001)
        if self.broken:
            raise RuntimeError("a bug")
        if check.name in self.held:
            await asyncio.Event().wait()
        return SILENT if check.name in self.silent else OK

    def times(self, name: str) -> int:
        return sum(asked == name for asked, _ in self.asked)


def targets(*hosts: str, every: int = MINUTE) -> Control:
    return Control(targets=tuple(Sensitive.plain(f"http://{host}/") for host in hosts), timeout=SECOND, every=every)


@asynccontextmanager
async def control(network: Network, settings: Control | None, *, pause: float = PAUSE) -> AsyncIterator[ControlTargets]:
    made = ControlTargets(SystemClock(), network, pause=pause)
    made.replace(settings, AddressPolicy())
    try:
        yield made
    finally:
        await made.stop()


async def reach(made: ControlTargets, *, of_names: bool = False, within: float = PATIENCE) -> Reach:
    return await made.reach(of_names=of_names, within=within)


async def test_without_targets_nothing_is_doubted() -> None:
    network = Network()
    async with control(network, None) as made:
        assert await reach(made) is Reach.FINE
    assert network.asked == []


async def test_one_that_answers_is_enough() -> None:
    async with control(Network("a"), targets("a", "b")) as made:
        assert await reach(made) is Reach.FINE
        assert made.silent_since is None


async def test_when_none_answers_the_network_is_to_blame() -> None:
    async with control(Network("a", "b"), targets("a", "b")) as made:
        assert await reach(made) is Reach.NONE
        assert made.silent_since is not None
        assert made.states() == (("a", False), ("b", False))


async def test_an_answer_from_before_the_failure_does_not_count() -> None:
    network = Network()
    async with control(network, targets("a")) as made:
        assert await reach(made) is Reach.FINE
        network.silent = {"a"}
        assert await reach(made) is Reach.NONE


async def test_silence_is_believed_a_little_longer_without_asking_again() -> None:
    network = Network("a")
    async with control(network, targets("a"), pause=5.0) as made:
        assert await reach(made) is Reach.NONE
        assert await reach(made) is Reach.NONE
    assert network.times("a") == 1


async def test_however_many_fail_at_once_each_target_is_asked_once() -> None:
    network = Network()
    async with control(network, targets("a", "b")) as made:
        found = await asyncio.gather(*(reach(made) for _ in range(10_000)))
        assert set(found) == {Reach.FINE}
        assert network.times("a") <= 2
        assert network.times("b") <= 2


async def test_it_never_asks_sooner_than_after_its_pause() -> None:
    network = Network()
    async with control(network, targets("a")) as made:
        for _ in range(4):
            await reach(made)
    moments = [at for _, at in network.asked]
    assert all(later - earlier >= PAUSE * 0.9 for earlier, later in pairwise(moments))


async def test_a_target_that_hangs_holds_up_nobody_while_another_answers() -> None:
    network = Network()
    network.held = {"a"}
    async with control(network, targets("a", "b")) as made:
        for _ in range(3):
            assert await reach(made) is Reach.FINE


async def test_who_can_wait_no_longer_takes_what_was_known() -> None:
    network = Network("a")
    async with control(network, targets("a")) as made:
        assert await reach(made) is Reach.NONE
        await asyncio.sleep(PAUSE)
        network.held = {"a"}
        await asyncio.sleep(PAUSE)
        assert await reach(made, within=0.01) is Reach.NONE


async def test_before_anything_is_known_the_target_is_to_blame() -> None:
    network = Network()
    network.held = {"a"}
    async with control(network, targets("a")) as made:
        assert await reach(made, within=0.01) is Reach.FINE


async def test_an_address_says_nothing_of_name_servers() -> None:
    async with control(Network("a"), targets("a", "192.0.2.1")) as made:
        assert await reach(made, of_names=True) is Reach.NO_NAMES
        assert await reach(made) is Reach.FINE


async def test_each_target_is_asked_now_and_then_by_itself() -> None:
    network = Network()
    async with control(network, targets("a", every=SECOND // 20)):
        async with asyncio.timeout(PATIENCE):
            while network.times("a") < 3:
                await asyncio.sleep(0.01)


async def test_silence_and_its_end_are_said_once() -> None:
    network = Network("a")
    with structlog.testing.capture_logs() as events:
        async with control(network, targets("a", every=SECOND // 20)) as made:
            async with asyncio.timeout(PATIENCE):
                while network.times("a") < 3:
                    await asyncio.sleep(0.01)
                network.silent = set()
                while made.silent_since is not None:
                    await asyncio.sleep(0.01)
    assert [(event["log_level"], event["event"]) for event in events] == [
        ("error", "no control target can be reached: what fails now may be the prober's own network"),
        ("info", "a control target can be reached again"),
    ]


async def test_who_waits_while_the_targets_are_replaced_waits_for_the_new_ones() -> None:
    network = Network("b")
    network.held = {"a"}
    async with control(network, targets("a")) as made:
        waiting = asyncio.create_task(reach(made))
        await asyncio.sleep(0.01)
        made.replace(targets("b"), AddressPolicy())
        assert await waiting is Reach.NONE
        assert made.states() == (("b", False),)


async def test_who_waits_while_the_targets_are_removed_goes_on() -> None:
    network = Network()
    network.held = {"a"}
    async with control(network, targets("a")) as made:
        waiting = asyncio.create_task(reach(made))
        await asyncio.sleep(0.01)
        made.replace(None, AddressPolicy())
        assert await waiting is Reach.FINE
        assert made.states() == ()


async def test_the_same_targets_again_change_nothing() -> None:
    network = Network("a")
    async with control(network, targets("a"), pause=5.0) as made:
        await reach(made)
        since = made.silent_since
        made.replace(targets("a"), AddressPolicy())
        assert made.silent_since == since
        assert network.times("a") == 1


async def test_a_fault_of_ours_is_no_answer_and_the_next_request_still_comes() -> None:
    network = Network()
    network.broken = True
    async with control(network, targets("a")) as made:
        assert await reach(made) is Reach.NONE
        network.broken = False
        async with asyncio.timeout(PATIENCE):
            while await reach(made) is not Reach.FINE:
                await asyncio.sleep(PAUSE)


async def test_two_paths_of_one_host_are_shown_as_one() -> None:
    settings = Control(
        targets=(Sensitive.plain("http://a/x"), Sensitive.plain("http://a/y")), timeout=SECOND, every=MINUTE
    )
    async with control(Network(), settings) as made:
        await reach(made)
        assert made.states() == (("a", True),)


async def test_of_thousands_who_waited_only_some_go_on_in_one_turn_of_the_loop() -> None:
    network = Network()
    network.held = {"a"}
    turn, went_on = 0, Counter[int]()
    async with control(network, targets("a")) as made:

        async def wait() -> None:
            await reach(made)
            went_on[turn] += 1

        waiting = [asyncio.create_task(wait()) for _ in range(5_000)]
        await asyncio.sleep(0.01)
        made.replace(targets("b"), AddressPolicy())
        while not all(task.done() for task in waiting):
            turn += 1
            await asyncio.sleep(0)
    assert went_on.total() == 5_000
    assert max(went_on.values()) <= 2 * AT_ONCE


async def test_what_was_heard_is_known_after_the_end() -> None:
    async with control(Network("a"), targets("a")) as made:
        await reach(made)
    assert made.states() == (("a", False),)
    assert made.silent_since is not None


@pytest.mark.parametrize("within", [0.0, -1.0])
async def test_no_time_to_wait_is_no_error(within: float) -> None:
    async with control(Network(), targets("a")) as made:
        assert await reach(made, within=within) is Reach.FINE
