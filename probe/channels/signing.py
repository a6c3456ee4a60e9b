"""Signatures of Standard Webhooks: who has the secret knows that a message is ours, and whole.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from typing import Final

PREFIX: Final = "whsec_"
_FEWEST, _MOST = 24, 64
"""Bytes of a secret."""


def keys_of(secret: str) -> tuple[bytes, ...]:
    """The keys of a secret: several with spaces between them while one replaces another.

    Raises:
        ValueError: one is none; the message says what one looks like, and nothing of what was found.
    """
    return tuple(_key(word) for word in secret.split())


def _key(word: str) -> bytes:
    form = f'a secret is "{PREFIX}" and {_FEWEST} to {_MOST} bytes in Base64'
    if not word.startswith(PREFIX):
        raise ValueError(f'{form}; this one does not begin with "{PREFIX}"')
    try:
        key = base64.b64decode(word.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"{form}; this one is not Base64") from None
    if not _FEWEST <= len(key) <= _MOST:
        raise ValueError(f"{form}; this one has {len(key)} bytes")
    return key


def sign(keys: tuple[bytes, ...], message: str, timestamp: int, body: bytes) -> str:
    """The value of `webhook-signature`: one signature a key, spaces between them.

    Args:
        message: its id.
        timestamp: seconds since the epoch.
    """
    signed = f"{message}.{timestamp}.".encode() + body
    return " ".join(f"v1,{_hmac(key, signed)}" for key in keys)


def _hmac(key: bytes, data: bytes) -> str:
    return base64.b64encode(hmac.digest(key, data, hashlib.sha256)).decode("ascii")
