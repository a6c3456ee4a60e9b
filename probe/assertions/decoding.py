"""Bodies to text and to JSON: bounded, strict, and never more than an `Unreadable`."""

from __future__ import annotations

import codecs
import json
import re
from collections import Counter
from functools import lru_cache
from typing import Final, NoReturn

from probe.assertions.unreadable import Unreadable

MAX_JSON_VALUES: Final = 250_000
"""A body that may hold more is not parsed: each value costs some 60 bytes and 60 ns while nothing else can be measured."""

_BYTE_ORDER_MARK: Final = "\ufeff"
_CHARSET: Final = re.compile(r';\s*charset\s*=\s*"?([\w.:-]+)', re.ASCII | re.IGNORECASE)

MAX_DAMAGED: Final = 1024 * 1024
"""Bytes of UTF-16 or UTF-32 in which something may be wrong: Python mends those by 100 ns for each place."""

# Only the encodings of the web: Python knows others that are quadratic (idna, punycode) or no text at all,
# and remembers every unknown name that a server sends.
_OF_ONE_BYTE: Final = re.compile(
    r"iso[_-]8859-\d{1,2}|latin-?1|(windows-|cp)125\d|koi8-[ru]|macintosh", re.ASCII | re.IGNORECASE
)
_WIDE: Final = re.compile(r"utf-?(16|32)([_-]?[lb]e)?", re.ASCII | re.IGNORECASE)
_OTHER: Final = re.compile(
    r"utf-?8|(us-)?ascii|gbk|gb2312|gb18030|big5|euc-(jp|kr)|shift[_-]jis|iso-2022-jp", re.ASCII | re.IGNORECASE
)


def decode_text(body: bytes, content_type: str) -> str:
    """The body as text, by the charset of its content type; UTF-8 where that is absent or unknown.

    What is no text in that encoding becomes U+FFFD; a byte order mark is left out. 8 MiB take 0.15 s at most.

    Raises:
        Unreadable: too much of what isn't in its encoding.
    """
    named = _CHARSET.search(content_type)
    try:
        text = _decoded(body, named[1] if named else "utf-8")
    except LookupError:
        text = body.decode("utf-8", "replace")
    return text.removeprefix(_BYTE_ORDER_MARK)


def _decoded(body: bytes, charset: str) -> str:
    """Raises: LookupError where the encoding is unknown."""
    if _OF_ONE_BYTE.fullmatch(charset):
        return codecs.charmap_decode(body, "strict", _table(charset.lower()))[0]
    if _WIDE.fullmatch(charset):
        return _wide(body, charset)
    return body.decode(charset if _OTHER.fullmatch(charset) else "utf-8", "replace")


@lru_cache(maxsize=64)
def _table(charset: str) -> str:
    """A character for each byte, U+FFFD included: nothing is left to an error handler, a microsecond for each byte."""
    return bytes(range(256)).decode(charset, "replace")


def _wide(body: bytes, charset: str) -> str:
    try:
        return body.decode(charset)
    except UnicodeDecodeError as error:
        if len(body) > MAX_DAMAGED:
            raise Unreadable(f"the body is not {charset.upper()}: {error.reason} at byte {error.start + 1}") from None
        return body.decode(charset, "replace")


def parse_json(body: bytes) -> object:
    """The JSON document (RFC 8259) that the body is.

    Raises:
        Unreadable: it is none; it repeats a key; or it is too large, too deep or too long a number to be read safely.
    """
    if not body or body.isspace():
        raise Unreadable("the body is empty")
    if len(body) > MAX_JSON_VALUES and _values_at_most(body) > MAX_JSON_VALUES:
        raise Unreadable(f"the body may hold more than {MAX_JSON_VALUES:,} JSON values")
    try:
        return _DECODER.decode(body.decode().removeprefix(_BYTE_ORDER_MARK))
    except UnicodeDecodeError as error:
        raise Unreadable(f"the body is not JSON: no UTF-8 at byte {error.start + 1}") from None
    except json.JSONDecodeError as error:
        what = error.msg.removesuffix(" at")
        where = f"line {error.lineno} column {error.colno}"
        raise Unreadable(f"the body is not JSON: {what} at {where}") from None
    except RecursionError:
        raise Unreadable("the body is nested too deeply to be read") from None
    except ValueError:
        raise Unreadable("the body holds a number with too many digits") from None


def _values_at_most(body: bytes) -> int:
    return sum(map(body.count, (b"[", b"{", b",", b":")))


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        repeated, _ = Counter(key for key, _ in pairs).most_common(1)[0]
        shown = json.dumps(repeated, ensure_ascii=False)
        raise Unreadable(f"the body repeats the key {shown} in one JSON object")
    return members


def _refuse_constant(name: str) -> NoReturn:
    raise Unreadable(f"the body is not JSON: it holds {name}")


_DECODER: Final = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_refuse_constant)
