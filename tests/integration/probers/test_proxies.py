"""Through an HTTP proxy: what is timed, what is said of whom, and that no other proxy is ever used."""

from __future__ import annotations

import socket
from contextlib import closing

import pytest

from probe.model.check import AddressPolicy
from probe.model.sample import FailureKind, Sample
from probe.model.sensitive import Sensitive
from probe.model.units import MILLISECOND
from probe.probers.http import HttpProber
from probe.probers.transport import ProbeTransport
from tests.fakes.proxies import Proxy, proxying
from tests.fakes.servers import Authority, answers, ok, serving, silent
from tests.integration.conftest import NOW
from tests.integration.probers.measuring import LONG, SHORT, by, check_of, trusting

SECRET = "s3cr3t-canary"


@pytest.fixture
def prober() -> HttpProber:
    return HttpProber(ProbeTransport(), lambda: NOW)


async def through(
    prober: HttpProber, proxy: Proxy | str, url: str, authority: Authority, *, within: int = LONG, deny: str = ""
) -> Sample:
    address = proxy if isinstance(proxy, str) else proxy.url(f"user:{SECRET}@")
    check = trusting(check_of(url, timeout=within), authority)
    addresses = AddressPolicy(deny=(deny,) if deny else ())
    return await prober.measure(by(check, proxy=Sensitive(address, "http://proxy"), addresses=addresses))


@pytest.mark.parametrize("to_proxy", [False, True], ids=["http proxy", "https proxy"])
@pytest.mark.parametrize("to_target", [False, True], ids=["http", "https"])
async def test_the_answer_is_the_targets(
    prober: HttpProber, authority: Authority, *, to_proxy: bool, to_target: bool
) -> None:
    async with (
        serving(answers(ok(b"there")), tls=authority.context("shop.example") if to_target else None) as server,
        proxying(server, tls=authority.context() if to_proxy else None) as proxy,
    ):
        url = f"{server.scheme}://shop.example/a?b=c"
        sample = await through(prober, proxy, url, authority)
    assert (sample.failure, sample.http_status, sample.body) == (None, 200, b"there")
    assert sample.address == f"127.0.0.1:{proxy.server.port}"
    assert (sample.phases.tls is None, sample.tls is None) == (not to_target, not to_target)
    first = proxy.heads[0].split(b"\r\n")[0]
    assert first == (b"CONNECT shop.example:443 HTTP/1.1" if to_target else b"GET http://shop.example/a?b=c HTTP/1.1")
    assert b"proxy-authorization: basic" in proxy.heads[0].lower()
    told = "GET /a?b=c HTTP/1.1\n" if to_target else f"{first.decode()}\nproxy-authorization: Basic ***\n"
    assert sample.request_head.startswith(told)
    if not to_target:
        sent = proxy.heads[0].decode().strip().split("\r\n")
        assert len(sample.request_head.split("\n")) == len(sent)


async def test_the_way_through_the_proxy_is_the_phase_connect(prober: HttpProber, authority: Authority) -> None:
    async with (
        serving(answers(ok()), tls=authority.context("shop.example")) as server,
        proxying(server, pause=0.1) as proxy,
    ):
        sample = await through(prober, proxy, "https://shop.example/", authority)
    phases = sample.phases
    assert phases.connect is not None
    assert phases.wait is not None
    assert phases.connect > 99 * MILLISECOND
    assert phases.wait < 90 * MILLISECOND


@pytest.mark.parametrize(
    ("status", "kind", "says"),
    [
        (407, FailureKind.PROXY, "the proxy wants other credentials: it answers 407"),
        (403, FailureKind.PROXY, "the proxy refuses to connect: it answers 403"),
        (502, FailureKind.UNREACHABLE, "the proxy can't reach the target: it answers 502"),
        (503, FailureKind.UNREACHABLE, "the proxy can't reach the target: it answers 503"),
        (504, FailureKind.UNREACHABLE, "the proxy can't reach the target: it answers 504"),
    ],
)
async def test_a_tunnel_that_is_refused_says_whose_fault_that_is(
    prober: HttpProber, authority: Authority, status: int, kind: FailureKind, says: str
) -> None:
    refusal = f"HTTP/1.1 {status} {SECRET}\r\ncontent-length: 0\r\n\r\n".encode()
    async with serving(answers(ok())) as server, proxying(server, refusal=refusal) as proxy:
        sample = await through(prober, proxy, "https://shop.example/", authority)
    assert sample.failure is not None
    assert (sample.failure.kind, sample.failure.detail) == (kind, says)


async def test_a_proxy_that_is_not_there_leaves_the_target_unknown(prober: HttpProber, authority: Authority) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
    sample = await through(prober, f"http://127.0.0.1:{port}", "https://shop.example/", authority)
    assert sample.failure is not None
    assert sample.failure.kind is FailureKind.PROXY
    assert sample.failure.detail == "the proxy can't be used: connection refused while connecting"


async def test_a_proxy_that_is_silent_leaves_the_target_unknown(prober: HttpProber, authority: Authority) -> None:
    with silent("127.0.0.1") as port:
        sample = await through(prober, f"http://127.0.0.1:{port}", "http://shop.example/", authority, within=SHORT)
    assert sample.failure is not None
    assert sample.failure.kind is FailureKind.PROXY
    assert sample.failure.detail.startswith("the proxy can't be used: no complete response within")


async def test_a_tunnel_that_never_stands_is_a_time_out(prober: HttpProber, authority: Authority) -> None:
    async with serving(answers(ok())) as server, proxying(server, pause=60) as proxy:
        sample = await through(prober, proxy, "https://shop.example/", authority, within=SHORT)
    assert sample.failure is not None
    assert sample.failure.kind is FailureKind.TIMEOUT
    assert sample.failure.detail.endswith("while connecting")


async def test_a_proxys_bad_certificate_is_not_the_targets(prober: HttpProber, authority: Authority) -> None:
    async with (
        serving(answers(ok())) as server,
        proxying(server, tls=authority.context("else.example")) as proxy,
    ):
        sample = await through(prober, proxy, "http://shop.example/", authority)
    assert sample.failure is not None
    assert sample.failure.kind is FailureKind.PROXY


async def test_the_targets_certificate_is_judged_through_a_tunnel(prober: HttpProber, authority: Authority) -> None:
    async with (
        serving(answers(ok()), tls=authority.context("shop.example", until=2024)) as server,
        proxying(server) as proxy,
    ):
        sample = await through(prober, proxy, "https://shop.example/", authority)
    assert sample.failure is not None
    assert sample.failure.kind is FailureKind.TLS_EXPIRED
    assert sample.tls is not None
    assert sample.tls.leaf.subject == "target"


async def test_a_proxys_address_is_vetted_too(prober: HttpProber, authority: Authority) -> None:
    async with serving(answers(ok())) as server, proxying(server) as proxy:
        sample = await through(prober, proxy, "http://shop.example/", authority, deny="127.0.0.0/8")
    assert sample.failure is not None
    assert sample.failure.kind is FailureKind.BLOCKED
    assert proxy.heads == []


@pytest.mark.parametrize("answer", [b"SSH-2.0-proxy\r\n\r\n", b" ", b"HTTP/1.1 100 Continue\r\n\r\n" * 10_000])
async def test_a_proxy_that_answers_nonsense_leaves_the_target_unknown(
    prober: HttpProber, authority: Authority, answer: bytes
) -> None:
    async with serving(answers(ok())) as server, proxying(server, refusal=answer) as proxy:
        sample = await through(prober, proxy, "https://shop.example/", authority)
    assert sample.failure is not None
    assert sample.failure.kind is FailureKind.PROXY


async def test_a_proxy_that_wants_other_credentials_is_not_the_target(prober: HttpProber, authority: Authority) -> None:
    refusal = b"HTTP/1.1 407 No\r\ncontent-length: 0\r\n\r\n"
    async with serving(answers(ok())) as server, proxying(server, refusal=refusal) as proxy:
        sample = await through(prober, proxy, "http://shop.example/", authority)
    assert sample.failure is not None
    assert sample.failure.kind is FailureKind.PROXY


async def test_a_407_of_the_target_itself_is_its_answer(prober: HttpProber, authority: Authority) -> None:
    refusal = b"HTTP/1.1 407 No\r\ncontent-length: 0\r\n\r\n"
    async with (
        serving(answers(refusal), tls=authority.context("shop.example")) as server,
        proxying(server) as proxy,
    ):
        sample = await through(prober, proxy, "https://shop.example/", authority)
    assert (sample.failure, sample.http_status) == (None, 407)


@pytest.mark.parametrize("host", ["169.254.169.254", "[fd00:ec2::254]", "2852039166", "0xa9fea9fe", "169.254.169.254."])
async def test_an_address_is_vetted_also_where_a_proxy_would_connect(
    prober: HttpProber, authority: Authority, host: str
) -> None:
    async with serving(answers(ok())) as server, proxying(server) as proxy:
        sample = await through(prober, proxy, f"http://{host}/", authority)
    assert sample.failure is not None
    assert (sample.failure.kind, proxy.heads) == (FailureKind.BLOCKED, [])


async def test_proxies_of_the_environment_are_never_used(prober: HttpProber, monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving(answers(ok(b"straight"))) as server, proxying(server) as proxy:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, proxy.url())
        sample = await prober.measure(check_of(server.url()))
        by_http2 = await prober.measure(by(check_of(server.url()), http2=True))
    assert (sample.failure, sample.body, proxy.heads) == (None, b"straight", [])
    assert by_http2.failure is not None
