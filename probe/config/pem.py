"""PEM files, looked into before they are needed: is the certificate there, and the private key that fits it?"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from cryptography.utils import CryptographyDeprecationWarning

LARGEST: Final = 2**20
_PRIVATE_KEY: Final = re.compile(rb"-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----.*?-----END \1-----", re.DOTALL)
_ENCRYPTED: Final = "has an encrypted private key, and probe can't ask for its passphrase; decrypt it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A certificate or a private key of a file.

    Attributes:
        public_key: that of the certificate, or the one that belongs to the private key.
        problem: why there is none, to follow the file's name.
    """

    public_key: bytes = b""
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pem:
    """What a PEM file has in it: the first certificate, and the first private key."""

    certificate: Part
    key: Part


def look_into(file: Path) -> Pem:
    """What is in the file; it is read again only when it has changed."""
    try:
        stat = file.stat()
        return _read(file, stat.st_mtime_ns, stat.st_size)
    except OSError as error:
        part = Part(problem=f"can't be read: {(error.strerror or str(error)).lower()}")
        return Pem(certificate=part, key=part)


@lru_cache(maxsize=256)
def _read(path: Path, _modified: int, _size: int) -> Pem:
    with path.open("rb") as file:
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        part = Part(problem=f"is larger than {LARGEST // 2**20} MiB")
        return Pem(certificate=part, key=part)
    return Pem(certificate=_certificate(data), key=_key(data))


def _certificate(data: bytes) -> Part:
    try:
        with warnings.catch_warnings():  # a system's own bundle has authorities that no longer follow the rules
            warnings.simplefilter("ignore", CryptographyDeprecationWarning)
            first, *_ = x509.load_pem_x509_certificates(data)
    except ValueError:
        return Part(problem="has no certificate in PEM form, or a damaged one")
    try:
        return Part(public_key=_bytes(first.public_key()))
    except (ValueError, UnsupportedAlgorithm):
        return Part()  # an authority may have any kind of key, and a key of our own is looked at by itself


def _key(data: bytes) -> Part:
    found = _PRIVATE_KEY.search(data)
    if not found:
        return Part(problem="has no private key in PEM form")
    try:
        return Part(public_key=_bytes(load_pem_private_key(found[0], None).public_key()))
    except TypeError:
        return Part(problem=_ENCRYPTED)
    except (ValueError, UnsupportedAlgorithm):
        return Part(problem="has a private key that is damaged or of an unknown kind")


def _bytes(key: PublicKeyTypes) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
