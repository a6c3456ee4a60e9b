"""The forms in which a secret travels: what a target, or a library of ours, may make of it on the way.

Most replace single characters, each in its own way, and each leaves others alone: so a secret is looked for character by
character, in any mixture. The rest, hexadecimal and Base64, are few enough to be looked for as they are.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from html.entities import codepoint2name
from typing import Final

import re2

ENOUGH: Final = 4
"""Characters of a secret that tell something of it."""

_LONGEST: Final = 128
"""Characters that are looked for at once; a longer secret, such as a key of several lines, in pieces."""

_ENOUGH_IN_ANY_CASE: Final = 8
"""Characters of a secret that no other text is likely to have in another case: names of headers and hosts lose theirs."""

_OPTIONS: Final = re2.Options()
_OPTIONS.log_errors = False
_OPTIONS.max_mem = 2**20

_NAMED: Final = {**codepoint2name, ord("'"): "apos"}
_LEFT_ALONE: Final = re.compile("[0-9A-Za-z]+")
_FOR_URLS: Final = bytes.maketrans(b"+/", b"-_")


@dataclass(frozen=True, slots=True)
class Spelling:
    """A secret, character by character.

    Attributes:
        characters: of each what may stand for it, longest first.
        sign: a part of it that nobody replaces, and without which it need not be looked for; in lower case.
        in_any_case: it's found in other letters too; `characters` are in lower case then.
    """

    characters: tuple[tuple[str, ...], ...]
    sign: str
    in_any_case: bool

    @classmethod
    def of(cls, secret: str) -> Spelling:
        """Of a secret that isn't empty."""
        in_any_case = len(secret) >= _ENOUGH_IN_ANY_CASE
        characters = tuple(map(_spellings, secret.replace("\r\n", "\n")))
        if in_any_case:
            characters = tuple(tuple(dict.fromkeys(map(lower, each))) for each in characters)
        return cls(characters, lower(max(_LEFT_ALONE.findall(secret), key=len, default="")), in_any_case)

    def __len__(self) -> int:
        return len(self.characters)

    @property
    def pattern(self) -> str:
        """A regular expression that finds it, in either dialect."""
        return "".join(f"(?:{'|'.join(map(re.escape, each))})" for each in self.characters)

    def replace(self, text: str, mask: str, signs: str) -> str:
        """The text with the mask in its place, in time linear in the text.

        Args:
            signs: the text in lower case, to be looked at before anything else.
        """
        if self.sign not in signs:
            return text
        encoded = _compiled(self).sub(mask.encode(), text.encode("utf-8", "surrogatepass"))
        return bytes(encoded).decode("utf-8", "surrogatepass")

    def start_in(self, text: str) -> int:
        """Where it begins when the text's end has cut it off; the text's length when it hasn't."""
        longest = sum(len(each[0]) for each in self.characters)
        text = lower(text) if self.in_any_case else text
        for place in range(max(0, len(text) - longest), len(text) - ENOUGH + 1):
            if text.startswith(self.characters[0], place) and self._reaches_the_end(text, place):
                return place
        return len(text)

    def _reaches_the_end(self, text: str, start: int) -> bool:
        """Every way of reading the text on from there is tried: a backslash may stand for itself or escape another."""
        places = {start}
        for spellings in self.characters:
            if any(
                each.startswith(text[place : place + len(each)]) and place + len(each) >= len(text)
                for place in places
                for each in spellings
            ):
                return True
            places = {place + len(each) for place in places for each in spellings if text.startswith(each, place)}
        return False


@dataclass(frozen=True, slots=True)
class Encoding:
    """A secret that as a whole became something else."""

    form: str

    def __len__(self) -> int:
        return len(self.form)

    def replace(self, text: str, mask: str, _signs: str) -> str:
        """The text with the mask in its place."""
        return text.replace(self.form, mask)

    def start_in(self, text: str) -> int:
        """Where it begins when the text's end has cut it off; the text's length when it hasn't."""
        place = text.find(self.form[:ENOUGH], max(0, len(text) - len(self.form)))
        while place >= 0 and not self.form.startswith(text[place:]):
            place = text.find(self.form[:ENOUGH], place + 1)
        return place if place >= 0 else len(text)


@lru_cache(maxsize=128)
def _compiled(spelling: Spelling) -> re2._Regexp:
    case = "(?i)" if spelling.in_any_case else ""
    return re2.compile((case + spelling.pattern).encode("utf-8", "surrogatepass"), _OPTIONS)


def lower(text: str) -> str:
    """The text with its ASCII letters in lower case, so that everything stays in its place."""
    return text.encode("utf-8", "surrogatepass").lower().decode("utf-8", "surrogatepass")


def forms(secrets: Iterable[str]) -> tuple[Spelling | Encoding, ...]:
    """All that is to be looked for, longest first, so that no part of a longer one is left standing."""
    found: set[Spelling | Encoding] = set()
    for secret in secrets:
        found.update(map(Spelling.of, _pieces(secret)))
        found.update(map(Encoding, encodings(secret)))
    return tuple(sorted(found, key=len, reverse=True))


def _pieces(secret: str) -> list[str]:
    """Of about the same length, none of them longer than what is looked for at once."""
    size = -(-len(secret) // -(-len(secret) // _LONGEST))
    return [secret[start : start + size] for start in range(0, len(secret), size)]


def encodings(secret: str) -> frozenset[str]:
    """Hexadecimal; Base64 in both alphabets, also where the secret stands inside something longer."""
    data = secret.encode("utf-8", "surrogatepass")
    found = {data.hex(), data.hex().upper()}
    for before, shared in enumerate((0, 2, 3)):
        encoded = base64.b64encode(bytes(before) + data)
        # Six bits a letter: those at the borders are shared with what stands around.
        inside = encoded[shared : (before + len(data)) * 8 // 6]
        whole = (encoded, encoded.rstrip(b"=")) if before == 0 else ()
        for part in (*whole, inside):
            found |= {part.decode(), part.translate(_FOR_URLS).decode()}
    return frozenset(form for form in found if form)


@lru_cache(maxsize=512)
def _spellings(character: str) -> tuple[str, ...]:
    """What may stand for a character. Letters and digits stand for themselves."""
    if _LEFT_ALONE.fullmatch(character):
        return (character,)
    found = {character, *_in_urls(character), *_in_json(character), *_in_html(character)}
    if character == "\n":
        found |= {"\r\n", "\\r\\n", "\\\\r\\\\n", "%0D%0A", "%0d%0a"}
    return tuple(sorted(found, key=lambda each: (-len(each), each)))


def _in_urls(character: str) -> Iterator[str]:
    """Percent-encoded, once or twice; and UTF-8 taken for Latin-1, as headers show it."""
    data = character.encode("utf-8", "surrogatepass")
    for escape in ("%{:02X}", "%{:02x}", "%25{:02X}", "%25{:02x}"):
        yield "".join(map(escape.format, data))
    yield data.decode("latin-1")
    if character == " ":
        yield "+"


def _in_json(character: str) -> Iterator[str]:
    """After a backslash, or by its number; and all of that in a string once more."""
    data = character.encode("utf-16-be", "surrogatepass")
    units = [data[place : place + 2].hex() for place in range(0, len(data), 2)]
    escaped = {
        json.dumps(character)[1:-1],
        *("".join(f"\\u{unit}" for unit in case) for case in (units, map(str.upper, units))),
    }
    if character in "/'":
        escaped.add("\\" + character)
    for each in escaped:
        yield from (each, json.dumps(each)[1:-1])


def _in_html(character: str) -> Iterator[str]:
    """By its number or its name; and all of that escaped once more."""
    number = ord(character)
    named = (_NAMED[number],) if number in _NAMED else ()
    for entity in (f"#{number}", f"#{number:03}", f"#x{number:x}", f"#x{number:X}", f"#X{number:X}", *named):
        yield from (f"&{entity};", f"&amp;{entity};")
