"""TLS contexts by policy, and the facts of a handshake."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from functools import lru_cache

from cryptography import x509
from cryptography.x509.oid import NameOID

from probe.model.check import TlsPolicy
from probe.model.sample import CertificateFacts, TlsFacts
from probe.model.units import SECOND, from_datetime


class AuthorityUnreadable(Exception):
    """The certificates to trust can't be read: the check is set up wrongly, the target is not to blame."""


@lru_cache(maxsize=256)
def context(policy: TlsPolicy) -> ssl.SSLContext:
    """The context of a policy: TLS 1.2 or later, verified against the system's authorities unless told otherwise.

    Raises:
        AuthorityUnreadable: there is no such file, or no certificate in it.
    """
    made = ssl.create_default_context()
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.set_alpn_protocols(["http/1.1"])
    if policy.ca_file:
        try:
            made.load_verify_locations(policy.ca_file)
        except OSError as error:
            raise AuthorityUnreadable(f"tls.ca_file can't be used: {_why(error)}") from None
    if not policy.verify:
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
    return made


def facts(connection: ssl.SSLObject) -> TlsFacts:
    """Version, cipher and the leaf certificate's dates and names."""
    cipher = connection.cipher()
    certificate = connection.getpeercert() or {}
    expires = certificate.get("notAfter")
    version, suite = connection.version(), cipher[0] if cipher else None
    if isinstance(expires, str):
        return TlsFacts(
            version=version,
            cipher=suite,
            chain=(
                CertificateFacts(
                    not_after=int(ssl.cert_time_to_seconds(expires)) * SECOND,
                    subject=_common_name(certificate, "subject"),
                    issuer=_common_name(certificate, "issuer"),
                ),
            ),
        )
    return _unverified(connection.getpeercert(binary_form=True), version, suite)


def _why(error: OSError) -> str:
    return "it holds no certificate" if isinstance(error, ssl.SSLError) else str(error.strerror).lower()


def _common_name(certificate: Mapping[str, object], side: str) -> str | None:
    """`getpeercert` gives names as tuples of tuples of pairs."""
    names = certificate.get(side)
    pairs = [pair for part in names for pair in part] if isinstance(names, tuple) else []
    return next((value for key, value in pairs if key == "commonName"), None)


def _unverified(der: bytes | None, version: str | None, suite: str | None) -> TlsFacts:
    """Python shows the fields of verified certificates only; the others are read from the bytes."""
    try:
        certificate = x509.load_der_x509_certificate(der or b"")
        return TlsFacts(
            version=version,
            cipher=suite,
            chain=(
                CertificateFacts(
                    not_after=from_datetime(certificate.not_valid_after_utc),
                    subject=_of_name(certificate.subject),
                    issuer=_of_name(certificate.issuer),
                ),
            ),
        )
    except ValueError:
        return TlsFacts(version=version, cipher=suite)


def _of_name(name: x509.Name) -> str | None:
    return next((str(part.value) for part in name.get_attributes_for_oid(NameOID.COMMON_NAME)), None)
