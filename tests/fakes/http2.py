"""HTTP/2 servers on loopback: a well-behaved one, and raw frames for the others."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Iterable

import h2.config
import h2.connection
import h2.events

from tests.fakes.servers import Behaviour

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
SETTINGS = b"\x00\x00\x00\x04\x00\x00\x00\x00\x00"


def offering_h2(context: ssl.SSLContext) -> ssl.SSLContext:
    """The same context, with HTTP/2 on offer."""
    context.set_alpn_protocols(["h2", "http/1.1"])
    return context


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    """One frame (RFC 9113 §4.1)."""
    return len(payload).to_bytes(3) + bytes([kind, flags]) + stream.to_bytes(4) + payload


def answering_h2(
    body: bytes = b"", headers: Iterable[tuple[str, str]] = (), *, status: int = 200, pause: float = 0.0
) -> Behaviour:
    """Answers each request on the connection after a pause."""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
        connection.initiate_connection()
        writer.write(connection.data_to_send())
        while data := await reader.read(65_536):
            for event in connection.receive_data(data):
                match event:
                    case h2.events.DataReceived(flow_controlled_length=int(length), stream_id=int(stream)):
                        connection.acknowledge_received_data(length, stream)
                    case h2.events.StreamEnded(stream_id=int(stream)):
                        writer.write(connection.data_to_send())
                        await asyncio.sleep(pause)
                        connection.send_headers(stream, [(":status", str(status)), *headers], end_stream=not body)
                        for start in range(0, len(body), 16_000):
                            is_last = start + 16_000 >= len(body)
                            connection.send_data(stream, body[start : start + 16_000], end_stream=is_last)
            writer.write(connection.data_to_send())

    return behave


def frames(*after_request: bytes) -> Behaviour:
    """Shakes hands properly, and answers the request with these bytes."""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _request(reader, writer)
        for part in after_request:
            writer.write(part)
            await writer.drain()
        await reader.read()

    return behave


def endless(part: Callable[[int], bytes]) -> Behaviour:
    """Shakes hands properly, and never stops answering."""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _request(reader, writer)
        number = 0
        while not writer.is_closing():
            writer.write(part(number))
            await writer.drain()
            await asyncio.sleep(0)
            number += 1

    return behave


async def _request(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readexactly(len(PREFACE))
    writer.write(SETTINGS)
    while True:
        head = await reader.readexactly(9)
        await reader.readexactly(int.from_bytes(head[:3]))
        if head[3] == 1:  # HEADERS
            return
