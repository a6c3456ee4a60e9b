"""DNS messages (RFC 1035 §4): queries made by dnspython, answers read with its parser, which no bytes can harm."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from dns.exception import DNSException
from dns.message import make_query
from dns.name import from_text
from dns.rcode import Rcode
from dns.rdatatype import RdataType
from dns.wire import Parser

from probe.probers.dns.answer import Answer, Labels, Outcome, Records

_PAYLOAD: Final = 1232
"""Bytes of an answer by UDP: what passes everywhere in one piece (DNS flag day 2020)."""

_HEADER: Final = 12
_KIND: Final = 0xF800
_RESPONSE: Final = 0x8000
_TRUNCATED: Final = 0x0200
_CODE: Final = 0x000F
"""Bits of the header's flags: an answer to a plain query, what was left out, how it went."""

_BARE: Final = frozenset({Rcode.FORMERR, Rcode.SERVFAIL, Rcode.NOTIMP, Rcode.REFUSED})
"""Errors that some servers send without repeating the question."""


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked.

    Attributes:
        wire: the message as it is sent.
        question: that part of it which an answer repeats.
        has_edns: longer answers than 512 bytes are welcome by UDP (RFC 6891).
    """

    wire: bytes
    question: bytes
    labels: Labels
    type_: RdataType
    has_edns: bool


def query(name: str, type_: RdataType, *, has_edns: bool = True) -> Query:
    """Ask for one type of address, with an id that nobody can guess."""
    made = _query(name, type_, has_edns)
    return Query(os.urandom(2) + made.wire[2:], made.question, made.labels, type_, has_edns)


@lru_cache(maxsize=32_768)
def _query(name: str, type_: RdataType, has_edns: bool) -> Query:
    asked = from_text(name).canonicalize()
    wire = make_query(asked, type_, use_edns=0 if has_edns else False, payload=_PAYLOAD).to_wire()
    size = sum(1 + len(label) for label in asked.labels) + 4  # for type and class
    return Query(wire, wire[_HEADER : _HEADER + size], asked.labels, type_, has_edns)


def read(wire: bytes, asked: Query) -> Answer | None:
    """What a message says, `None` where it is no answer to this query."""
    if len(wire) < _HEADER or wire[:2] != asked.wire[:2]:
        return None
    parser = Parser(wire, 2)
    flags, questions, answers, authorities, _ = parser.get_struct("!HHHHH")
    code = flags & _CODE
    if flags & _KIND != _RESPONSE or not _is_about(asked, wire, questions, code):
        return None
    if code:
        return Answer(Outcome.NO_SUCH_NAME if code == Rcode.NXDOMAIN else Outcome.ERROR, code=code)
    if flags & _TRUNCATED:
        return Answer(Outcome.TRUNCATED)
    try:
        parser.seek(_HEADER + len(asked.question))
        return Records(parser, asked.type_, asked.labels, answers=answers, authorities=authorities).about(asked.labels)
    except DNSException:
        return Answer(Outcome.INVALID)


def _is_about(asked: Query, wire: bytes, questions: int, code: int) -> bool:
    if questions == 1:
        return wire[_HEADER : _HEADER + len(asked.question)].lower() == asked.question
    return questions == 0 and code in _BARE
