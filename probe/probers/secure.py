"""TLS between a connection and its user, kept apart from both: bytes in, bytes out, and nothing that waits."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Final

from OpenSSL import SSL, crypto

from probe.model.check import TlsPolicy
from probe.model.sample import CertificateFacts, Revocation, TlsFacts
from probe.model.units import Micros
from probe.probers.certificates import chain_facts, is_address, is_for
from probe.probers.stapling import stapled
from probe.probers.tls import Seen, context

_LARGEST_READ: Final = 16 * 1024
"""No record holds more."""

WRONG_HOST: Final = 62
REVOKED: Final = 23
"""OpenSSL's numbers of the two reasons that are found here and not by it (`X509_V_ERR_*`)."""


class CertificateRefused(Exception):
    """The certificate can't be accepted.

    Attributes:
        problem: OpenSSL's number of the reason (`X509_V_ERR_*`).
        host: whose certificate was expected.
        leaf: the one that came.
    """

    def __init__(self, problem: int, host: str, leaf: CertificateFacts) -> None:
        self.problem, self.host, self.leaf = problem, host, leaf
        super().__init__(f"X509_V_ERR {problem}")


class SecureLayer:
    """The client's side of one TLS connection.

    Nothing may be sent on it before `verify` accepted the certificate: the handshake itself only notes what is wrong.

    Attributes:
        is_established: the handshake is complete.
        is_over: the target said that nothing more comes. Many wait for the connection's end before they end it.
        protocol: what was agreed on, such as `h2`; empty when the target doesn't say.

    Args:
        host: whose name the certificate must carry, and SNI tells; the policy may name another.
        write: puts records on the wire.

    Raises:
        TlsSetupUnusable: the policy names a file that can't be used.
    """

    def __init__(self, policy: TlsPolicy, host: str, write: Callable[[bytes], None], *, http2: bool = False) -> None:
        self._policy = policy
        self._host = policy.server_name or host.removesuffix(".")  # RFC 6066 §3: not in SNI
        self._write = write
        self._seen = Seen()
        self._chain: tuple[bytes, ...] = ()
        self._connection = SSL.Connection(context(policy, http2=http2), None)
        self._connection.set_app_data(self._seen)
        self._connection.set_connect_state()
        self._connection.request_ocsp()
        if not is_address(self._host):
            self._connection.set_tlsext_host_name(self._host.encode("ascii"))
        self.is_established = False
        self.is_over = False
        self.protocol = ""

    def handshake(self, records: bytes = b"") -> bool:
        """Go on with what came; whether the handshake is complete now.

        Raises:
            SSL.Error: the target's TLS can't be accepted; it was told why.
        """
        if records:
            self._connection.bio_write(records)
        try:
            with suppress(SSL.WantReadError):
                self._connection.do_handshake()
                self.is_established = True
        except SSL.ZeroReturnError:
            self.is_over = True
        finally:
            self._flush()
        if self.is_established:
            self._chain = _in_der(self._connection)
            self.protocol = self._connection.get_alpn_proto_negotiated().decode("ascii", "replace")
        return self.is_established

    def facts(self, now: Micros) -> TlsFacts:
        """What the handshake showed."""
        return TlsFacts(
            version=self._connection.get_protocol_version_name(),
            cipher=self._connection.get_cipher_name(),
            chain=chain_facts(self._chain),
            stapled=stapled(self._seen.stapled, self._chain, now),
        )

    def verify(self, facts: TlsFacts) -> None:
        """Accept the certificate, or not.

        Raises:
            CertificateRefused: with the first reason against it.
        """
        if not self._policy.verify:
            return
        problem = self._seen.problem
        if not problem and not (self._chain and is_for(self._chain[0], self._host)):
            problem = WRONG_HOST
        if not problem and facts.stapled is Revocation.REVOKED:
            problem = REVOKED
        if problem:
            raise CertificateRefused(problem, self._host, facts.leaf)

    def decrypt(self, records: bytes) -> bytes:
        """The plain text that is complete by now; empty where only a part of a record, or a ticket, came.

        Raises:
            SSL.Error: what came is no valid record.
        """
        if records:
            self._connection.bio_write(records)
        plain = bytearray()
        try:
            while True:
                plain += self._connection.recv(_LARGEST_READ)
        except SSL.WantReadError:
            pass
        except SSL.ZeroReturnError:
            self.is_over = True
        self._flush()
        return bytes(plain)

    def encrypt(self, plain: bytes) -> None:
        """Put plain text on the wire."""
        self._connection.sendall(plain)
        self._flush()

    def _flush(self) -> None:
        with suppress(SSL.WantReadError):
            while records := self._connection.bio_read(_LARGEST_READ):
                self._write(records)
                if len(records) < _LARGEST_READ:
                    return


def _in_der(connection: SSL.Connection) -> tuple[bytes, ...]:
    return tuple(_der(certificate) for certificate in connection.get_peer_cert_chain() or ())


def _der(certificate: crypto.X509) -> bytes:
    return crypto.dump_certificate(crypto.FILETYPE_ASN1, certificate)
