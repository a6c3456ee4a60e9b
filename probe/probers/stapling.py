"""OCSP responses that a target staples to its handshake (RFC 6960, RFC 6066 §8). Only a valid one says anything."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from probe.model.sample import Revocation
from probe.model.units import MINUTE, Micros, from_datetime
from probe.probers.certificates import LARGEST_KEPT, parsed

_SKEW: Final[Micros] = 5 * MINUTE
"""By how much the clocks of an authority and this machine may differ."""

_MOST_SIGNERS: Final = 4
_STATUS: Final = {
    ocsp.OCSPCertStatus.GOOD: Revocation.GOOD,
    ocsp.OCSPCertStatus.REVOKED: Revocation.REVOKED,
    ocsp.OCSPCertStatus.UNKNOWN: Revocation.UNKNOWN,
}


def stapled(response: bytes, chain: Sequence[bytes], now: Micros) -> Revocation | None:
    """What the authority says of the chain's first certificate.

    `None` where there is no response, or none that is for this certificate, signed by its issuer (or by whom the issuer
    appointed), and of today: anybody can write any other.
    """
    if not response or len(chain) < 2:
        return None
    is_small = len(response) + sum(map(len, chain)) <= LARGEST_KEPT
    found = (_known_to_be_signed if is_small else _signed)(response, tuple(chain))
    if found is None or not _is_current(found, now):
        return None
    return _STATUS[found.certificate_status]


def _signed(response: bytes, chain: tuple[bytes, ...]) -> ocsp.OCSPResponse | None:
    """The response, if its signature and its subject hold."""
    leaf = parsed(chain[0])
    if leaf is None:
        return None
    try:
        found = ocsp.load_der_ocsp_response(response)
        if found.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL or found.serial_number != leaf.serial_number:
            return None
        for issuer in filter(None, map(parsed, chain[1:])):
            if _is_issuer(issuer, leaf, found) and any(_verifies(signer, found) for signer in _signers(issuer, found)):
                return found
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.DuplicateExtension):
        pass
    return None


_known_to_be_signed: Final = lru_cache(maxsize=256)(_signed)


def _is_issuer(issuer: x509.Certificate, leaf: x509.Certificate, found: ocsp.OCSPResponse) -> bool:
    """Whether it issued the certificate, and is the one that the response names."""
    try:
        leaf.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return hashlib.new(found.hash_algorithm.name, issuer.subject.public_bytes()).digest() == found.issuer_name_hash


def _signers(issuer: x509.Certificate, found: ocsp.OCSPResponse) -> Iterator[x509.Certificate]:
    """The issuer, and those in the response whom it appointed (RFC 6960 §4.2.2.2)."""
    yield issuer
    for certificate in found.certificates[:_MOST_SIGNERS]:
        if _is_appointed(certificate, issuer):
            yield certificate


def _is_appointed(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
        uses = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
        return False
    return ExtendedKeyUsageOID.OCSP_SIGNING in uses


def _verifies(signer: x509.Certificate, found: ocsp.OCSPResponse) -> bool:
    """Whether the response carries this one's signature."""
    signature, signed, algorithm = found.signature, found.tbs_response_bytes, found.signature_hash_algorithm
    try:
        match signer.public_key():
            case rsa.RSAPublicKey() as key if algorithm:
                key.verify(signature, signed, padding.PKCS1v15(), algorithm)
            case ec.EllipticCurvePublicKey() as key if algorithm:
                key.verify(signature, signed, ec.ECDSA(algorithm))
            case ed25519.Ed25519PublicKey() | ed448.Ed448PublicKey() as key:
                key.verify(signature, signed)
            case _:
                return False
    except InvalidSignature:
        return False
    return True


def _is_current(found: ocsp.OCSPResponse, now: Micros) -> bool:
    """Revoked once is revoked for good; anything else holds for as long as it says."""
    if from_datetime(found.this_update_utc) > now + _SKEW:
        return False
    if found.certificate_status is ocsp.OCSPCertStatus.REVOKED or found.next_update_utc is None:
        return True
    return from_datetime(found.next_update_utc) >= now - _SKEW
