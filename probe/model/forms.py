"""The forms in which a secret travels: what a target may make of it before it sends it back."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import quote, quote_plus

_COMPONENT: Final = "!'()*~"
"""What `encodeURIComponent` leaves as it is."""

_PATH: Final = "/:@!$&'()*+,;=~"
"""What may stand in a path (RFC 3986)."""

_PERCENT: Final = re.compile(r"%[0-9A-F]{2}")
_UNICODE: Final = re.compile(r"\\u[0-9a-f]{4}")
_NAMED: Final = (("&#x27;", "&#39;"), ("&quot;", "&#34;"), ("&#x27;", "&apos;"))


def forms(secret: str) -> frozenset[str]:
    """Each form of a secret, without what is added around it: quotation marks, or padding."""
    wrapped = secret.replace("\r\n", "\n").replace("\n", "\r\n")
    found: set[str] = set()
    for text in {secret, secret.strip(), wrapped}:
        found |= {text, *_in_json(text), *_in_urls(text), *_in_html(text), *_in_bytes(text.encode())}
        found.add(text.encode().decode("latin-1"))  # as a header shows UTF-8 that it doesn't expect
    quoted = {form.replace("\\", "\\\\").replace('"', '\\"') for form in found}  # as a part of a string of JSON
    return frozenset(form for form in found | quoted if form)


def _in_json(text: str) -> Iterator[str]:
    """In ASCII only or not; PHP escapes the slash; Go, template engines and Gson more and more of what HTML knows."""
    for ascii_only in (True, False):
        escaped = json.dumps(text, ensure_ascii=ascii_only)[1:-1]
        yield escaped.replace("/", "\\/")
        for characters in ("", "<>&", "<>&'", "<>&'="):
            in_html = "".join(f"\\u{ord(each):04x}" if each in characters else each for each in escaped)
            yield from _both_cases((in_html,), _UNICODE)


def _in_urls(text: str) -> Iterator[str]:
    encoded = [quote(text, safe=safe) for safe in ("", "/", _COMPONENT, _PATH)]
    yield from _both_cases((*encoded, quote_plus(text), quote_plus(text, safe="*")), _PERCENT)


def _both_cases(encoded: Iterable[str], escape: re.Pattern[str]) -> Iterator[str]:
    """Hexadecimal digits in lower and in upper case."""
    for text in encoded:
        yield escape.sub(lambda found: found[0].lower(), text)
        yield escape.sub(lambda found: found[0][:2] + found[0][2:].upper(), text)


def _in_html(text: str) -> Iterator[str]:
    escaped = html.escape(text)
    yield from (escaped, html.escape(text, quote=False))
    for name, other in _NAMED:
        escaped = escaped.replace(name, other)
        yield from (escaped, escaped.replace("+", "&#43;"), escaped.replace("/", "&#x2F;").replace("=", "&#x3D;"))


def _in_bytes(data: bytes) -> Iterator[str]:
    """Hexadecimal; Base64 in both alphabets, also where the secret stands inside something longer."""
    yield from (data.hex(), data.hex().upper())
    for before in range(3):
        encoded = base64.b64encode(bytes(before) + data)
        whole = encoded.rstrip(b"=") if before == 0 else b""
        # Six bits a letter: those at the borders are shared with what stands around.
        inside = encoded[(0, 2, 3)[before] : (before + len(data)) * 8 // 6]
        for part in (encoded if before == 0 else b"", whole, inside):
            yield part.decode()
            yield part.translate(bytes.maketrans(b"+/", b"-_")).decode()
