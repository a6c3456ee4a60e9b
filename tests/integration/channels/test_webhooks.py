"""Webhooks and real receivers, plain ones: what each answer comes to, and that no receiver can do us harm."""

from __future__ import annotations

import asyncio
import logging
import resource
import time
from email.utils import format_datetime

import pytest

from probe.channels.channel import DeliveryFailed
from probe.channels.registry import KINDS
from probe.model.channel import OptionValue
from probe.model.check import AddressPolicy
from probe.model.sample import FailureKind
from probe.model.sensitive import Sensitive
from probe.model.sla import SlaRules
from probe.model.units import MINUTE, SECOND, to_datetime
from probe.runtime.alerts.job import AlertJob
from probe.runtime.alerts.surroundings import surroundings
from probe.runtime.clock import SystemClock
from tests.fakes.messages import make_message
from tests.fakes.receivers.webhook import webhook
from tests.fakes.servers import Server, answers, read_request, redirect, serving
from tests.integration.both_loops import nothing_is_left_behind
from tests.integration.hostile.row import Hostile, Reached, floods
from tests.integration.hostile.test_hostile import ALL

__all__ = ["nothing_is_left_behind"]

SECRET = "s3cr3t-canary"
SHORT = SECOND * 3 // 10
GRACE = 2.0
MEGABYTE = 1_000_000
AT_ONCE = 25
HEAD = b"HTTP/1.1 200 OK\r\n"


async def deliver(server: Server, **options: OptionValue) -> str:
    job = AlertJob(
        store=Sensitive.plain("sqlite:///probe.db"),
        location="here",
        timezone="UTC",
        sla=SlaRules(),
        addresses=AddressPolicy(),
    )
    settings = webhook(server.url(f"/hooks/{SECRET}"), **options)
    channel = KINDS["webhook"].open(settings, surroundings(job, SystemClock()))
    return await channel.deliver(make_message())


async def fails(server: Server, **options: OptionValue) -> DeliveryFailed:
    with pytest.raises(DeliveryFailed) as raised:
        await deliver(server, **options)
    assert SECRET not in f"{raised.value!r}{raised.value.__cause__!r}{raised.value.__context__!r}"
    return raised.value


def response(status: str, *headers: str) -> bytes:
    lines = "".join(f"{header}\r\n" for header in headers)
    return f"HTTP/1.1 {status}\r\n{lines}content-length: 0\r\n\r\n".encode()


async def test_what_it_asks_to_wait_for_is_passed_on() -> None:
    soon = format_datetime(to_datetime(SystemClock().now() + 2 * MINUTE).replace(microsecond=0), usegmt=True)
    async with serving(answers(response("429 Slow down", "Retry-After: 17"))) as server:
        seconds = await fails(server)
    async with serving(answers(response("503 Later", f"retry-after: {soon}"))) as server:
        date = await fails(server)
    assert (seconds.is_final, seconds.retry_after) == (False, 17 * SECOND)
    assert date.retry_after is not None
    assert MINUTE < date.retry_after <= 2 * MINUTE


async def test_one_that_is_gone_disables_the_channel() -> None:
    async with serving(answers(response("410 Gone"))) as server:
        failed = await fails(server)
    assert (failed.is_final, failed.disables) == (True, True)


async def test_a_redirect_is_not_followed() -> None:
    async with serving(answers(response("200 OK"))) as other:
        async with serving(answers(redirect(other.url(), 307))) as server:
            failed = await fails(server)
        assert failed.is_final
        assert other.connections == 0


async def test_a_yes_whose_body_never_ends_is_a_yes_in_bounded_memory() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    async with serving(floods(HEAD + b"\r\n", b"x" * MEGABYTE)) as server:
        said = await deliver(server, timeout=5 * SECOND)
    assert said.startswith("200 OK: xxx")
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 < 16 * MEGABYTE


async def test_a_yes_whose_body_drips_is_a_yes_at_the_deadline() -> None:
    async with serving(floods(HEAD + b"content-length: 100\r\n\r\n", b"x", pause=0.05)) as server:
        began = time.perf_counter()
        said = await deliver(server, timeout=SHORT)
        took = time.perf_counter() - began
    assert said.startswith("200 OK: x")
    assert SHORT / SECOND - 0.05 < took < SHORT / SECOND + GRACE


async def test_headers_without_end_are_cut_off() -> None:
    async with serving(floods(HEAD + b"x-flood: ", b"x" * 10_000)) as server:
        failed = await fails(server)
    assert "longer than" in failed.why


async def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    async with serving(answers(response("200 OK"))) as server:
        assert await deliver(server) == "200 OK"


async def test_the_proxy_of_the_file_is_used() -> None:
    heard: list[bytes] = []

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head, _ = await read_request(reader)
        heard.append(head)
        writer.write(response("202 Accepted"))

    async with serving(behave) as proxy, serving(answers(response("200 OK"))) as server:
        proxied = Sensitive(proxy.url(), "${env:PROXY}")
        assert await deliver(server, proxy=proxied) == "202 Accepted"
        assert server.connections == 0
    assert heard[0].startswith(b"POST http://127.0.0.1:")


async def test_what_is_sent_says_who_sent_it_and_how_long_it_is() -> None:
    heard: list[tuple[bytes, bytes]] = []

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await read_request(reader))
        writer.write(response("200 OK"))

    async with serving(behave) as server:
        await deliver(server)
    head, body = heard[0]
    assert b"\r\nuser-agent: probe/" in head.lower()
    assert b"\r\ncontent-length: %d\r\n" % len(body) in head.lower()


async def test_the_url_is_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with serving(answers(response("200 OK"))) as server:
        await deliver(server)
        await deliver(server, template="{{ nothing }}")
    assert SECRET not in caplog.text


async def test_every_hostile_target_is_as_harmless_as_a_receiver() -> None:
    """All that targets do to us, receivers may do."""
    rows = [row for row in ALL if Reached.PLAIN in row.reached and row.listen is None and row.names is None]
    assert len(rows) > 100
    turns = asyncio.Semaphore(AT_ONCE)

    async def ends_well(row: Hostile) -> str | None:
        within = SHORT if row.kind is FailureKind.TIMEOUT else 20 * SECOND
        async with turns, serving(row.behave) as server:
            began = time.perf_counter()
            try:
                told = await deliver(server, timeout=within)
            except DeliveryFailed as failed:
                told = failed.why
            took = time.perf_counter() - began
        is_well = told.isprintable() and SECRET not in told and took < within / SECOND + GRACE
        return None if is_well else f"{row.name}: {told} after {took:.1f} s"

    assert [each for each in await asyncio.gather(*map(ends_well, rows)) if each] == []
