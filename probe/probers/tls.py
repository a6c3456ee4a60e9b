"""TLS contexts by policy: what is trusted, shown and offered."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Final, TypeAlias

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from OpenSSL import SSL
from OpenSSL.crypto import X509, X509StoreFlags

from probe.model.check import TlsPolicy, TlsVersion

_PrivateKey: TypeAlias = (
    rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey
)
_OLDEST: Final = {TlsVersion.V1_2: SSL.TLS1_2_VERSION, TlsVersion.V1_3: SSL.TLS1_3_VERSION}
_CIPHERS: Final = b"ECDHE+AESGCM:ECDHE+CHACHA20:ECDHE+AES:RSA+AESGCM:RSA+AES:!aNULL:!eNULL"
"""Of TLS 1.2. Without finite-field Diffie-Hellman, as in browsers: with a prime of its own making a target could keep us
busy for as long as it likes."""

_DEEPEST: Final = 8
"""Authorities between a certificate and its root: each costs time, and honest chains have one or two."""

_OFFERED: Final = {False: [b"http/1.1"], True: [b"h2", b"http/1.1"]}


class TlsSetupUnusable(Exception):
    """A file that the check names can't be used: it is set up wrongly, the target is not to blame."""


class Seen:
    """What the handshake's callbacks noted of one connection.

    Attributes:
        problem: the first reason of OpenSSL to refuse the certificate (`X509_V_ERR_*`), 0 while there is none.
        stapled: the OCSP response that came along, empty when none did.
    """

    __slots__ = ("problem", "stapled")

    def __init__(self) -> None:
        self.problem = 0
        self.stapled = b""


def context(policy: TlsPolicy, *, http2: bool) -> SSL.Context:
    """The context of a policy, for connections whose app data is a `Seen`.

    No handshake fails for the certificate: what is wrong with it is noted, so that the certificate can be looked at.
    Nothing may be sent before `SecureLayer.verify` found it good.

    Raises:
        TlsSetupUnusable: there is no such file, or not in it what must be.
    """
    return _context(replace(policy, server_name=None) if policy.server_name else policy, http2)


@lru_cache(maxsize=256)
def _context(policy: TlsPolicy, http2: bool) -> SSL.Context:
    made = SSL.Context(SSL.TLS_CLIENT_METHOD)
    made.set_min_proto_version(_OLDEST[policy.min_version])
    made.set_cipher_list(_CIPHERS)
    made.set_verify_depth(_DEEPEST)
    made.set_options(SSL.OP_NO_RENEGOTIATION | SSL.OP_NO_COMPRESSION)
    made.set_alpn_protos(_OFFERED[http2])
    made.set_verify(SSL.VERIFY_PEER if policy.verify else SSL.VERIFY_NONE, _note_problem)
    made.set_ocsp_client_callback(_note_stapled)
    if policy.ca_file:
        _trust(made, policy.ca_file)
    if policy.certificate:
        _show(made, policy.certificate, policy.key)
    if policy.verify:
        made.set_default_verify_paths()  # last, for it takes longest
    return made


def _note_problem(connection: SSL.Connection, _: X509, problem: int, __: int, ___: int) -> bool:
    seen: Seen = connection.get_app_data()
    seen.problem = seen.problem or problem
    return True


def _note_stapled(connection: SSL.Connection, response: bytes, _: object) -> bool:
    seen: Seen = connection.get_app_data()
    seen.stapled = response
    return True


def _trust(made: SSL.Context, file: str) -> None:
    """Each certificate of the file is trusted for itself, also one that isn't a root (as Go and curl do)."""
    _must_be_readable("tls.ca_file", file)
    try:
        made.load_verify_locations(file)
    except SSL.Error:
        raise TlsSetupUnusable("tls.ca_file can't be used: it holds no certificate") from None
    store = made.get_cert_store()
    if store:
        store.set_flags(X509StoreFlags.PARTIAL_CHAIN)


def _show(made: SSL.Context, certificate: str, key: str | None) -> None:
    _must_be_readable("tls.certificate", certificate)
    try:
        made.use_certificate_chain_file(certificate)
    except SSL.Error:
        raise TlsSetupUnusable("tls.certificate can't be used: it holds no certificate") from None
    where = "tls.key" if key else "tls.certificate"
    private = _private_key(where, key or certificate)
    try:
        made.use_privatekey(private)
        made.check_privatekey()
    except SSL.Error:
        raise TlsSetupUnusable(f"{where} can't be used: its key does not fit the certificate") from None


def _private_key(where: str, file: str) -> _PrivateKey:
    """Read here, for OpenSSL would ask the terminal for a passphrase."""
    _must_be_readable(where, file)
    try:
        key = load_pem_private_key(Path(file).read_bytes(), password=None)
    except TypeError:
        raise TlsSetupUnusable(f"{where} can't be used: its key has a passphrase, which nobody could enter") from None
    except (ValueError, UnsupportedAlgorithm):
        raise TlsSetupUnusable(f"{where} can't be used: it holds no private key") from None
    if not isinstance(key, _PrivateKey):
        raise TlsSetupUnusable(f"{where} can't be used: its key is of no kind that TLS knows")
    return key


def _must_be_readable(what: str, file: str) -> None:
    try:
        with Path(file).open("rb"):
            pass
    except OSError as error:
        raise TlsSetupUnusable(f"{what} can't be used: {str(error.strerror).lower()}") from None
    except ValueError:
        raise TlsSetupUnusable(f"{what} can't be used: that is no file name") from None


def forget() -> None:
    """The files that contexts were made from may have changed."""
    _context.cache_clear()
