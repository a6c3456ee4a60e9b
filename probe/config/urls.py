"""URLs: put together, and looked at for what can't be asked for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final
from urllib.parse import quote_plus, urlsplit

from probe.assertions.masking import mask
from probe.config.references import has_reference
from probe.model.sensitive import MASK

_PIECES: Final = re.compile(r"([?&])")
_REFERENCES: Final = re.compile(r"(?:\$\{(?:env:\w+|file:[^}]+)\})+", re.ASCII)
"""One or several without a default, which would stand in the file for all to read."""

_NOT_IN_A_URL: Final = re.compile(r"[\s\x00-\x1f\x7f]")


def join(base: str, path: str) -> str:
    """`https://host/v1` and `/orders` as `https://host/v1/orders`; a query alone needs no slash."""
    if not path or path.startswith("?"):
        return base + path
    return f"{base.rstrip('/')}/{path.lstrip('/')}"


def with_query(url: str, pairs: Iterable[tuple[str, str]]) -> str:
    """The URL with these added to its query; the values are encoded already."""
    added = "&".join(f"{quote_plus(name)}={value}" for name, value in pairs)
    if not added:
        return url
    return f"{url}{'&' if '?' in url else '?'}{added}"


def masked(url: str) -> str:
    """The URL as it may be shown: what looks like a secret is masked as in evidence, references are left."""
    return "".join(map(_masked_piece, _PIECES.split(url)))


def hidden(url: str) -> str:
    """A URL that is a secret as a whole, though it stands in the file, as it may be shown: by its host."""
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port else ""
    rest = f"/{MASK}" if parts.path.strip("/") or parts.query else parts.path
    return f"{parts.scheme}://{parts.hostname}{port}{rest}"


@lru_cache(maxsize=4096)  # many checks have the same queries
def masked_value(name: str, value: str) -> str:
    """The same for a value of a query, before it is encoded."""
    if _REFERENCES.fullmatch(value):
        return value
    pair = f"{name}={quote_plus(value)}"
    return mask(value) if mask(pair) == pair else MASK


@lru_cache(maxsize=4096)
def _masked_piece(piece: str) -> str:
    return piece if _REFERENCES.fullmatch(piece.partition("=")[2]) else mask(piece)


def why_not_a_url(url: str) -> str | None:
    """What is wrong with a target's address, without repeating it: it may hold a secret."""
    if reason := why_not_an_address(url):
        return reason
    parts = urlsplit(url)
    if parts.username is not None or parts.password is not None:
        return "user and password don't belong into a URL; write auth: {basic: …}"
    if parts.fragment:
        return "a fragment (#…) is never sent to a server; remove it"
    return None


def why_not_an_address(url: str, example: str = "https://host/path") -> str | None:
    """What is wrong with a URL's scheme, host and port, without repeating it."""
    if has_reference(url):
        return "refers to what is not set here; an address can't do without"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "is not a valid URL; check the host and the port"
    if _NOT_IN_A_URL.search(url):
        return "a URL must not contain spaces or control characters; encode them (%20)"
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        return f"is not a complete URL; it must look like {example}"
    return None
