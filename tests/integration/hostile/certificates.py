"""Servers with certificates that nobody should trust, TLS that nobody should speak, and connections broken off inside it."""

from __future__ import annotations

import asyncio
import os
import ssl
import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from ipaddress import ip_address
from typing import Final

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from probe.model.sample import FailureKind
from tests.fakes.servers import Authority, Behaviour, ServerKey, read_request
from tests.integration.hostile.row import HEAD, INSTEAD_OF_TLS, WITHIN_TLS, Hostile

_HERE: Final = x509.IPAddress(ip_address("127.0.0.1"))


def _certificate(
    key: ServerKey, *names: x509.GeneralName, common_name: str = "target", authority: bool | None = None
) -> x509.CertificateBuilder:
    made = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2100, 1, 1, tzinfo=UTC))
    )
    if names:
        made = made.add_extension(x509.SubjectAlternativeName(names), critical=False)
    if authority is not None:
        made = made.add_extension(x509.BasicConstraints(authority, None), critical=True)
    return made


def _for(*names: x509.GeneralName, common_name: str = "target") -> Callable[[Authority], ssl.SSLContext]:
    """A certificate for these names only."""
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _certificate(key, *names, common_name=common_name)
    return lambda authority: authority.context_of(key, authority.sign(certificate))


def _with_a_short_key(authority: Authority) -> ssl.SSLContext:
    key = rsa.generate_private_key(65_537, 1024)
    return authority.context_of(key, authority.sign(_certificate(key, _HERE)))


def _for_clients_only(authority: Authority) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
    certificate = _certificate(key, _HERE).add_extension(purpose, critical=False)
    return authority.context_of(key, authority.sign(certificate))


def _signed_by_a_server(authority: Authority) -> ssl.SSLContext:
    """By one whose own certificate is good, but doesn't allow that."""
    key, servers_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    server = authority.sign(_certificate(servers_key, _HERE, common_name="server", authority=False))
    own = _certificate(key, _HERE).issuer_name(server.subject).sign(servers_key, hashes.SHA256())
    return authority.context_of(key, own, server)


def _long_chain(authority: Authority) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    other = _certificate(key).issuer_name(x509.Name([])).sign(key, hashes.SHA256())
    return authority.context_of(key, authority.sign(_certificate(key, _HERE)), *[other] * 1_000)


def _shakes_hands(context: Callable[[], ssl.SSLContext]) -> Behaviour:
    """A TLS server whose alerts arrive: asyncio's closes the connection before it has sent them."""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        server = context().wrap_bio(incoming, outgoing, server_side=True)
        while records := await reader.read(65_536):
            incoming.write(records)
            try:
                server.do_handshake()
            except ssl.SSLWantReadError:
                pass
            except ssl.SSLError:
                writer.write(outgoing.read())
                await reader.read()
            writer.write(outgoing.read())

    return behave


@lru_cache
def _anybodys() -> trustme.LeafCert:
    return trustme.CA().issue_cert("127.0.0.1")


def _at_most(version: ssl.TLSVersion) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    _anybodys().configure_cert(made)
    made.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():  # that they are too old is the point
        warnings.simplefilter("ignore")
        made.minimum_version = ssl.TLSVersion.TLSv1
        made.maximum_version = version
    return made


def _no_common_cipher() -> ssl.SSLContext:
    made = _at_most(ssl.TLSVersion.TLSv1_2)
    made.set_ciphers("AES128-SHA256")  # needs an RSA key, and has none
    return made


def _wants_a_certificate(version: ssl.TLSVersion) -> ssl.SSLContext:
    made = _at_most(version)
    made.verify_mode = ssl.CERT_REQUIRED
    return made


def _breaks_tls(first: bytes, raw: bytes) -> Behaviour:
    """Says something in TLS, then writes past it."""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(first)
        await asyncio.sleep(0.02)
        os.write(writer.get_extra_info("socket").fileno(), raw)
        await reader.read()

    return behave


CERTIFICATES: Final = (
    *(
        Hostile(name=f"certificate {name}", context=context, trusts=trusts, kind=kind, says=says, reached=WITHIN_TLS)
        for name, context, trusts, kind, says in (
            ("expired", lambda it: it.context(until=2024), True, FailureKind.TLS_EXPIRED, "expired"),
            ("not yet valid", lambda it: it.context(since=2090), True, FailureKind.TLS_NOT_YET_VALID, "not valid yet"),
            (
                "of another host",
                lambda it: it.context("else.example"),
                True,
                FailureKind.TLS_WRONG_HOST,
                "another host",
            ),
            ("of every host", _for(x509.DNSName("*")), True, FailureKind.TLS_WRONG_HOST, "another host"),
            ("of a name like ours", _for(x509.DNSName("127.0.0.1")), True, FailureKind.TLS_WRONG_HOST, "another host"),
            ("of nobody", _for(), True, FailureKind.TLS_WRONG_HOST, "another host"),
            ("of a common name", _for(common_name="127.0.0.1"), True, FailureKind.TLS_WRONG_HOST, "another host"),
            (
                "of 3,000 hosts",
                _for(*(x509.DNSName(f"host-{number}.example") for number in range(3_000))),
                True,
                FailureKind.TLS_WRONG_HOST,
                "another host",
            ),
            ("signed by itself", Authority.self_signed, False, FailureKind.TLS_SELF_SIGNED, "signed by itself"),
            ("of an unknown authority", Authority.context, False, FailureKind.TLS_UNKNOWN_AUTHORITY, "not known here"),
            (
                "of an unknown authority that comes along",
                Authority.context_with_root,
                False,
                FailureKind.TLS_UNKNOWN_AUTHORITY,
                "not trusted",
            ),
            ("with a short key", _with_a_short_key, True, FailureKind.TLS, "key is too short"),
            ("for clients only", _for_clients_only, True, FailureKind.TLS, "not meant for servers"),
            ("signed by another server", _signed_by_a_server, True, FailureKind.TLS, "may not sign certificates"),
            ("among a thousand", _long_chain, True, FailureKind.TLS, "excessive message size"),
        )
    ),
    *(
        Hostile(name=f"TLS: {name}", behave=_shakes_hands(context), kind=kind, says=says, reached=INSTEAD_OF_TLS)
        for name, context, kind, says in (
            ("1.0 at most", lambda: _at_most(ssl.TLSVersion.TLSv1), FailureKind.TLS_VERSION, "does not offer"),
            ("1.1 at most", lambda: _at_most(ssl.TLSVersion.TLSv1_1), FailureKind.TLS_VERSION, "does not offer"),
            ("no cipher in common", _no_common_cipher, FailureKind.TLS, "handshake failure"),
            (
                "1.2 wants a certificate of ours",
                lambda: _wants_a_certificate(ssl.TLSVersion.TLSv1_2),
                FailureKind.TLS,
                "handshake failure",
            ),
        )
    ),
    *(
        Hostile(
            name=f"TLS: {name}",
            behave=_breaks_tls(first, raw),
            kind=FailureKind.TLS,
            status=status,
            reached=WITHIN_TLS,
        )
        for name, status, first, raw in (
            ("answers beside it", None, b"", HEAD + b"content-length: 3\r\n\r\nabc"),
            ("a forged record", 200, HEAD + b"content-length: 9\r\n\r\nabc", b"\x17\x03\x03\x00\x20" + bytes(32)),
            ("a forged end", 200, HEAD + b"\r\nabc", b"\x15\x03\x03\x00\x02\x01\x00"),
        )
    ),
)
