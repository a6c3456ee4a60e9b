"""`connection: reuse`: measured on the connection of the attempt before, where it still stands."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import astuple

import pytest

from probe.model.check import Check
from probe.model.sample import FailureKind, Sample
from probe.model.sensitive import Sensitive
from probe.probers.engine import EngineTransport
from probe.probers.http import HttpProber
from tests.fakes.checks import make_check
from tests.fakes.servers import Authority, Behaviour, Server, ok, read_request, serving
from tests.integration.conftest import NOW
from tests.integration.probers.measuring import SHORT, by, check_of, trusting


@pytest.fixture
async def warm() -> AsyncIterator[HttpProber]:
    prober = HttpProber(EngineTransport(), lambda: NOW)
    yield prober
    await prober.aclose()


def answering(*answers: bytes) -> Behaviour:
    """Gives these answers to the requests on one connection, then closes it."""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in answers:
            await read_request(reader)
            writer.write(answer)

    return behave


def reusing(server: Server, *, method: str = "GET", timeout: int = 5_000_000) -> Check:
    return by(make_check(url=server.url(), method=method, timeout=timeout), reuse=True)


async def twice(prober: HttpProber, check: Check) -> tuple[Sample, Sample]:
    first = await prober.measure(check)
    await asyncio.sleep(0.05)
    return first, await prober.measure(check)


@pytest.mark.parametrize("secure", [False, True], ids=["plain", "tls"])
async def test_the_second_attempt_is_spared_name_connection_and_handshake(
    warm: HttpProber, authority: Authority, *, secure: bool
) -> None:
    behave = answering(ok(b"one"), ok(b"two"))
    async with serving(behave, tls=authority.context() if secure else None) as server:
        first, second = await twice(warm, trusting(reusing(server), authority))
    assert (first.failure, second.failure, first.body, second.body) == (None, None, b"one", b"two")
    assert (first.phases.connect is None, first.phases.tls is None) == (False, not secure)
    assert (second.phases.dns, second.phases.connect, second.phases.tls) == (None, None, None)
    assert (second.address, second.tls) == (first.address, first.tls)
    spent = filter(None, (second.phases.send, second.phases.wait, second.phases.transfer))
    assert second.latency_us == pytest.approx(sum(spent), abs=5)  # each is cut to whole microseconds
    assert 0 < second.bytes_received < first.bytes_received + 1
    assert server.connections == 1


async def test_without_it_each_attempt_has_a_connection_of_its_own(warm: HttpProber) -> None:
    async with serving(answering(ok(), ok())) as server:
        await twice(warm, check_of(server.url()))
    assert server.connections == 2


@pytest.mark.parametrize(
    "answers",
    [
        (ok(),),
        (ok(b"", "connection: close"), ok()),
        (b"HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n", ok()),
        (ok() + b"more than was said", ok()),
        (ok() + ok(), ok()),
        (ok(b"", "keep-alive: timeout=1"), ok()),
    ],
    ids=["closed meanwhile", "close", "HTTP/1.0", "excess", "an answer nobody asked for", "kept for a second only"],
)
async def test_a_connection_that_does_not_stand_is_made_anew(warm: HttpProber, answers: tuple[bytes, ...]) -> None:
    async with serving(answering(*answers)) as server:
        first, second = await twice(warm, reusing(server))
    assert (first.failure, second.failure, second.phases.connect is None) == (None, None, False)
    assert server.connections == 2


async def test_what_comes_on_a_resting_connection_makes_it_unusable(warm: HttpProber) -> None:
    async def goes_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(ok())
        await asyncio.sleep(0.02)
        writer.write(b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\n\r\n")
        await reader.read()

    async with serving(goes_on) as server:
        first, second = await twice(warm, reusing(server))
    assert (first.http_status, second.http_status) == (200, 200)
    assert server.connections == 2


def closing_on_the_second(reader_calls: list[int]) -> Behaviour:
    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        reader_calls.append(0)
        await read_request(reader)
        writer.write(ok())
        if len(reader_calls) == 1:
            await read_request(reader)

    return behave


async def test_a_request_that_crosses_the_connections_end_goes_out_again(warm: HttpProber) -> None:
    async with serving(closing_on_the_second([])) as server:
        _, second = await twice(warm, reusing(server))
    assert (second.failure, second.http_status, second.phases.connect is None) == (None, 200, False)
    assert server.connections == 2


async def test_but_not_one_that_must_not_be_sent_twice(warm: HttpProber) -> None:
    async with serving(closing_on_the_second([])) as server:
        _, second = await twice(warm, reusing(server, method="POST"))
    assert second.failure is not None
    assert second.failure.kind is FailureKind.RESET
    assert server.connections == 1


async def test_nor_one_that_was_answered_in_part(warm: HttpProber) -> None:
    async with serving(answering(ok(), b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf")) as server:
        _, second = await twice(warm, reusing(server))
    assert second.failure is not None
    assert (second.failure.kind, second.http_status) == (FailureKind.RESET, 200)
    assert server.connections == 1


async def test_after_a_failure_the_connection_is_given_up(warm: HttpProber) -> None:
    async def never_answers_again(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await answering(ok())(reader, writer)
        await reader.read()
        await asyncio.sleep(60)

    async with serving(never_answers_again) as server:
        _, second = await twice(warm, reusing(server, timeout=SHORT))
        third = await warm.measure(reusing(server))
    assert second.failure is not None
    assert second.failure.kind is FailureKind.TIMEOUT
    assert (third.failure, third.phases.connect is None) == (None, False)


async def test_attempts_at_the_same_time_do_not_share_one(warm: HttpProber) -> None:
    async with serving(answering(ok(), ok(), ok())) as server:
        check = reusing(server)
        samples = await asyncio.gather(*(warm.measure(check) for _ in range(5)))
        last = await warm.measure(check)
    assert {sample.failure for sample in samples} == {None}
    assert (server.connections, last.phases.connect) == (5, None)


async def test_other_ways_to_the_same_host_do_not_share_one(warm: HttpProber, authority: Authority) -> None:
    async with serving(answering(ok(), ok()), tls=authority.context()) as server:
        check = trusting(reusing(server), authority)
        await warm.measure(check)
        lax = by(check, tls=type(check.request.connection.tls)(verify=False))
        await warm.measure(lax)
    assert server.connections == 2


async def test_a_connection_with_half_a_request_on_it_is_not_used_again(warm: HttpProber) -> None:
    async def answers_early(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(ok())
        while await reader.read(1_000_000):
            pass

    async with serving(answers_early) as server:
        body = Sensitive.plain("x" * 20_000_000)
        check = by(make_check(url=server.url(), method="POST", body=body, timeout=SHORT), reuse=True)
        first, second = await twice(warm, check)
    assert (first.http_status, second.http_status) == (200, 200)
    assert server.connections == 2
    for sample in (first, second):
        spent = [phase for phase in astuple(sample.phases) if phase is not None]
        assert min(spent) >= 0
        assert sum(spent) <= sample.latency_us


async def test_after_a_reload_no_connection_rests(warm: HttpProber) -> None:
    async with serving(answering(ok(), ok())) as server:
        await warm.measure(reusing(server))
        await warm.renew(contact=None)
        second = await warm.measure(reusing(server))
    assert (second.failure, second.phases.connect is None, server.connections) == (None, False, 2)


async def test_what_is_known_of_a_dead_connection_is_not_told_of_the_next(warm: HttpProber) -> None:
    async with serving(closing_on_the_second([])) as server:
        check = reusing(server)
        await warm.measure(check)
    second = await warm.measure(check)
    assert second.failure is not None
    assert (second.failure.kind, second.tls) == (FailureKind.REFUSED, None)


async def test_a_connection_that_was_in_use_over_a_reload_does_not_rest_either(warm: HttpProber) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def takes_its_time(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        begun.set()
        await go_on.wait()
        writer.write(ok())
        await answering(ok())(reader, writer)

    async with serving(takes_its_time) as server:
        under_way = asyncio.create_task(warm.measure(reusing(server)))
        await begun.wait()
        await warm.renew(contact=None)
        go_on.set()
        first, second = await under_way, await warm.measure(reusing(server))
    assert (first.failure, second.failure, server.connections) == (None, None, 2)
