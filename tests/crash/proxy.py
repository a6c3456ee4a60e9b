"""A wire to a PostgreSQL server that can be cut at any moment, and at the worst one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path
from socket import create_server
from typing import Final

from probe.model.sensitive import Sensitive

_CHUNK: Final = 64 * 1024
_COMMIT: Final = b"COMMIT\0"


class Fault(Enum):
    """What the wire does.

    Attributes:
        REFUSES: whoever connects is turned away.
        SWALLOWS: it takes everything and passes nothing on; nothing is closed either.
        CUTS_AT_COMMIT: the next COMMIT is cut off before the server has it.
        CUTS_AFTER_COMMIT: the next COMMIT is carried out, but its answer is cut off.
    """

    NONE = auto()
    REFUSES = auto()
    SWALLOWS = auto()
    CUTS_AT_COMMIT = auto()
    CUTS_AFTER_COMMIT = auto()


@dataclass(slots=True)
class Wire:
    """What is between probe and the server.

    Attributes:
        socket: where the server listens.
        url: of the store, through the wire.
        cuts: how many connections it has cut because of a COMMIT. The fault is over after each.
    """

    socket: Path
    url: Sensitive
    cuts: int = 0
    _fault: Fault = Fault.NONE
    _flows: asyncio.Event = field(default_factory=asyncio.Event)
    _carrying: dict[asyncio.Task[None], asyncio.StreamWriter] = field(default_factory=dict)

    def be(self, fault: Fault) -> None:
        """Have this fault, or none, from now on."""
        self._fault = fault
        if fault is Fault.SWALLOWS:
            self._flows.clear()
        else:
            self._flows.set()

    def has_cut(self, times: int) -> bool:
        """Whether it has cut a COMMIT, or its answer, so often."""
        return self.cuts >= times

    def cut(self) -> None:
        """Cut every connection now."""
        for end in self._carrying.values():
            end.transport.abort()

    async def end(self) -> None:
        """Cut everything, and wait until nothing of it is left."""
        self.be(Fault.REFUSES)
        self.cut()
        await asyncio.gather(*self._carrying)

    def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A connection has come."""
        carrying = asyncio.get_running_loop().create_task(self._carry(reader, writer))
        self._carrying[carrying] = writer
        carrying.add_done_callback(self._carrying.pop)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection from its beginning to its end."""
        try:
            with suppress(OSError):
                if self._fault is not Fault.REFUSES:
                    await self._between(reader, writer)
        finally:
            await _abort(writer)

    async def _between(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answers, asks = await asyncio.open_unix_connection(self.socket)
        is_mute = asyncio.Event()
        directions = [
            asyncio.create_task(self._ask(reader, asks, is_mute)),
            asyncio.create_task(self._answer(answers, writer, is_mute)),
        ]
        await asyncio.wait(directions, return_when=asyncio.FIRST_COMPLETED)
        for direction in directions:
            direction.cancel()
        await asyncio.gather(*directions, return_exceptions=True)
        await _abort(asks)

    async def _ask(self, reader: asyncio.StreamReader, asks: asyncio.StreamWriter, is_mute: asyncio.Event) -> None:
        while data := await reader.read(_CHUNK):
            await self._flows.wait()
            if _COMMIT in data and self._fault in (Fault.CUTS_AT_COMMIT, Fault.CUTS_AFTER_COMMIT):
                self.cuts += 1
                if self._fault is Fault.CUTS_AT_COMMIT:
                    self.be(Fault.NONE)
                    return
                self.be(Fault.NONE)
                is_mute.set()
            asks.write(data)
            await asks.drain()

    async def _answer(
        self, answers: asyncio.StreamReader, writer: asyncio.StreamWriter, is_mute: asyncio.Event
    ) -> None:
        while data := await answers.read(_CHUNK):
            await self._flows.wait()
            if is_mute.is_set():
                return
            writer.write(data)
            await writer.drain()


async def _abort(writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()
    with suppress(OSError):
        await writer.wait_closed()


@asynccontextmanager
async def wired(socket: Path, database: str) -> AsyncIterator[Wire]:
    """A wire without fault to a database of the server that listens there."""
    with create_server(("127.0.0.1", 0)) as place:
        url = f"postgresql://postgres@127.0.0.1:{place.getsockname()[1]}/{database}"
        wire = Wire(socket, Sensitive.plain(url))
        wire.be(Fault.NONE)
        listener = await asyncio.start_server(wire.take, sock=place)
        try:
            yield wire
        finally:
            listener.close()
            await wire.end()
