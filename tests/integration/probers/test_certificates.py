"""What is known of a certificate, also of a refused one; revocation; the client's own certificate."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.ocsp import OCSPCertStatus
from OpenSSL import SSL

from probe.model.check import TlsPolicy, TlsVersion
from probe.model.sample import FailureKind, Revocation
from probe.model.units import from_datetime
from probe.probers.http import HttpProber
from tests.fakes.servers import EMPTY_OK, Authority, answers, serving
from tests.fakes.stapling import TODAY, Issued, issue, stapling
from tests.integration.probers.measuring import check_of, trusting, under


async def test_a_refused_certificate_is_reported_with_the_reason(prober: HttpProber, authority: Authority) -> None:
    async with serving(answers(EMPTY_OK), tls=authority.context(until=2024)) as server:
        sample = await prober.measure(trusting(check_of(server.url()), authority))
    assert sample.failure is not None
    assert sample.failure.kind is FailureKind.TLS_EXPIRED
    assert sample.tls is not None
    leaf = sample.tls.leaf
    assert (sample.tls.version, leaf.subject, leaf.names) == ("TLSv1.3", "target", ("localhost", "127.0.0.1", "::1"))
    assert leaf.not_before == from_datetime(datetime(2020, 1, 1, tzinfo=UTC))
    assert leaf.not_after == from_datetime(datetime(2024, 1, 1, tzinfo=UTC))
    assert leaf.key == "EC 256"
    assert len(bytes.fromhex(leaf.fingerprint)) == 32


async def test_nothing_is_sent_to_a_target_whose_certificate_is_refused(
    prober: HttpProber, authority: Authority
) -> None:
    received = bytearray()

    async def listens(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(1_000):
            received.extend(data)

    async with serving(listens, tls=authority.context("else.example")) as server:
        sample = await prober.measure(trusting(check_of(server.url()), authority))
        await asyncio.sleep(0.05)
    assert (sample.failure is None, bytes(received)) == (False, b"")


async def test_the_whole_chain_is_told_as_it_was_sent(prober: HttpProber, authority: Authority) -> None:
    async with serving(answers(EMPTY_OK), tls=authority.context_with_root()) as server:
        sample = await prober.measure(trusting(check_of(server.url()), authority))
    assert sample.tls is not None
    assert sample.failure is None
    first, second = sample.tls.chain
    assert (first.issuer, second.subject) == (second.issuer, second.issuer)


async def test_an_older_tls_than_asked_for_is_named(prober: HttpProber) -> None:
    async with stapling(issue(), b"", newest=SSL.TLS1_2_VERSION) as server:
        sample = await prober.measure(under(check_of(server.url()), TlsPolicy(min_version=TlsVersion.V1_3)))
    assert sample.failure is not None
    assert sample.failure.kind is FailureKind.TLS_VERSION


async def test_another_server_name_can_be_expected(prober: HttpProber, authority: Authority) -> None:
    async with serving(answers(EMPTY_OK), tls=authority.context("inner.example")) as server:
        policy = TlsPolicy(ca_file=str(authority.ca_file), server_name="inner.example")
        sample = await prober.measure(under(check_of(server.url()), policy))
    assert (sample.failure, server.server_names) == (None, ["inner.example"])


@pytest.mark.parametrize("shows", [True, False], ids=["shown", "not shown"])
async def test_the_clients_own_certificate_is_shown_where_there_is_one(
    prober: HttpProber, authority: Authority, tmp_path: Path, *, shows: bool
) -> None:
    clients = trustme.CA()
    own = clients.issue_cert("probe.example")
    own.private_key_and_cert_chain_pem.write_to_path(tmp_path / "own.pem")
    context = authority.context()
    context.verify_mode = ssl.CERT_REQUIRED
    clients.configure_trust(context)
    async with serving(answers(EMPTY_OK), tls=context) as server:
        file = str(tmp_path / "own.pem") if shows else None
        policy = TlsPolicy(ca_file=str(authority.ca_file), certificate=file)
        sample = await prober.measure(under(check_of(server.url()), policy))
    if shows:
        assert (sample.failure, sample.http_status) == (None, 200)
    else:
        assert sample.failure is not None
        assert sample.failure.kind in {FailureKind.TLS, FailureKind.RESET}  # asyncio's server may cut its alert off


@pytest.mark.parametrize(
    ("certificate", "key", "says"),
    [
        ("none.pem", None, "tls.certificate can't be used: no such file or directory"),
        ("text.pem", None, "tls.certificate can't be used: it holds no certificate"),
        ("alone.pem", None, "tls.certificate can't be used: it holds no private key"),
        ("own.pem", "text.pem", "tls.key can't be used: it holds no private key"),
        ("own.pem", "other.key", "tls.key can't be used: its key does not fit the certificate"),
        ("own.pem", "locked.key", "tls.key can't be used: its key has a passphrase, which nobody could enter"),
    ],
)
async def test_a_certificate_of_ours_that_is_unusable_is_not_blamed_on_the_target(
    prober: HttpProber, tmp_path: Path, certificate: str, key: str | None, says: str
) -> None:
    own, other = trustme.CA().issue_cert("a.example"), trustme.CA().issue_cert("b.example")
    own.private_key_and_cert_chain_pem.write_to_path(tmp_path / "own.pem")
    other.private_key_pem.write_to_path(tmp_path / "other.key")
    own.cert_chain_pems[0].write_to_path(tmp_path / "alone.pem")
    private = load_pem_private_key(own.private_key_pem.bytes(), None)
    locked = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"a passphrase"))
    (tmp_path / "locked.key").write_bytes(locked)
    (tmp_path / "text.pem").write_text("no certificate")
    policy = TlsPolicy(certificate=str(tmp_path / certificate), key=str(tmp_path / key) if key else None)
    sample = await prober.measure(under(check_of("https://127.0.0.1:1/"), policy))
    assert sample.failure is not None
    assert (sample.failure.kind, sample.failure.detail) == (FailureKind.PROBER_FAULT, says)


@dataclass(frozen=True, slots=True)
class Stapled:
    """A response, and what it is worth."""

    name: str
    response: Callable[[Issued], bytes]
    means: Revocation | None


def authority_of(issued: Issued) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    return issued.authority, issued.authority_key


def by_appointed(issued: Issued, *, for_ocsp: bool) -> bytes:
    signer = issued.appoint(for_ocsp=for_ocsp)
    return issued.staple(OCSPCertStatus.REVOKED, signer=signer, along=(signer[0],))


STAPLED = (
    Stapled("nothing", lambda _: b"", None),
    Stapled("good", lambda at: at.staple(OCSPCertStatus.GOOD), Revocation.GOOD),
    Stapled("revoked", lambda at: at.staple(OCSPCertStatus.REVOKED), Revocation.REVOKED),
    Stapled("unknown", lambda at: at.staple(OCSPCertStatus.UNKNOWN), Revocation.UNKNOWN),
    Stapled(
        "good, but long ago",
        lambda at: at.staple(OCSPCertStatus.GOOD, since=TODAY - timedelta(30), until=TODAY - timedelta(20)),
        None,
    ),
    Stapled(
        "revoked long ago",
        lambda at: at.staple(OCSPCertStatus.REVOKED, since=TODAY - timedelta(30), until=TODAY - timedelta(20)),
        Revocation.REVOKED,
    ),
    Stapled(
        "good from tomorrow on",
        lambda at: at.staple(OCSPCertStatus.GOOD, since=TODAY + timedelta(1), until=TODAY + timedelta(8)),
        None,
    ),
    Stapled(
        "signed by nobody who may",
        lambda at: at.staple(OCSPCertStatus.REVOKED, signer=authority_of(issue())),
        None,
    ),
    Stapled("of another certificate", lambda at: at.staple(OCSPCertStatus.REVOKED, of=issue().certificate), None),
    Stapled("by an appointed responder", lambda at: by_appointed(at, for_ocsp=True), Revocation.REVOKED),
    Stapled("by another certificate's holder", lambda at: by_appointed(at, for_ocsp=False), None),
    Stapled("rubbish", lambda _: b"rubbish", None),
)


@pytest.mark.parametrize("stapled", STAPLED, ids=lambda stapled: stapled.name)
async def test_only_a_valid_stapled_response_counts(stapled: Stapled, prober: HttpProber, tmp_path: Path) -> None:
    issued = issue()
    (tmp_path / "ca.pem").write_bytes(issued.authority.public_bytes(Encoding.PEM))
    async with stapling(issued, stapled.response(issued)) as server:
        sample = await prober.measure(under(check_of(server.url()), TlsPolicy(ca_file=str(tmp_path / "ca.pem"))))
    assert sample.tls is not None
    assert sample.tls.stapled is stapled.means
    if stapled.means is Revocation.REVOKED:
        assert sample.failure is not None
        assert sample.failure.kind is FailureKind.TLS_REVOKED
        assert sample.failure.detail == "the certificate was refused: its authority has revoked it"
    else:
        assert (sample.failure, sample.http_status) == (None, 200)
