"""What goes along to the next hop, and what stays."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path

import pytest
import trustme

from probe.model.check import Check, TlsPolicy
from probe.model.sample import FailureKind
from probe.model.sensitive import Sensitive
from probe.probers.http import HttpProber
from tests.fakes.checks import make_check
from tests.fakes.servers import EMPTY_OK, Authority, Behaviour, answers, ok, read_request, redirect, serving
from tests.integration.probers.measuring import LONG, by, trusting, under

CONFIGURED = ("authorization", "cookie", "x-api-key", "x-anything", "content-type", "traceparent", "host")


def records(seen: list[tuple[bytes, bytes]], *responses: bytes) -> Behaviour:
    """Answers connections in turn and keeps their requests."""
    left = list(responses)

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await read_request(reader))
        writer.write(left.pop(0))

    return behave


def check_with_secrets(url: str, *, method: str = "GET", body: str | None = None, redirects: int = 5) -> Check:
    return make_check(
        url=url,
        method=method,
        body=Sensitive.plain(body) if body else None,
        headers=tuple((name, Sensitive.plain("s3cr3t")) for name in CONFIGURED),
        max_redirects=redirects,
        timeout=LONG,
    )


async def test_a_redirect_is_the_answer_where_none_is_followed(prober: HttpProber) -> None:
    async with serving(answers(redirect("/next"))) as server:
        sample = await prober.measure(check_with_secrets(server.url(), redirects=0))
        assert server.connections == 1
    assert (sample.failure, sample.http_status, sample.redirects) == (None, 302, 0)


@pytest.mark.parametrize(
    "location", ["/next?a=b#part", "next?a=b", "?a=b", "//127.0.0.1:{port}/next?a=b", "{url}next?a=b"]
)
async def test_at_the_same_origin_everything_goes_along(prober: HttpProber, location: str) -> None:
    seen: list[tuple[bytes, bytes]] = []

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await read_request(reader))
        target = location.format(port=server.port, url=server.url())
        writer.write(redirect(target) if len(seen) == 1 else ok(b"there"))

    async with serving(behave) as server:
        sample = await prober.measure(check_with_secrets(server.url()))
    assert (sample.failure, sample.body, sample.redirects) == (None, b"there", 1)
    assert b"?a=b HTTP/1.1" in seen[1][0]
    assert all(f"{name}: s3cr3t".encode() in seen[1][0].lower() for name in CONFIGURED)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_to_another_origin_nothing_configured_goes_along(prober: HttpProber, status: int) -> None:
    seen: list[tuple[bytes, bytes]] = []
    async with (
        serving(records(seen, ok(b"there"))) as other,
        serving(answers(redirect(other.url(), status))) as server,
    ):
        sample = await prober.measure(check_with_secrets(server.url()))
        assert (sample.body, sample.address) == (b"there", f"127.0.0.1:{other.port}")
    head = seen[0][0].lower()
    assert b"s3cr3t" not in head
    assert b"user-agent: probe/" in head
    assert f"host: 127.0.0.1:{other.port}".encode() in head


async def test_what_was_dropped_does_not_come_back_at_home(prober: HttpProber) -> None:
    seen: list[tuple[bytes, bytes]] = []
    behaviours: list[Behaviour] = []

    async def in_turn(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await behaviours.pop(0)(reader, writer)

    async with serving(in_turn) as home, serving(answers(redirect(home.url("/back")))) as other:
        behaviours += [answers(redirect(other.url())), records(seen, EMPTY_OK)]
        assert (await prober.measure(check_with_secrets(home.url()))).redirects == 2
    assert b"s3cr3t" not in seen[0][0]


@pytest.mark.parametrize("status", [307, 308])
async def test_a_body_is_not_sent_to_another_origin(prober: HttpProber, status: int) -> None:
    async with serving(answers(EMPTY_OK)) as other, serving(answers(redirect(other.url(), status))) as server:
        sample = await prober.measure(check_with_secrets(server.url(), method="POST", body="s3cr3t"))
        assert other.connections == 0
    assert sample.failure is not None
    assert sample.failure.kind is FailureKind.REDIRECT


@pytest.mark.parametrize(
    ("method", "status", "then"),
    [
        *(("POST", status, b"GET") for status in (301, 302, 303)),
        *(("POST", status, b"POST") for status in (307, 308)),
        *(("PUT", status, b"PUT") for status in (301, 302, 307, 308)),
        ("PUT", 303, b"GET"),
        ("HEAD", 303, b"HEAD"),
    ],
)
async def test_method_and_body_change_as_in_browsers(prober: HttpProber, method: str, status: int, then: bytes) -> None:
    seen: list[tuple[bytes, bytes]] = []
    body = None if method == "HEAD" else "the body"
    async with serving(records(seen, redirect("/next", status), EMPTY_OK)) as server:
        sample = await prober.measure(check_with_secrets(server.url(), method=method, body=body))
    assert (sample.failure, sample.http_status) == (None, 200)
    head, sent = seen[1]
    assert head.startswith(then + b" /next ")
    assert sent == (b"" if then == b"GET" or body is None else b"the body")
    assert (b"content-type" in head.lower()) is (then == method.encode())


async def test_https_to_http_is_refused_and_http_to_https_is_followed(prober: HttpProber, authority: Authority) -> None:
    async with serving(answers(ok(b"there"))) as plain:
        async with serving(answers(redirect(plain.url())), tls=authority.context()) as secure:
            down = await prober.measure(trusting(check_with_secrets(secure.url()), authority))
        assert plain.connections == 0
    async with (
        serving(answers(ok(b"there")), tls=authority.context()) as secure,
        serving(answers(redirect(secure.url()))) as plain,
    ):
        up = await prober.measure(trusting(check_with_secrets(plain.url()), authority))
    assert down.failure is not None
    assert (down.failure.kind, down.failure.detail) == (FailureKind.REDIRECT, "redirected from https to http")
    assert (up.body, up.tls is not None) == (b"there", True)


async def test_a_client_certificate_is_not_shown_to_another_origin(
    prober: HttpProber, authority: Authority, tmp_path: Path
) -> None:
    clients = trustme.CA()
    clients.issue_cert("probe.example").private_key_and_cert_chain_pem.write_to_path(tmp_path / "own.pem")
    shown: list[object] = []

    def asking() -> ssl.SSLContext:
        context = authority.context()
        context.verify_mode = ssl.CERT_OPTIONAL
        clients.configure_trust(context)
        return context

    def notes(answer: bytes) -> Behaviour:
        async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            shown.append(writer.get_extra_info("ssl_object").getpeercert())
            await answers(answer)(reader, writer)

        return behave

    async with (
        serving(notes(EMPTY_OK), tls=asking()) as other,
        serving(notes(redirect(other.url())), tls=asking()) as server,
    ):
        policy = TlsPolicy(ca_file=str(authority.ca_file), certificate=str(tmp_path / "own.pem"))
        sample = await prober.measure(under(check_with_secrets(server.url()), policy))
    assert (sample.failure, sample.redirects) == (None, 1)
    assert (bool(shown[0]), bool(shown[1])) == (True, False)


async def test_a_unix_socket_stands_for_its_own_origin_only(prober: HttpProber, tmp_path: Path) -> None:
    path = tmp_path / "app.sock"
    async with serving(answers(ok(b"there"))) as other:

        async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await answers(redirect(other.url()))(reader, writer)
            writer.close()

        async with await asyncio.start_unix_server(behave, path):
            sample = await prober.measure(by(check_with_secrets("http://app.example/"), unix_socket=str(path)))
    assert (sample.failure, sample.body, sample.redirects) == (None, b"there", 1)


async def test_after_a_hop_that_fails_nothing_is_known_of_the_one_before(
    prober: HttpProber, authority: Authority
) -> None:
    async with serving(answers(redirect("https://127.0.0.1:1/")), tls=authority.context()) as server:
        sample = await prober.measure(trusting(check_with_secrets(server.url()), authority))
    assert sample.failure is not None
    assert sample.failure.kind is FailureKind.REFUSED
    assert (sample.http_status, sample.address, sample.tls, sample.http_version) == (None, "127.0.0.1:1", None, None)


async def test_the_deadline_is_one_over_all_hops(prober: HttpProber) -> None:
    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        await asyncio.sleep(0.1)
        writer.write(redirect("/"))

    async with serving(behave) as server:
        sample = await prober.measure(make_check(url=server.url(), max_redirects=20, timeout=250_000))
    assert sample.failure is not None
    assert sample.failure.kind is FailureKind.TIMEOUT
    assert sample.redirects == 2
    assert 230_000 < sample.latency_us < 400_000
