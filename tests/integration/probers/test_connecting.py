"""Before the first byte is written: names, addresses, connections."""

from __future__ import annotations

import asyncio
import socket
import time
from contextlib import closing
from pathlib import Path

import pytest

from probe.model.check import DnsPolicy
from probe.model.sample import FailureKind
from probe.model.units import MILLISECOND, SECOND
from probe.probers.http import HttpProber
from probe.probers.raised import TargetFailure
from tests.fakes.servers import EMPTY_OK, Authority, Behaviour, answers, ok, serving, silent
from tests.integration.conftest import Engine
from tests.integration.probers.measuring import SHORT, by, check_of, no_more_files, trusting


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


async def test_a_silent_address_holds_up_the_next_one_only_for_a_moment(engine: Engine) -> None:
    async with serving(answers(EMPTY_OK)) as server:
        with silent("::1", server.port):
            prober = leading_to(engine, "::1", "127.0.0.1")
            sample = await prober.measure(check_of(server.url(host="both.example")))
    assert (sample.failure, sample.address) == (None, f"127.0.0.1:{server.port}")
    assert sample.phases.connect is not None
    assert 240 * MILLISECOND < sample.phases.connect < 2 * SECOND


async def test_of_several_addresses_that_all_fail_the_one_that_refused_says_most(engine: Engine) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
    sample = await leading_to(engine, "::1", "127.0.0.1").measure(check_of(f"http://both.example:{port}/"))
    assert sample.failure is not None
    assert sample.failure.kind is FailureKind.REFUSED


async def test_of_several_silent_addresses_none_is_left_open(engine: Engine) -> None:
    with silent("127.0.0.1") as port, silent("::1", port):
        prober = leading_to(engine, "::1", "127.0.0.1")
        sample = await prober.measure(check_of(f"http://both.example:{port}/", timeout=SHORT))
    assert sample.failure is not None
    assert sample.failure.kind is FailureKind.TIMEOUT
    assert sample.failure.detail.endswith("while connecting")


@pytest.mark.parametrize("secure", [False, True], ids=["plain", "tls"])
async def test_a_unix_socket_stands_for_host_and_port(
    prober: HttpProber, authority: Authority, tmp_path: Path, *, secure: bool
) -> None:
    path = tmp_path / "app.sock"
    tls = authority.context("app.example") if secure else None
    server = await asyncio.start_unix_server(answering(b"by socket"), path, ssl=tls)
    async with server:
        check = check_of(f"{'https' if secure else 'http'}://app.example/")
        sample = await prober.measure(by(trusting(check, authority), unix_socket=str(path)))
    assert (sample.failure, sample.body, sample.address) == (None, b"by socket", f"unix:{path}")
    assert (sample.phases.dns, sample.phases.connect is None, sample.phases.tls is None) == (None, False, not secure)


async def test_a_unix_socket_that_is_not_there_is_refused(prober: HttpProber, tmp_path: Path) -> None:
    sample = await prober.measure(by(check_of("http://app.example/"), unix_socket=str(tmp_path / "none.sock")))
    assert sample.failure is not None
    assert sample.failure.kind is FailureKind.REFUSED
    assert sample.failure.detail == "no such file or directory while connecting"


def answering(body: bytes) -> Behaviour:
    """As `answers`, and closes."""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await answers(ok(body))(reader, writer)
        writer.close()

    return behave


async def test_a_refused_connection(prober: HttpProber) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
    sample = await prober.measure(check_of(f"http://127.0.0.1:{port}/"))
    assert sample.failure is not None
    assert sample.failure.kind is FailureKind.REFUSED
    assert sample.failure.detail == "connection refused while connecting"
    assert sample.phases.connect is not None
    assert (sample.bytes_sent, sample.address) == (0, f"127.0.0.1:{port}")


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
        with no_more_files():
            sample = await prober.measure(check)
        assert (await prober.measure(check)).failure is None
    assert sample.failure is not None
    assert sample.failure.kind is FailureKind.PROBER_FAULT
