"""What the records of a DNS answer say of the name that was asked for."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final, TypeAlias

from dns.exception import FormError
from dns.name import Name
from dns.rdataclass import RdataClass
from dns.rdatatype import RdataType
from dns.wire import Parser

Labels: TypeAlias = tuple[bytes, ...]
"""A name in lower case, to compare it by; joined by dots it could be mistaken for another."""

_MOST_RECORDS: Final = 64
"""Read of one answer; honest ones have a handful, and the loop stands still while we read."""

_POINTER: Final = 0xC000
_FARTHEST: Final = 0x4000
_TO_QUESTION: Final = b"\xc0\x0c"
"""Names are repeated by pointers to where they stand (RFC 1035 §4.1.4); the first one is what was asked for."""

LONGEST_TTL: Final = 0x7FFF_FFFF
_SHAPES: Final = {RdataType.A: (socket.AF_INET, 4), RdataType.AAAA: (socket.AF_INET6, 16)}


class Outcome(Enum):
    """What a server says of a name."""

    ADDRESSES = auto()
    NO_ADDRESSES = auto()
    NO_SUCH_NAME = auto()
    ALIAS = auto()  # another name has to be asked for
    CIRCLE = auto()  # the aliases lead back to themselves
    TOO_MANY_ALIASES = auto()
    TRUNCATED = auto()
    ERROR = auto()
    INVALID = auto()


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back.

    Attributes:
        ttl: for how many seconds it may be used again, by the shortest-lived record on the way to them.
        alias: the name to ask for instead.
        aliases: how many were followed to get there.
        code: the server's error, a DNS RCODE.
    """

    outcome: Outcome
    addresses: tuple[str, ...] = ()
    ttl: int = 0
    alias: str = ""
    aliases: int = 0
    code: int = 0


class Records:
    """The records of an answer, by the name that they belong to.

    Raises `dns.exception.DNSException` where the bytes are not what they say they are.
    """

    def __init__(self, parser: Parser, type_: RdataType, asked: Labels, *, answers: int, authorities: int) -> None:
        self._parser = parser
        self._type = type_
        self._names = {_TO_QUESTION: asked}
        self._addresses: dict[Labels, dict[str, int]] = {}
        self._aliases: dict[Labels, tuple[Labels, int]] = {}
        for _ in range(min(answers, _MOST_RECORDS)):
            self._read()
        self._authorities = authorities if answers <= _MOST_RECORDS else 0

    def about(self, name: Labels) -> Answer:
        """What they say of a name, its aliases followed as far as they go."""
        passed = {name}
        ttl = LONGEST_TTL
        while not (found := self._addresses.get(name)):
            if name not in self._aliases:
                return self._nothing_about(name, ttl, len(passed) - 1)
            name, lives = self._aliases[name]
            ttl = min(ttl, lives)
            if name in passed:
                return Answer(Outcome.CIRCLE)
            passed.add(name)
        return Answer(Outcome.ADDRESSES, tuple(found), min(ttl, *found.values()), aliases=len(passed) - 1)

    def _nothing_about(self, name: Labels, ttl: int, aliases: int) -> Answer:
        if not aliases or self._has_soa():
            return Answer(Outcome.NO_ADDRESSES)
        return Answer(Outcome.ALIAS, ttl=ttl, alias=Name(name).to_text(omit_final_dot=True), aliases=aliases)

    def _has_soa(self) -> bool:
        """Whether the server knows that there is nothing more (RFC 2308 §2.2)."""
        for _ in range(min(self._authorities, _MOST_RECORDS)):
            self._name()
            kind, _, _, size = self._parser.get_struct("!HHIH")
            if kind == RdataType.SOA:
                return True
            self._parser.get_bytes(size)
        return False

    def _read(self) -> None:
        owner = self._name()
        kind, zone, ttl, size = self._parser.get_struct("!HHIH")
        lives = ttl if ttl <= LONGEST_TTL else 0  # RFC 2181 §8
        if zone == RdataClass.IN and kind == self._type:
            self._addresses.setdefault(owner, {})[self._address(size)] = lives
        elif zone == RdataClass.IN and kind == RdataType.CNAME:
            with self._parser.restrict_to(size):
                self._aliases.setdefault(owner, (self._name(), lives))
        else:
            self._parser.get_bytes(size)

    def _address(self, size: int) -> str:
        family, expected = _SHAPES[self._type]
        if size != expected:
            raise FormError
        return socket.inet_ntop(family, self._parser.get_bytes(size))

    def _name(self) -> Labels:
        """The name that comes next. Most are pointers to one that was read before."""
        parser, at = self._parser, self._parser.current
        if known := self._names.get(parser.wire[at : at + 2]):
            parser.get_bytes(2)
            return known
        name = tuple(label.lower() for label in parser.get_name(decompress=True).labels)
        if at < _FARTHEST:
            self._names[(_POINTER | at).to_bytes(2, "big")] = name
        return name
