"""Servers that speak no TLS, or break it off."""

from __future__ import annotations

import asyncio
from typing import Final

from probe.model.sample import FailureKind
from tests.fakes.servers import Behaviour, reset
from tests.integration.hostile.row import INSTEAD_OF_TLS, Hostile, endlessly

_ALERT: Final = 21
_HANDSHAKE: Final = 22
_DATA: Final = 23
_SERVER_HELLO: Final = b"\x02"


def _record(kind: int, content: bytes) -> bytes:
    return bytes((kind, 3, 3)) + len(content).to_bytes(2, "big") + content


def _alert(number: int, *, level: int = 2) -> bytes:
    return _record(_ALERT, bytes((level, number)))


def _answers(answer: bytes, *, pause: float = 0.0) -> Behaviour:
    """Reads the ClientHello, answers it, and closes after a while."""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(65_536)
        writer.write(answer)
        await writer.drain()
        await asyncio.sleep(pause)

    return behave


def _stalls(answer: bytes) -> Behaviour:
    return _answers(answer, pause=60)


def _floods(part: bytes, first: bytes = b"", *, pause: float = 0.0) -> Behaviour:
    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(65_536)
        await endlessly(writer, first, part, pause=pause)

    return behave


def _resets(answer: bytes) -> Behaviour:
    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(65_536)
        writer.write(answer)
        await asyncio.sleep(0.02)
        reset(writer)

    return behave


async def echoes(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(await reader.read(65_536))
    await writer.drain()
    await reader.read(65_536)


HANDSHAKES: Final = tuple(
    Hostile(name=f"TLS: {name}", behave=behave, kind=kind, says=says, reached=INSTEAD_OF_TLS)
    for name, behave, kind, says in (
        ("speaks HTTP", _answers(b"HTTP/1.1 400 Bad Request\r\n\r\n"), FailureKind.TLS, "does not answer in TLS"),
        ("speaks SSH", _answers(b"SSH-2.0-x\r\n"), FailureKind.TLS, "does not answer in TLS"),
        ("random bytes", _answers(bytes(range(256))), FailureKind.TLS, "does not answer in TLS"),
        ("SSL 2.0", _answers(b"\x80\x2e\x04\x00\x01\x00\x02" + bytes(40)), FailureKind.TLS, "does not answer in TLS"),
        ("endless zeros", _floods(bytes(65_536)), FailureKind.TLS, "does not answer in TLS"),
        ("its own hello comes back", echoes, FailureKind.TLS, "unexpected message"),
        ("data before the handshake", _answers(_record(_DATA, bytes(99))), FailureKind.TLS, "unexpected message"),
        ("a record of no kind", _answers(_record(99, b"abc")), FailureKind.TLS, "unexpected message"),
        ("a ServerHello of one byte", _answers(_record(_HANDSHAKE, b"\x02\0\0\x01x")), FailureKind.TLS, "length"),
        ("a record longer than allowed", _floods(bytes(65_536), b"\x16\x03\x03\xff\xff"), FailureKind.TLS, "too long"),
        (
            "an endless ServerHello",
            _floods(_record(_HANDSHAKE, bytes(16_384)), _record(_HANDSHAKE, _SERVER_HELLO + b"\xff\xff\xff")),
            FailureKind.TLS,
            "excessive message size",
        ),
        ("endless empty records", _floods(_record(_HANDSHAKE, b"") * 1_000), FailureKind.TLS, "record too small"),
        ("endless warnings", _floods(_alert(90, level=1) * 1_000), FailureKind.TLS, "too many warn alerts"),
        ("endless HelloRequests", _floods(_record(_HANDSHAKE, bytes(4)), pause=0.01), FailureKind.TIMEOUT, "handshake"),
        ("refuses (handshake_failure)", _answers(_alert(40)), FailureKind.TLS, "handshake failure"),
        ("refuses (protocol_version)", _answers(_alert(70)), FailureKind.TLS_VERSION, "does not offer the version"),
        ("refuses (internal_error)", _answers(_alert(80)), FailureKind.TLS, "internal error"),
        ("refuses (unrecognized_name)", _answers(_alert(112)), FailureKind.TLS, "unrecognized name"),
        ("refuses for no known reason", _answers(_alert(200)), FailureKind.TLS, "unknown"),
        ("says goodbye (close_notify)", _stalls(_alert(0, level=1)), FailureKind.RESET, "closed the connection"),
        ("closes", _answers(b""), FailureKind.RESET, "during the TLS handshake"),
        ("closes in a record", _answers(b"\x16\x03\x03\x00\x7a\x02"), FailureKind.RESET, "during the TLS handshake"),
        ("resets", _resets(b""), FailureKind.RESET, "during the TLS handshake"),
        ("resets in a record", _resets(b"\x16\x03\x03\x00\x7a\x02"), FailureKind.RESET, "during the TLS handshake"),
        ("never answers", _stalls(b""), FailureKind.TIMEOUT, "during the TLS handshake"),
        ("stops in a record", _stalls(b"\x16\x03"), FailureKind.TIMEOUT, "during the TLS handshake"),
        ("drips a record", _floods(b"x", b"\x16\x03\x03\x40\x00", pause=0.01), FailureKind.TIMEOUT, "TLS handshake"),
    )
)
