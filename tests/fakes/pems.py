"""PEM files for the tests of the configuration: what each has in it, its name says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_NOW: Final = datetime(2026, 1, 1, tzinfo=UTC)
_NAME: Final = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "probe test")])


def write_pems(folder: Path, pems: Mapping[str, bytes]) -> None:
    """Each under its name."""
    for name, content in pems.items():
        (folder / name).write_bytes(content)


def _certificate(key: ec.EllipticCurvePrivateKey) -> bytes:
    builder = x509.CertificateBuilder(subject_name=_NAME, issuer_name=_NAME, public_key=key.public_key())
    builder = builder.serial_number(1).not_valid_before(_NOW).not_valid_after(_NOW + timedelta(days=1))
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def _private(key: ec.EllipticCurvePrivateKey, encryption: serialization.KeySerializationEncryption) -> bytes:
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)


def _pems() -> dict[str, bytes]:
    key, other = (ec.derive_private_key(number, ec.SECP256R1()) for number in (7, 8))
    certificate, plain = _certificate(key), _private(key, serialization.NoEncryption())
    return {
        "ca.pem": certificate,
        "client.pem": certificate,
        "key.pem": plain,
        "both.pem": certificate + plain,
        "other-key.pem": _private(other, serialization.NoEncryption()),
        "encrypted.pem": _private(key, serialization.BestAvailableEncryption(b"passphrase")),
        "damaged-certificate.pem": b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        "damaged-key.pem": b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        "encrypted-both.pem": certificate + _private(key, serialization.BestAvailableEncryption(b"passphrase")),
        "nothing.pem": b"",
        "too-large.pem": b"x" * (2**20 + 1),
    }


PEMS: Final = _pems()
