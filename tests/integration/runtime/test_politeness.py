"""What targets see of us: who we are, how many we are, and whether we leave them alone when asked."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace

from probe import __version__
from probe.model.check import Check
from probe.model.result import State
from probe.model.sensitive import Sensitive
from probe.model.units import MILLISECOND, SECOND
from probe.probers.engine import EngineTransport
from probe.probers.http import HttpProber
from tests.fakes.servers import EMPTY_OK, read_request, serving
from tests.integration.runtime.measuring import asking, world


@dataclass
class Counting:
    """A server that counts: requests, and connections open at the same time."""

    delay: float = 0.0
    response: bytes = EMPTY_OK
    requests: int = 0
    open: int = 0
    most: int = 0
    heads: list[bytes] = field(default_factory=list)

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open += 1
        self.most = max(self.most, self.open)
        try:
            head, _ = await read_request(reader)
            self.heads.append(head)
            self.requests += 1
            await asyncio.sleep(self.delay)
            writer.write(self.response)
            await reader.read()  # until the other side has closed: open is what it has open
        finally:
            self.open -= 1


async def test_a_host_never_has_more_of_our_connections_open_than_allowed() -> None:
    counting = Counting(delay=0.03)
    async with serving(counting) as server, world(most_per_host=4) as made:
        results = await made.run(*(asking(server.url(), f"shop/c{number}") for number in range(40)))
    assert (counting.requests, counting.most) == (40, 4)
    assert {result.state for result in results} == {State.UP}


async def test_who_waits_for_its_turn_is_late_and_no_slower() -> None:
    async with serving(Counting(delay=0.2)) as server, world(most_per_host=1) as made:
        first, second, third = await made.run(*(asking(server.url(), f"shop/c{number}") for number in range(3)))
    assert first.lateness_us < 100 * MILLISECOND < 190 * MILLISECOND < second.lateness_us
    assert third.lateness_us > 380 * MILLISECOND
    assert all((result.latency_us or 0) < 380 * MILLISECOND for result in (first, second, third))


async def test_a_busy_host_holds_up_no_other() -> None:
    async with serving(Counting(delay=0.5)) as busy, serving(Counting()) as other, world(most_per_host=1) as made:
        slow = [asking(busy.url(), f"shop/slow-{number}") for number in range(3)]
        results = {result.check: result for result in await made.run(*slow, asking(other.url(), "shop/other"))}
    assert results["shop/other"].lateness_us < 250 * MILLISECOND


async def test_a_slot_that_cannot_begin_in_time_is_missed() -> None:
    async with serving(Counting(delay=1.2)) as server, world(most_per_host=1) as made:
        quick = replace(asking(server.url(), "shop/second", timeout=SECOND), interval=SECOND)
        results = await made.run(asking(server.url(), "shop/first"), quick)
    assert [result.check for result in results] == ["shop/first"]
    assert [(gap.check.id, gap.waited_for_host) for gap in made.gaps] == [("shop/second", True)]


def refusing(*headers: str) -> bytes:
    lines = "".join(f"{header}\r\n" for header in headers)
    return f"HTTP/1.1 503 Busy\r\n{lines}content-length: 0\r\n\r\n".encode()


async def test_a_target_that_asks_for_quiet_gets_no_fast_retry() -> None:
    counting = Counting(response=refusing("Retry-After: 30"))
    async with serving(counting) as server, world() as made:
        (result,) = await made.run(asking(server.url(), retries=2))
    assert (counting.requests, result.state, result.attempts) == (1, State.DOWN, 1)
    assert str(result.detail).endswith("; the target asked for quiet for 30s, so there was no fast retry")


async def test_a_target_that_does_not_is_asked_again() -> None:
    for headers in ((), ("Retry-After: 0",), ("Retry-After: now",)):
        counting = Counting(response=refusing(*headers))
        async with serving(counting) as server, world() as made:
            (result,) = await made.run(asking(server.url(), retries=2))
        assert (counting.requests, result.attempts) == (3, 3)


async def sent(prober: HttpProber, check: Check) -> bytes:
    counting = Counting()
    async with serving(counting) as server:
        await prober.measure(replace(check, request=replace(check.request, url=Sensitive.plain(server.url()))))
    lines = counting.heads[0].split(b"\r\n")
    return next(line for line in lines if line.lower().startswith(b"user-agent:")).partition(b": ")[2]


async def test_we_say_who_we_are() -> None:
    nameless = HttpProber(EngineTransport(), lambda: 0)
    known = HttpProber(EngineTransport(), lambda: 0, contact="https://ops.example/probe")
    check = asking("http://127.0.0.1/")
    assert await sent(nameless, check) == f"probe/{__version__} (synthetic monitoring)".encode()
    assert await sent(known, check) == f"probe/{__version__} (+https://ops.example/probe)".encode()
    own = (("User-Agent", Sensitive.plain("shop-checker/1")),)
    disguised = replace(check, request=replace(check.request, headers=own))
    assert await sent(known, disguised) == b"shop-checker/1"
