"""Handshakes: which certificates are refused and as what, and what is known of the connection."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from probe.model.check import TlsPolicy
from probe.model.sample import FailureKind
from probe.model.units import from_datetime
from probe.probers.http import HttpProber
from probe.probers.tls import _context
from probe.probers.transport import warm_up
from tests.fakes.servers import EMPTY_OK, Authority, answers, serving
from tests.integration.probers.measuring import SHORT, check_of, trusting, under


@dataclass(frozen=True, slots=True)
class Refused:
    """A server that must not be trusted. `trusts` says whether the check knows the authority."""

    name: str
    context: Callable[[Authority], ssl.SSLContext]
    kind: FailureKind
    says: str
    trusts: bool = True


REFUSED = (
    Refused("expired", lambda at: at.context(until=2024), FailureKind.TLS_EXPIRED, "it has expired"),
    Refused("not yet valid", lambda at: at.context(since=2090), FailureKind.TLS_NOT_YET_VALID, "not valid yet"),
    Refused(
        "of another host",
        lambda at: at.context("else.example"),
        FailureKind.TLS_WRONG_HOST,
        "for else.example, not for",
    ),
    Refused("self-signed", lambda at: at.self_signed(), FailureKind.TLS_SELF_SIGNED, "signed by itself", trusts=False),
    Refused("unknown", lambda at: at.context(), FailureKind.TLS_UNKNOWN_AUTHORITY, "not known here", trusts=False),
    Refused(
        "unknown, root sent along",
        lambda at: at.context_with_root(),
        FailureKind.TLS_UNKNOWN_AUTHORITY,
        "root certificate is not trusted",
        trusts=False,
    ),
)


@pytest.mark.parametrize("refused", REFUSED, ids=lambda refused: refused.name)
async def test_a_bad_certificate_is_refused_by_name(refused: Refused, prober: HttpProber, authority: Authority) -> None:
    async with serving(answers(EMPTY_OK), tls=refused.context(authority)) as server:
        check = check_of(server.url())
        sample = await prober.measure(trusting(check, authority) if refused.trusts else check)
    assert sample.failure is not None
    assert sample.failure.kind is refused.kind
    assert refused.says in sample.failure.detail
    assert (sample.http_status, sample.phases.tls is None, sample.phases.send) == (None, False, None)


@pytest.mark.parametrize("refused", REFUSED, ids=lambda refused: refused.name)
async def test_unverified_its_facts_are_read_all_the_same(
    refused: Refused, prober: HttpProber, authority: Authority
) -> None:
    async with serving(answers(EMPTY_OK), tls=refused.context(authority)) as server:
        sample = await prober.measure(under(check_of(server.url()), TlsPolicy(verify=False)))
    until = 2024 if refused.name == "expired" else 2100
    assert (sample.failure, sample.http_status) == (None, 200)
    assert sample.tls is not None
    assert sample.tls.not_after == from_datetime(datetime(until, 1, 1, tzinfo=UTC))


async def test_verified_and_unverified_facts_are_the_same(prober: HttpProber, authority: Authority) -> None:
    async with serving(answers(EMPTY_OK), tls=authority.context()) as server:
        verified = await prober.measure(trusting(check_of(server.url()), authority))
        unverified = await prober.measure(under(check_of(server.url()), TlsPolicy(verify=False)))
    assert verified.tls is not None
    assert (verified.tls.version, verified.tls.leaf.subject) == ("TLSv1.3", "target")
    assert verified.tls == unverified.tls


async def test_a_host_name_is_asked_for_by_sni_and_an_address_is_not(prober: HttpProber, authority: Authority) -> None:
    async with serving(answers(EMPTY_OK), tls=authority.context()) as server:
        for host in ("localhost", "127.0.0.1"):
            sample = await prober.measure(trusting(check_of(server.url(host=host)), authority))
            assert sample.failure is None
        assert server.server_names == ["localhost", None]


async def test_tls_works_over_ipv6(prober: HttpProber, authority: Authority) -> None:
    async with serving(answers(EMPTY_OK), tls=authority.context(), host="::1") as server:
        sample = await prober.measure(trusting(check_of(server.url()), authority))
        assert (sample.failure, sample.address) == (None, f"[::1]:{server.port}")


@pytest.mark.parametrize(
    ("answer", "kind", "says"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", FailureKind.TLS, "the target does not answer in TLS"),
        (
            b"\x15\x03\x01\x00\x02\x02\x46",
            FailureKind.TLS_VERSION,
            "the target does not offer the version of TLS that is asked for (tls.min_version)",
        ),
        (b"\x15\x03\x03\x00\x02\x02\x70", FailureKind.TLS, "tlsv1 unrecognized name"),
    ],
    ids=["plain HTTP", "protocol_version (70), as from TLS 1.1", "unrecognized_name (112)"],
)
async def test_a_handshake_that_is_refused_says_why(
    prober: HttpProber, answer: bytes, kind: FailureKind, says: str
) -> None:
    async def answers_at_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1_000)
        writer.write(answer)
        await writer.drain()

    async with serving(answers_at_once) as server:
        sample = await prober.measure(check_of(server.url().replace("http:", "https:")))
    assert sample.failure is not None
    assert sample.failure.kind is kind
    assert sample.failure.detail == f"TLS failed during the TLS handshake: {says}"


async def test_a_tls_port_asked_in_plain_http_fails_by_name(prober: HttpProber, authority: Authority) -> None:
    async with serving(answers(EMPTY_OK), tls=authority.context()) as server:
        sample = await prober.measure(check_of(server.url().replace("https:", "http:"), timeout=SHORT))
    assert sample.failure is not None
    assert sample.failure.kind in {FailureKind.RESET, FailureKind.PROTOCOL}


@pytest.mark.parametrize("answer", [b"", b"\x16\x03"], ids=["silent", "half a record"])
async def test_a_handshake_that_never_ends_is_stopped_at_the_deadline(prober: HttpProber, answer: bytes) -> None:
    async def stalls(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await asyncio.sleep(60)

    async with serving(stalls) as server:
        sample = await prober.measure(check_of(server.url().replace("http:", "https:"), timeout=SHORT))
    assert sample.failure is not None
    assert sample.failure.kind is FailureKind.TIMEOUT
    assert sample.failure.detail.endswith("during the TLS handshake")
    assert sample.phases.tls is not None


async def test_a_handshake_cut_off_is_a_reset(prober: HttpProber) -> None:
    async def hangs_up(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await reader.read(1_000)

    async with serving(hangs_up) as server:
        sample = await prober.measure(check_of(server.url().replace("http:", "https:")))
    assert sample.failure is not None
    assert sample.failure.kind is FailureKind.RESET
    assert sample.failure.detail.endswith("during the TLS handshake")


@pytest.mark.parametrize(
    ("content", "says"), [(None, "no such file or directory"), ("no certificate", "it holds no certificate")]
)
async def test_an_unusable_authority_is_not_blamed_on_the_target(
    prober: HttpProber, tmp_path: Path, content: str | None, says: str
) -> None:
    file = tmp_path / "authority.pem"
    if content:
        file.write_text(content)
    sample = await prober.measure(under(check_of("https://127.0.0.1:1/"), TlsPolicy(ca_file=str(file))))
    assert sample.failure is not None
    assert sample.failure.kind is FailureKind.PROBER_FAULT
    assert sample.failure.detail == f"tls.ca_file can't be used: {says}"
    assert sample.latency_us == 0


async def test_what_takes_long_is_made_before_the_first_attempt(prober: HttpProber, authority: Authority) -> None:
    async with serving(answers(EMPTY_OK), tls=authority.context()) as server:
        check = trusting(check_of(server.url()), authority)
        unusable = under(check, TlsPolicy(ca_file="/nowhere.pem"))
        await warm_up([check.request, unusable.request])
        before = _context.cache_info().misses
        assert (await prober.measure(check)).failure is None
    assert _context.cache_info().misses == before


async def test_a_dot_behind_the_host_is_in_no_certificate(prober: HttpProber, authority: Authority) -> None:
    async with serving(answers(EMPTY_OK), tls=authority.context()) as server:
        sample = await prober.measure(trusting(check_of(server.url(host="localhost.")), authority))
    assert (sample.failure, server.server_names) == (None, ["localhost"])
