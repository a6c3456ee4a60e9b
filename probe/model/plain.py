"""Text without what nobody needs to do to it, but a target may do to hide a secret in it.

What encoders do to single characters is known to those who look for secrets; but none escapes letters and digits, and
none needs to part hexadecimal and Base64. Each of the rules takes time linear in the text, and hardly any where there
is nothing to be undone.
"""

from __future__ import annotations

import re
from typing import Final

import re2

_OPTIONS: Final = re2.Options()
_OPTIONS.log_errors = False

_HEX: Final = "3[0-9]|[46][1-9A-Fa-f]|[57][0-9Aa]"
"""The letters and digits of ASCII, by their numbers."""

_DECIMAL: Final = "4[89]|5[0-7]|6[5-9]|[78][0-9]|90|9[7-9]|1[01][0-9]|12[0-2]"

# Each begins with a character of its own, so that the rest of the text is passed over quickly.
_PERCENT: Final = re.compile(f"%(?:25)*({_HEX})")
_BACKSLASH: Final = re.compile(rf"\\(?:\\{{0,3}})(?:u00({_HEX})|x([2-7][0-9A-Fa-f]))")
_AMPERSAND: Final = re.compile(f"&(?:amp;)*#(?:[xX]0*({_HEX})|0*({_DECIMAL}));")

_PAIRS: Final = re2.compile(rb"(?i)(?:(?:0x)?[0-9a-f]{2}[ \t\r\n:,-]{1,2}){3,}(?:0x)?[0-9a-f]{2}", _OPTIONS)
_LINES: Final = re2.compile(rb"(?:[0-9A-Za-z+/_-]{60,}(?:\r?\n|\\r\\n|\\n))+[0-9A-Za-z+/_-]", _OPTIONS)


def plain(text: str) -> str:
    """The text without escapes of letters and digits, anything between hexadecimal pairs, and line breaks in Base64."""
    unescaped = _PERCENT.sub(_by_hex, text)
    unescaped = _BACKSLASH.sub(_by_hex, unescaped)
    unescaped = _AMPERSAND.sub(_by_number, unescaped)
    data = unescaped.encode("utf-8", "surrogatepass")
    joined = _LINES.sub(_without_breaks, _PAIRS.sub(_without_separators, data))
    return unescaped if joined == data else joined.decode("utf-8", "surrogatepass")


def _by_hex(found: re.Match[str]) -> str:
    return chr(int(found[found.lastindex or 0], 16))


def _by_number(found: re.Match[str]) -> str:
    return chr(int(found[1], 16) if found[1] else int(found[2]))


def _without_separators(found: re2._Match) -> bytes:
    return bytes(found[0]).translate(None, b" \t\r\n:,-").replace(b"0x", b"").replace(b"0X", b"")


def _without_breaks(found: re2._Match) -> bytes:
    return bytes(found[0]).translate(None, b"\r\n").replace(rb"\r\n", b"").replace(rb"\n", b"")
