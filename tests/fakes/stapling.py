"""A TLS server that staples an OCSP response to its handshake, which Python's own ssl module can't."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from OpenSSL import SSL

from tests.fakes.servers import EMPTY_OK, Server, serving

TODAY = datetime(2027, 1, 15, 8, tzinfo=UTC)
"""The day on which the prober's clock stands in tests."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate, its authority, and the keys of both."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey
    authority: x509.Certificate
    authority_key: ec.EllipticCurvePrivateKey

    def staple(
        self,
        status: ocsp.OCSPCertStatus,
        *,
        signer: tuple[x509.Certificate, ec.EllipticCurvePrivateKey] | None = None,
        of: x509.Certificate | None = None,
        since: datetime = TODAY - timedelta(days=1),
        until: datetime | None = TODAY + timedelta(days=6),
        along: tuple[x509.Certificate, ...] = (),
    ) -> bytes:
        """An OCSP response, signed by the authority unless told otherwise."""
        by, key = signer or (self.authority, self.authority_key)
        revoked_at = since if status is ocsp.OCSPCertStatus.REVOKED else None
        builder = ocsp.OCSPResponseBuilder().add_response(
            cert=of or self.certificate,
            issuer=self.authority,
            algorithm=hashes.SHA1(),  # what authorities use to name a certificate
            cert_status=status,
            this_update=since,
            next_update=until,
            revocation_time=revoked_at,
            revocation_reason=None,
        )
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, by)
        if along:
            builder = builder.certificates(along)
        return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)

    def appoint(self, *, for_ocsp: bool) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
        """A responder's certificate from the same authority."""
        key = ec.generate_private_key(ec.SECP256R1())
        use = ExtendedKeyUsageOID.OCSP_SIGNING if for_ocsp else ExtendedKeyUsageOID.SERVER_AUTH
        made = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "responder")]))
            .issuer_name(self.authority.subject)
            .public_key(key.public_key())
            .serial_number(7)
            .not_valid_before(TODAY - timedelta(days=30))
            .not_valid_after(TODAY + timedelta(days=30))
            .add_extension(x509.ExtendedKeyUsage([use]), critical=False)
            .sign(self.authority_key, hashes.SHA256())
        )
        return made, key


def issue() -> Issued:
    """A new certificate for loopback, of a new authority."""
    authority = trustme.CA()
    leaf = authority.issue_cert("127.0.0.1", "localhost", common_name="target")
    return Issued(
        x509.load_pem_x509_certificate(leaf.cert_chain_pems[0].bytes()),
        _key(leaf.private_key_pem.bytes()),
        x509.load_pem_x509_certificate(authority.cert_pem.bytes()),
        _key(authority.private_key_pem.bytes()),
    )


def _key(pem: bytes) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(pem, password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key


@asynccontextmanager
async def stapling(issued: Issued, response: bytes, *, newest: int = SSL.TLS1_3_VERSION) -> AsyncIterator[Server]:
    """A server that sends the authority's certificate and the response along, and answers one request."""
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    context.set_max_proto_version(newest)
    context.use_certificate(issued.certificate)
    context.use_privatekey(issued.key)
    context.add_extra_chain_cert(issued.authority)
    context.set_ocsp_server_callback(lambda _connection, _data: response)

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = SSL.Connection(context, None)
        connection.set_accept_state()
        with suppress(SSL.Error):
            await _step(connection.do_handshake, connection, reader, writer)
            await _step(lambda: connection.recv(65_536), connection, reader, writer)
            connection.sendall(EMPTY_OK)
        _flush(connection, writer)

    async with serving(behave) as server:
        server.scheme = "https"
        yield server


async def _step(
    do: object, connection: SSL.Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    assert callable(do)
    while True:
        try:
            do()
        except SSL.WantReadError:
            _flush(connection, writer)
            data = await reader.read(65_536)
            if not data:
                raise ConnectionResetError from None
            connection.bio_write(data)
        else:
            _flush(connection, writer)
            return


def _flush(connection: SSL.Connection, writer: asyncio.StreamWriter) -> None:
    with suppress(SSL.WantReadError):
        while True:
            writer.write(connection.bio_read(65_536))
