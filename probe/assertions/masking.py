"""Values that look like secrets, masked by what they are called and by how they look.

The target's own secrets are in no configuration, so nothing but their looks tells them. A value too many costs a
person a detail; one too few would be in the store, in reports and in backups.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import re2

from probe.assertions.patterns import OPTIONS
from probe.model.sensitive import MASK

_PARTS: Final = (
    "passw(?:or)?d|passphrase|pwd|secret|token|credential|cookie|authorization|session|signature|csrf|xsrf|jwt"
    "|(?:api|access|private|auth|client|signing|encryption|subscription)[ _.-]?key|x-(?:amz|goog)-[a-z]"
)
_WORDS: Final = "auth|otp|pass|pin|pw|sid|sig"
_NAME: Final = rf"(?:[\w.$-]*(?:{_PARTS})[\w.$-]*|(?:[\w.$-]*[_.$-])?(?:{_WORDS}))"
"""What secrets are called: `X-Api-Key`, `accessToken`, `db_password`, `sig`, `X-Amz-Credential`."""

_SPACED_NAME: Final = _NAME.replace(r"[\w.$-]", r"[\w .$-]")
"""The same in quotation marks."""

_STRING: Final = r"""(?:"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?)"""
_FLAT: Final = r"""(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\[\]{}"'])*"""
_LIST: Final = rf"""\[(?:{_FLAT}\[{_FLAT}\])*{_FLAT}(?:\]|(?:\[{_FLAT})?(?:"[^"]*|'[^']*)?\z)"""
"""Of single values and of lists of them; also when the text ends within it."""

_ATTRIBUTE: Final = r"""(?:\\*"[^"]*"?|\\*'[^']*'?|[^\s"'<>]+)"""
"""In HTML; its quotation marks have a backslash where it stands in a string of JSON."""


def mask(text: str) -> str:
    """The text with all values masked that look like secrets, wherever in it they stand. What is JSON stays JSON."""
    for rule in (*_RULES, _LINE):
        text = rule(text)
    return text


def mask_head(head: str) -> str:
    """The same for a request's or a response's head, where schemes, and the names of cookies, are left."""
    first, *headers = head.split("\n")
    text = "\n".join([first, *map(_header, headers)])
    for rule in _RULES:
        text = rule(text)
    return text


def _header(line: str) -> str:
    """All of the value masked, where its name says so."""
    name, colon, value = line.partition(": ")
    lower = name.lower()
    if not _SECRET_NAME(lower) or value in _HARMLESS:
        return line
    return f"{name}{colon}{_header_value(lower, value)}"


def _header_value(name: str, value: str) -> str:
    if name == "set-cookie":
        cookie, semicolon, attributes = value.partition(";")
        return _mask_pair(cookie) + semicolon + attributes
    if name == "cookie":
        return ";".join(map(_mask_pair, value.split(";")))
    scheme, blank, _ = value.partition(" ")
    return f"{scheme} {MASK}" if blank and name.endswith("authorization") else MASK


_HARMLESS: Final = ("", "true", "false")


def _mask_pair(pair: str) -> str:
    name, equals, _ = pair.partition("=")
    return name + equals + MASK if equals else MASK


def _rule(pattern: str, replacement: str | Callable[[re2._Match], str]) -> Callable[[str], str]:
    compiled = re2.compile(f"(?ism){pattern}", OPTIONS)
    return lambda text: str(compiled.sub(replacement, text))


def _credentials(found: re2._Match) -> str:
    """`Basic realm="…"` is a challenge, and no secret."""
    is_challenge = found.string[found.end() : found.end() + 1] == '"'
    return str(found[0] if is_challenge else found[1] + MASK)


def _value(found: re2._Match) -> str:
    """In the quotation marks that it had; a number or a list gets those of JSON."""
    quote = found[2][0] if found[2][0] in "\"'" else '"'
    return f"{found[1]}{quote}{MASK}{quote}"


def _attribute(found: re2._Match) -> str:
    if found[2].strip(";,") == MASK:  # such as a cookie's value
        return str(found[0])
    name, value = found[1], found[2]
    unescaped = value.lstrip("\\")
    quote = value[: len(value) - len(unescaped) + 1] if unescaped[:1] in ("'", '"') else ""
    return f"{name}{quote}{MASK}{quote}"


_RULES: Final = (
    # Private keys in PEM, also as JSON writes them.
    _rule(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY[A-Z ]*-----|\z)", MASK),
    # User and password in a URL.
    _rule(r"(\b[a-z][a-z0-9+.-]*://)[^/\s\"'<>?#]*@", rf"\1{MASK}@"),
    # Credentials after their scheme (RFC 9110 §11.4).
    _rule(r"(\b(?:bearer|basic|negotiate|apikey)(?:\s|%20|\+)+)[\w.~+/%-]{4,}=*", _credentials),
    # Tokens that say what they are: JWT; keys of AWS, Google, GitHub, GitLab, Slack, Stripe and webhooks.
    _rule(
        r"\b(?:eyJ[\w-]{5,}\.[\w-]+(?:\.[\w-]*)*|(?-i:(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16})|AIza[\w-]{30,}|gh[a-z]_\w{20,}"
        r"|github_pat_\w{20,}|glpat-[\w-]{16,}|xox[a-z]-[\w-]{10,}|[prs]k_(?:live|test)_\w{10,}|whsec_[\w+/=-]{10,})",
        MASK,
    ),
    # "name": "value", as JSON and as languages print their mappings; inside of a JSON string; as a pair of members.
    _rule(rf"""(["']{_SPACED_NAME}["']\s*(?::|=>)\s*)({_STRING}|-?\d[\d.e+-]*|{_LIST})""", _value),
    _rule(rf"""(\\"{_SPACED_NAME}\\"\s*:\s*\\")(?:\\\\\\"|[^"\\]|\\[^"])*""", rf"\1{MASK}"),
    _rule(rf"""(["'](?:name|key)["']\s*:\s*["']{_NAME}["']\s*,\s*["']value["']\s*:\s*)({_STRING})""", _value),
    # name=value, in queries, forms and logs; also encoded once more, as a part of another address.
    _rule(
        rf"""({_NAME}(?:\]|%5D)?(?:=|%3D|%253D))(\\*"[^"]*"?|\\*'[^']*'?|(?:[^&\s"'<>\\]|\\[^nrtu"'\s])+)""",
        _attribute,
    ),
    # Elements of XML, and fields of HTML.
    _rule(rf"""(<(?:\w+:)?{_NAME}(?:\s[^<>]*)?>(?:<!\[CDATA\[)?)[^<]+""", rf"\1{MASK}"),
    _rule(
        rf"""((?:name|id)\s*=\s*\\*["']?{_NAME}\\*["']?[^<>]*?\s(?:value|content)\s*=\s*)({_ATTRIBUTE})""", _attribute
    ),
    _rule(
        rf"""(\s(?:value|content)\s*=\s*)({_ATTRIBUTE})([^<>]*?\s(?:name|id)\s*=\s*\\*["']?{_NAME}[\\"'\s/>])""",
        lambda found: _attribute(found) + str(found[3]),
    ),
)  # fmt: skip

_LINE: Final = _rule(rf"(^[ \t]*{_NAME}[ \t]*:[ \t]*)[^\s][^\r\n]*", rf"\1{MASK}")
"""name: value on a line of its own."""

_SECRET_NAME: Final = re2.compile(f"(?i){_NAME}", OPTIONS).fullmatch
