"""Certificates as a target sent them: their facts, and whose they are. They are hostile until verified, and bounded."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import lru_cache
from ipaddress import ip_address
from typing import Final, TypeVar

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.x509.oid import NameOID
from service_identity import CertificateError, VerificationError
from service_identity.cryptography import verify_certificate_hostname, verify_certificate_ip_address

from probe.model.sample import CertificateFacts
from probe.model.units import from_datetime

_MOST_CERTIFICATES: Final = 10
_MOST_NAMES: Final = 100
_LONGEST_NAME: Final = 255
_UNREADABLE: Final = (
    ValueError,
    TypeError,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
    UnsupportedAlgorithm,
)
LARGEST_KEPT: Final = 16 * 1024
"""Bytes of a chain that is remembered: the same comes at each attempt, and an honest one has a quarter of that."""

_MOST_KEPT: Final = 1_024
_T = TypeVar("_T")


def chain_facts(chain: tuple[bytes, ...]) -> tuple[CertificateFacts, ...]:
    """The facts of certificates in DER, in their order; of the first ten, for a longer chain is not meant for anybody."""
    return (_known_facts if sum(map(len, chain)) <= LARGEST_KEPT else _chain_facts)(chain[:_MOST_CERTIFICATES])


def _chain_facts(chain: tuple[bytes, ...]) -> tuple[CertificateFacts, ...]:
    return tuple(_facts(der) for der in chain)


_known_facts: Final = lru_cache(maxsize=_MOST_KEPT)(_chain_facts)


def is_for(der: bytes, host: str) -> bool:
    """Whether the certificate carries this host's name or address (RFC 9525)."""
    return (_is_known_for if len(der) <= LARGEST_KEPT else _is_for)(der, host)


def _is_for(der: bytes, host: str) -> bool:
    certificate = parsed(der)
    if certificate is None:
        return False
    verify = verify_certificate_ip_address if is_address(host) else verify_certificate_hostname
    try:
        verify(certificate, host)
    except (VerificationError, CertificateError, *_UNREADABLE):
        return False
    return True


_is_known_for: Final = lru_cache(maxsize=_MOST_KEPT)(_is_for)


def is_address(host: str) -> bool:
    """Whether a host is written as an IP address."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def parsed(der: bytes) -> x509.Certificate | None:
    """The certificate, `None` where it is none. Of odd ones the library warns, which is nobody's business here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _readable(lambda: x509.load_der_x509_certificate(der))


def _facts(der: bytes) -> CertificateFacts:
    certificate = parsed(der)
    if certificate is None:
        return CertificateFacts()
    names = _readable(lambda: _names(certificate)) or ()
    not_before = _readable(lambda: certificate.not_valid_before_utc)
    not_after = _readable(lambda: certificate.not_valid_after_utc)
    return CertificateFacts(
        subject=_readable(lambda: _called(certificate.subject)) or next(iter(names), None),
        issuer=_readable(lambda: _called(certificate.issuer)),
        not_before=from_datetime(not_before) if not_before else None,
        not_after=from_datetime(not_after) if not_after else None,
        names=names,
        serial=f"{certificate.serial_number:x}"[:_LONGEST_NAME],
        fingerprint=certificate.fingerprint(hashes.SHA256()).hex(),
        key=_readable(lambda: _key(certificate)) or "",
    )


def _called(name: x509.Name) -> str | None:
    """The common name, or the organisation where there is none."""
    for kind in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME):
        if found := name.get_attributes_for_oid(kind):
            return str(found[0].value)[:_LONGEST_NAME]
    return None


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    found = [*names.get_values_for_type(x509.DNSName), *map(str, names.get_values_for_type(x509.IPAddress))]
    return tuple(name[:_LONGEST_NAME] for name in found[:_MOST_NAMES])


def _key(certificate: x509.Certificate) -> str:
    match certificate.public_key():
        case rsa.RSAPublicKey() as key:
            return f"RSA {key.key_size}"
        case ec.EllipticCurvePublicKey() as key:
            return f"EC {key.key_size}"
        case dsa.DSAPublicKey() as key:
            return f"DSA {key.key_size}"
        case ed25519.Ed25519PublicKey():
            return "Ed25519"
        case ed448.Ed448PublicKey():
            return "Ed448"
        case _:
            return ""


def _readable(read: Callable[[], _T]) -> _T | None:
    """What is read, `None` where the certificate is not as it should be there."""
    try:
        return read()
    except _UNREADABLE:
        return None
