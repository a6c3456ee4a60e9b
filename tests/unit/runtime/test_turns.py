from __future__ import annotations

import asyncio

import pytest

from probe.runtime.turns import Turns


class Visits:
    """Attempts that last until they are let go, and how many were open at the same time."""

    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self.open: dict[str, int] = {}
        self.most: dict[str, int] = {}
        self.go_on = asyncio.Event()

    def begin(self, host: str) -> asyncio.Task[None]:
        async def attempt() -> None:
            self.open[host] = self.open.get(host, 0) + 1
            self.most[host] = max(self.most.get(host, 0), self.open[host])
            try:
                await self.go_on.wait()
            finally:
                self.open[host] -= 1

        return asyncio.get_running_loop().create_task(self.turns.take(host, attempt))


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_a_host_has_no_more_attempts_open_than_allowed() -> None:
    visits = Visits(Turns(most=100, most_per_host=3))
    tasks = [visits.begin("a") for _ in range(10)]
    await settle()
    assert visits.open == {"a": 3}
    assert visits.turns.is_busy("a")
    visits.go_on.set()
    await asyncio.gather(*tasks)
    assert visits.most == {"a": 3}
    assert not visits.turns.is_busy("a")


async def test_who_waits_for_a_busy_host_is_in_no_other_hosts_way() -> None:
    visits = Visits(Turns(most=4, most_per_host=2))
    tasks = [visits.begin("a") for _ in range(10)] + [visits.begin("b")]
    await settle()
    assert visits.open == {"a": 2, "b": 1}
    visits.go_on.set()
    await asyncio.gather(*tasks)


async def test_no_more_are_open_in_all_than_allowed() -> None:
    visits = Visits(Turns(most=3, most_per_host=2))
    tasks = [visits.begin(host) for host in "aabbcc"]
    await settle()
    assert sum(visits.open.values()) == 3
    visits.go_on.set()
    await asyncio.gather(*tasks)


async def test_who_gives_up_leaves_its_place() -> None:
    visits = Visits(Turns(most=10, most_per_host=1))
    first, second, third = (visits.begin("a") for _ in range(3))
    await settle()
    second.cancel()
    first.cancel()
    await settle()
    assert visits.open == {"a": 1}
    visits.go_on.set()
    await third
    for task in (first, second):
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_another_limit_holds_from_the_next_attempt_on() -> None:
    visits = Visits(Turns(most=10, most_per_host=1))
    tasks = [visits.begin("a")]
    await settle()
    visits.turns.replace(2, ["a"])
    tasks += [visits.begin("a") for _ in range(5)]
    await settle()
    assert visits.open == {"a": 3}  # the first one's place was of the old limit
    visits.go_on.set()
    await asyncio.gather(*tasks)


async def test_the_same_limit_again_gives_no_place_twice() -> None:
    visits = Visits(Turns(most=10, most_per_host=1))
    tasks = [visits.begin("a")]
    await settle()
    visits.turns.replace(1, ["a"])
    tasks.append(visits.begin("a"))
    await settle()
    assert visits.open == {"a": 1}
    visits.go_on.set()
    await asyncio.gather(*tasks)
