"""Name servers that misbehave, and what probe says of each."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from itertools import pairwise
from typing import Final

from dns.message import Message
from dns.rcode import Rcode

from probe.model.sample import FailureKind
from probe.model.units import MILLISECOND, SECOND
from tests.fakes.dns import Says, always, by_type, fails, framed, read_query, reply, silent, zone
from tests.fakes.servers import reset
from tests.integration.hostile.row import NAME, ONLY_PLAIN, Hostile, HostileNames

FOUND: Final = ("127.0.0.1",)
LONG: Final = 5 * SECOND
SHORT: Final = 400 * MILLISECOND
HERE: Final = zone(f"{NAME} 300 A 127.0.0.1")

_IN: Final = b"\x00\x01"
_LIVES: Final = b"\x00\x00\x01\x2c"
_A: Final = b"\x00\x01" + _IN + _LIVES
_CNAME: Final = b"\x00\x05" + _IN + _LIVES


def raw(body: bytes, *, flags: bytes = b"\x80\x00", answers: int = 1, code: int = 0) -> Says:
    """An answer of which only header and question are in order."""

    def says(query: Message) -> Iterable[bytes]:
        wire = reply(query)
        counts = b"\x00\x01" + answers.to_bytes(2, "big") + bytes(4)
        question = wire[12 : 12 + len(query.question[0].name.to_wire() or b"") + 4]
        return [wire[:2] + bytes((flags[0], flags[1] | code)) + counts + question + body]

    return says


def wrong_id(query: Message) -> bytes:
    wire = reply(query, f"{NAME} 300 A 192.0.2.1")
    return bytes((wire[0] ^ 1,)) + wire[1:]


def wrong_question(query: Message) -> bytes:
    return reply(query, f"{NAME} 300 A 192.0.2.1").replace(b"\x03www", b"\x03wwv", 1)


def wrong_type(query: Message) -> bytes:
    wire = reply(query)
    return wire.replace(b"\x00\x01\x00\x01", b"\x00\x10\x00\x01", 1).replace(
        b"\x00\x1c\x00\x01", b"\x00\x10\x00\x01", 1
    )


def no_response(query: Message) -> bytes:
    return query.to_wire()


def truth(query: Message) -> bytes:
    return next(iter(part for part in HERE(query) if isinstance(part, bytes)))


FIRST_OF_MANY: Final = tuple(f"127.1.0.{number}" for number in range(64))


def many(query: Message) -> bytes:
    """As many records as a message can hold, and a header that promises 10,000."""
    record = b"\xc0\x0c" + _A + b"\x00\x04"
    body = b"".join(record + bytes((127, 1, *number.to_bytes(2, "big"))) for number in range(4_000))
    wire = reply(query)
    return wire[:2] + b"\x80\x00\x00\x01" + (10_000).to_bytes(2, "big") + bytes(4) + wire[12 : 12 + 13 + 4] + body


def chain(length: int) -> Says:
    """So many aliases, and an address at their end."""
    names = [NAME, *(f"n{number}.example" for number in range(1, length + 1))]
    links = (f"{name} 300 CNAME {target}." for name, target in pairwise(names))
    return zone(*links, f"{names[-1]} 300 A 127.0.0.1")


def leads_on(query: Message) -> Iterable[bytes]:
    """Each answer names another name, and nothing about that one."""
    name = query.question[0].name.to_text(omit_final_dot=True)
    return [reply(query, f"{name} 300 CNAME x{name}.")]


def leads_back(query: Message) -> Iterable[bytes]:
    name = query.question[0].name.to_text(omit_final_dot=True)
    return [reply(query, f"{name} 300 CNAME {'other.example' if name == NAME else NAME}.")]


def knows_no_edns(query: Message) -> Iterable[bytes | float]:
    return fails(Rcode.FORMERR)(query) if query.edns >= 0 else HERE(query)


def truncated(query: Message) -> Iterable[bytes]:
    return [reply(query, f"{NAME} 300 A 192.0.2.1", truncated=True)]


async def hangs(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await read_query(reader)
    await asyncio.sleep(60)


async def resets(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_query(reader)
    reset(writer)


async def closes(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await read_query(reader)


async def closes_half_way(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(framed(truth(await read_query(reader)))[:-3])


async def ends_its_side(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(framed(truth(await read_query(reader))))
    writer.write_eof()
    await asyncio.sleep(60)


async def drips(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    for byte in framed(truth(await read_query(reader))):
        writer.write(bytes((byte,)))
        await asyncio.sleep(0.1)


async def sends_piecemeal(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    query = await read_query(reader)
    wire = framed(wrong_id(query)) + framed(truth(query))
    for start in range(0, len(wire), 7):
        writer.write(wire[start : start + 7])
        await asyncio.sleep(0.001)
    await reader.read()


async def floods(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_query(reader)
    while not writer.is_closing():
        writer.write(bytes(65_536))
        await writer.drain()


_SAID: Final = (
    ("no such name", fails(Rcode.NXDOMAIN), "there is no such name (NXDOMAIN)"),
    ("a name without addresses", zone(f"{NAME} 300 TXT x"), "it has no addresses"),
    ("fails", fails(Rcode.SERVFAIL), "failed (SERVFAIL)"),
    ("refuses", fails(Rcode.REFUSED), "refused to answer (REFUSED)"),
    ("knows no queries", fails(Rcode.NOTIMP), "answered with an error (NOTIMP)"),
    ("finds every query malformed", fails(Rcode.FORMERR), "answered with an error (FORMERR)"),
    ("fails without a question", always(lambda query: query.to_wire()[:2] + b"\x80\x02" + bytes(8)), "(SERVFAIL)"),
    ("an error that nobody knows", raw(b"", code=15, answers=0), "answered with an error (15)"),
    ("promises a record", raw(b""), "is not valid DNS"),
    ("ends in a record", raw(b"\xc0\x0c" + _A + b"\x00\x04\x7f\x00"), "is not valid DNS"),
    ("an address of three bytes", raw(b"\xc0\x0c\x00\x01" + _IN + _LIVES + b"\x00\x03abc"), "is not valid DNS"),
    ("a pointer to itself", raw(b"\xc0\x1d" + _A + b"\x00\x04abcd"), "is not valid DNS"),
    ("a pointer ahead", raw(b"\xc0\xff" + _A + b"\x00\x04abcd"), "is not valid DNS"),
    ("a label of no known kind", raw(b"\x80abc\x00" + _A + b"\x00\x04abcd"), "is not valid DNS"),
    ("a name of 300 bytes", raw(b"\x3f" + (b"x" * 63 + b"\x3f") * 5 + b"\x00" + _A), "is not valid DNS"),
    ("an alias longer than its record", raw(b"\xc0\x0c" + _CNAME + b"\x00\x01\x03abc\x00"), "is not valid DNS"),
    ("an alias shorter than its record", raw(b"\xc0\x0c" + _CNAME + b"\x00\x09\x03abc\x00"), "is not valid DNS"),
    ("an alias of itself", zone(f"{NAME} 300 CNAME {NAME}."), "aliases lead in a circle"),
    ("aliases back and forth", leads_back, "aliases lead in a circle"),
    ("aliases without end", leads_on, "too many aliases"),
    ("17 aliases", chain(17), "too many aliases"),
    ("a flood of lies", always(*[wrong_id] * 200), "answers other questions than ours"),
)  # fmt: skip

_SILENT: Final = (
    ("silent", silent),
    ("a wrong id", always(wrong_id)),
    ("another name", always(wrong_question)),
    ("another type", always(wrong_type)),
    ("the query itself", always(no_response)),
    ("an empty datagram", always(b"")),
    ("a single byte", always(b"x")),
    ("zeros", always(bytes(512))),
    ("half a header", always(lambda query: query.to_wire()[:7])),
    ("another kind of response", raw(b"", flags=b"\xa8\x00", answers=0)),
    ("a question short", always(lambda query: query.to_wire()[:2] + b"\x80\x00" + bytes(8))),
)

_BY_TCP: Final = (
    ("hangs", hangs, "no answer from name server", SHORT),
    ("resets", resets, "can't be reached (connection reset by peer)", LONG),
    ("closes", closes, "closed the connection", LONG),
    ("closes half-way", closes_half_way, "closed the connection", LONG),
    ("drips", drips, "no answer from name server", SHORT),
    ("floods", floods, "answers other questions than ours", LONG),
)

NAMES: Final = (
    *(HostileNames(name=name, udp=udp, says=says) for name, udp, says in _SAID),
    *(HostileNames(name=name, udp=udp, says="no answer from name server", within=SHORT) for name, udp in _SILENT),
    *(
        HostileNames(name=f"{name} by TCP", udp=truncated, behave=behave, says=says, within=within)
        for name, behave, says, within in _BY_TCP
    ),
    HostileNames(name="truncated by TCP as well", udp=truncated, says="is not valid DNS"),
    HostileNames(name="refuses by TCP", udp=truncated, tcp=fails(Rcode.REFUSED), says="(REFUSED)"),
    HostileNames(name="no addresses by TCP", udp=truncated, tcp=zone(f"{NAME} 300 TXT x"), says="it has no addresses"),
    # Odd, and yet answered
    HostileNames(name="lies before the truth", udp=always(b"", wrong_id, wrong_question, no_response, truth)),
    HostileNames(name="the truth twice", udp=always(truth, truth)),
    HostileNames(name="in capitals", udp=always(lambda query: truth(query).replace(b"\x03www", b"\x03WwW"))),
    HostileNames(name="bytes after the end", udp=always(lambda query: truth(query) + b"rubbish")),
    HostileNames(name="a server older than EDNS", udp=knows_no_edns),
    HostileNames(name="16 aliases", udp=chain(16)),
    HostileNames(name="long answers by TCP", udp=truncated, tcp=HERE),
    HostileNames(name="piecemeal by TCP", udp=truncated, behave=sends_piecemeal),
    HostileNames(name="ends its side of TCP", udp=truncated, behave=ends_its_side),
    HostileNames(
        name="4,000 records, 10,000 promised",
        udp=truncated,
        tcp=by_type(a=always(many)),
        found=FIRST_OF_MANY,
    ),
    HostileNames(name="4,000 records in a datagram", udp=by_type(a=always(many)), found=FIRST_OF_MANY),
    HostileNames(name="only IPv4 answers", udp=by_type(a=HERE)),
    HostileNames(name="only IPv4 exists", udp=by_type(a=HERE, aaaa=fails(Rcode.NXDOMAIN))),
    HostileNames(name="IPv6 fails", udp=by_type(a=HERE, aaaa=fails(Rcode.SERVFAIL))),
    HostileNames(name="IPv6 is rubbish", udp=by_type(a=HERE, aaaa=raw(b""))),
)  # fmt: skip

BY_NAME: Final = (
    *(
        Hostile(
            name=f"DNS: {names.name}",
            names=names,
            kind=FailureKind.DNS if names.says else FailureKind.REFUSED if names.found != FOUND else None,
            says=names.says,
            status=None if names.says or names.found != FOUND else 200,
            reached=ONLY_PLAIN,
        )
        for names in NAMES
    ),
    *(
        Hostile(
            name=f"DNS: leads to {address}",
            names=HostileNames(name="", udp=zone(f"{NAME} 300 {type_} {address}")),
            kind=FailureKind.BLOCKED,
            reached=ONLY_PLAIN,
        )
        for type_, address in (
            ("A", "169.254.169.254"),
            ("A", "0.0.0.0"),
            ("A", "224.0.0.1"),
            ("AAAA", "fd00:ec2::254"),
            ("AAAA", "fe80::1"),
            ("AAAA", "::ffff:169.254.169.254"),
        )
    ),
)
"""The same, and those that lead where nobody may go, before a target that is as it should be."""
