"""Before the first byte is written: names, addresses, connections."""

from __future__ import annotations

import asyncio
import resource
import socket
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from probe.model.check import DnsPolicy
from probe.model.sample import FailureKind
from probe.model.units import SECOND
from probe.probers.failures import TargetFailure
from probe.probers.http import HttpProber
from tests.fakes.servers import EMPTY_OK, answers, serving
from tests.integration.conftest import Engine
from tests.integration.probers.measuring import SHORT, check_of


def leading_to(engine: Engine, *addresses: str) -> HttpProber:
    """A prober for which every name has these addresses."""

    async def look_up(_host: str, _policy: DnsPolicy) -> list[str]:
        return list(addresses)

    return HttpProber(engine(look_up), lambda: 0)


async def test_a_name_is_looked_up_and_timed(prober: HttpProber) -> None:
    async with serving(answers(EMPTY_OK)) as server:
        sample = await prober.measure(check_of(server.url(host="localhost")))
        assert sample.address == f"127.0.0.1:{server.port}"
    assert sample.failure is None
    assert sample.phases.dns is not None


async def test_an_address_is_not_looked_up(prober: HttpProber) -> None:
    async with serving(answers(EMPTY_OK), host="::1") as server:
        sample = await prober.measure(check_of(server.url()))
        assert sample.address == f"[::1]:{server.port}"
    assert (sample.failure, sample.phases.dns) == (None, None)


async def test_a_name_without_an_address_is_a_dns_failure(engine: Engine) -> None:
    async def look_up(_host: str, _policy: DnsPolicy) -> list[str]:
        raise TargetFailure(FailureKind.DNS, "the name could not be resolved: there is no such name")

    sample = await HttpProber(engine(look_up), lambda: 0).measure(check_of("http://nowhere.example/"))
    assert sample.failure is not None
    assert sample.failure.kind is FailureKind.DNS
    assert sample.phases.dns is not None
    assert sample.phases.connect is None


@pytest.mark.parametrize("host", [f"{'a' * 64}.example", "a..example", "xn--99999999", "😀.example"])
async def test_what_is_no_host_name_is_a_dns_failure(prober: HttpProber, host: str) -> None:
    sample = await prober.measure(check_of(f"http://{host}/"))
    assert sample.failure is not None
    assert (sample.failure.kind, "not a valid host name" in sample.failure.detail) == (FailureKind.DNS, True)


async def test_a_lookup_that_hangs_is_stopped_at_the_deadline(engine: Engine) -> None:
    async def look_up(_host: str, _policy: DnsPolicy) -> list[str]:
        await asyncio.sleep(60)
        return []

    sample = await HttpProber(engine(look_up), lambda: 0).measure(check_of("http://slow/", timeout=SHORT))
    assert sample.failure is not None
    assert sample.failure.kind is FailureKind.TIMEOUT
    assert sample.failure.detail.endswith("while the name was resolved")
    assert sample.latency_us > 0.98 * SHORT  # uvloop's timers count whole milliseconds


async def test_international_names_are_looked_up_in_ascii(engine: Engine) -> None:
    asked = []

    async def look_up(host: str, _policy: DnsPolicy) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    async with serving(answers(EMPTY_OK)) as server:
        sample = await HttpProber(engine(look_up), lambda: 0).measure(check_of(server.url(host="bücher.example")))
    assert (sample.failure, asked) == (None, ["xn--bcher-kva.example"])


@pytest.mark.parametrize(
    "host",
    ["169.254.169.254", "::ffff:169.254.169.254", "fe80::1", "0.0.0.0", "::", "fd00:ec2::254", "224.0.0.1"],
)
async def test_a_denied_address_is_never_connected_to(engine: Engine, prober: HttpProber, host: str) -> None:
    for sample in (
        await prober.measure(check_of(f"http://[{host}]/" if ":" in host else f"http://{host}/")),
        await leading_to(engine, host).measure(check_of("http://innocent.example/")),
    ):
        assert sample.failure is not None
        assert (sample.failure.kind, sample.phases.connect) == (FailureKind.BLOCKED, None)


async def test_denied_addresses_among_others_are_left_out(engine: Engine) -> None:
    async with serving(answers(EMPTY_OK)) as server:
        sample = await leading_to(engine, "169.254.169.254", "127.0.0.1").measure(
            check_of(server.url(host="mixed.example"))
        )
    assert sample.failure is None


async def test_the_next_address_is_tried_when_one_refuses(engine: Engine) -> None:
    async with serving(answers(EMPTY_OK)) as server:
        sample = await leading_to(engine, "::1", "127.0.0.1").measure(check_of(server.url(host="both.example")))
        assert sample.address == f"127.0.0.1:{server.port}"


async def test_a_refused_connection(prober: HttpProber) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
    sample = await prober.measure(check_of(f"http://127.0.0.1:{port}/"))
    assert sample.failure is not None
    assert sample.failure.kind is FailureKind.REFUSED
    assert sample.failure.detail == "connection refused while connecting"
    assert sample.phases.connect is not None
    assert (sample.bytes_sent, sample.address) == (0, None)


async def test_a_server_that_accepts_nobody_is_stopped_at_the_deadline(prober: HttpProber) -> None:
    with closing(socket.create_server(("127.0.0.1", 0), backlog=0)) as listener:
        began = time.perf_counter()
        sample = await prober.measure(check_of(f"http://127.0.0.1:{listener.getsockname()[1]}/", timeout=SHORT))
        assert time.perf_counter() - began < SHORT / SECOND + 2
    assert sample.failure is not None
    assert sample.failure.kind is FailureKind.TIMEOUT


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_too_many_open_files_are_the_probers_own_fault(prober: HttpProber, host: str) -> None:
    async with serving(answers(EMPTY_OK)) as server:
        check = check_of(server.url(host=host))
        assert (await prober.measure(check)).failure is None
        with _no_more_files():
            sample = await prober.measure(check)
        assert (await prober.measure(check)).failure is None
    assert sample.failure is not None
    assert sample.failure.kind is FailureKind.PROBER_FAULT


@contextmanager
def _no_more_files() -> Iterator[None]:
    """A free descriptor below the highest one in use could be handed out again, so the limit is 0."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
