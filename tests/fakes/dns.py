"""A name server on loopback, by UDP and TCP on one port: data decides what it says to each query."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeAlias

import dns.flags
import dns.message
import dns.name
import dns.rrset
from dns.message import Message
from dns.rcode import Rcode
from dns.rdatatype import RdataType

from probe.model.check import DnsPolicy, Family
from probe.model.units import SECOND, Micros
from tests.fakes.servers import Behaviour

Says: TypeAlias = Callable[[Message], Iterable[bytes | float]]
"""Messages for a query, and pauses in seconds between them."""

SOA = "example. 300 SOA ns.example. root.example. 1 3600 600 86400 300"


@dataclass(slots=True)
class NameServer:
    """A running server.

    Attributes:
        asked: name, type, and whether by `udp` or `tcp`, of each query.
    """

    port: int
    asked: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def text(self) -> str:
        """As a policy names it."""
        return f"127.0.0.1:{self.port}"

    def policy(self, *, ttl: Micros = 0, timeout: Micros = 5 * SECOND, family: Family = Family.ANY) -> DnsPolicy:
        """A policy that asks this server, and no other."""
        return DnsPolicy(servers=(self.text,), ttl=ttl, timeout=timeout, family=family)

    def heard(self, message: Message, way: str) -> None:
        question = message.question[0]
        self.asked.append((question.name.to_text(omit_final_dot=True), question.rdtype.name, way))


@asynccontextmanager
async def naming(says: Says, *, tcp: Says | None = None, behave: Behaviour | None = None) -> AsyncIterator[NameServer]:
    """A server on a free port, gone with all that it still had to say at the end.

    Args:
        tcp: what it says by TCP, where that is something else.
        behave: what becomes of each TCP connection instead.
    """
    tasks: dict[asyncio.Task[None], asyncio.StreamWriter | None] = {}
    loop = asyncio.get_running_loop()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        each = behave(reader, writer) if behave else _converse(reader, writer, tcp or says, server)
        tasks[loop.create_task(_until_gone(each, writer))] = writer

    def hear(wire: bytes, client: tuple[str, int]) -> None:
        message = dns.message.from_wire(wire)
        server.heard(message, "udp")
        tasks[loop.create_task(_send(says(message), lambda part: endpoint.sendto(part, client)))] = None

    listener = await asyncio.start_server(accept, "127.0.0.1", 0)
    server = NameServer(listener.sockets[0].getsockname()[1])
    endpoint, _ = await loop.create_datagram_endpoint(lambda: _Datagrams(hear), ("127.0.0.1", server.port))
    try:
        yield server
    finally:
        for _ in range(5):  # asyncio forgets a connection that is being accepted while its server closes
            await asyncio.sleep(0)
        listener.close()
        endpoint.abort()
        for task, writer in tasks.items():
            task.cancel()
            if writer:
                writer.transport.abort()
        await asyncio.gather(*tasks, return_exceptions=True)


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, hear: Callable[[bytes, tuple[str, int]], None]) -> None:
        self._hear = hear

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._hear(data, addr)


async def _send(parts: Iterable[bytes | float], send: Callable[[bytes], None]) -> None:
    for part in parts:
        if isinstance(part, bytes):
            send(part)
        else:
            await asyncio.sleep(part)


async def _converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, says: Says, server: NameServer) -> None:
    message = await read_query(reader)
    server.heard(message, "tcp")
    await _send(says(message), lambda part: writer.write(framed(part)))
    await reader.read()


async def _until_gone(each: Awaitable[None], writer: asyncio.StreamWriter) -> None:
    try:
        await each
    except (ConnectionError, asyncio.IncompleteReadError):
        pass
    finally:
        writer.close()


async def read_query(reader: asyncio.StreamReader) -> Message:
    """One query by TCP."""
    return dns.message.from_wire(await reader.readexactly(int.from_bytes(await reader.readexactly(2), "big")))


def framed(wire: bytes) -> bytes:
    """A message as TCP carries it."""
    return len(wire).to_bytes(2, "big") + wire


def reply(
    query: Message, *records: str, code: Rcode = Rcode.NOERROR, soa: bool = False, truncated: bool = False
) -> bytes:
    """An answer with these records, each `name ttl type value`; in the authority section the zone's own with `soa`."""
    made = dns.message.make_response(query)
    made.set_rcode(code)
    made.answer = [_rrset(record) for record in records]
    made.authority = [_rrset(SOA)] if soa else []
    if truncated:
        made.flags |= dns.flags.TC
    return made.to_wire(max_size=65_535)


def _rrset(record: str) -> dns.rrset.RRset:
    name, ttl, type_, value = record.split(" ", 3)
    return dns.rrset.from_text(dns.name.from_text(name), int(ttl), "IN", type_, value)


def always(*parts: bytes | float | Callable[[Message], bytes]) -> Says:
    """Says this to every query."""
    return lambda query: [part(query) if callable(part) else part for part in parts]


def silent(_query: Message) -> Iterable[bytes]:
    """Says nothing."""
    return ()


def fails(code: Rcode) -> Says:
    """Says that it can't or won't."""
    return lambda query: [reply(query, code=code)]


def by_type(*, a: Says = silent, aaaa: Says = silent) -> Says:
    """Says one thing to those who want IPv4 addresses, another to those who want IPv6."""
    return lambda query: (aaaa if query.question[0].rdtype == RdataType.AAAA else a)(query)


def zone(*records: str) -> Says:
    """Knows these records, follows aliases as far as it knows them, and says that nothing else exists."""
    aliases = {record.split(" ")[0]: record for record in records if " CNAME " in record}

    def says(query: Message) -> Iterable[bytes]:
        question = query.question[0]
        name, found = question.name.to_text(omit_final_dot=True).lower(), list[str]()
        while (alias := aliases.get(name)) and alias not in found:
            found.append(alias)
            name = alias.split(" ")[3].rstrip(".")
        found += [
            record for record in records if record.startswith(f"{name} ") and f" {question.rdtype.name} " in record
        ]
        exists = any(record.startswith(f"{name} ") for record in records)
        code = Rcode.NOERROR if exists or found else Rcode.NXDOMAIN
        return [reply(query, *found, code=code, soa=exists or not found)]

    return says
