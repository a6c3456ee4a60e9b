"""Connections that break, stand still, or never come about."""

from __future__ import annotations

import asyncio
from typing import Final

from probe.model.sample import FailureKind
from tests.fakes.servers import answers, read_request, reset
from tests.integration.hostile.row import CHUNKED, HEAD, MEGABYTE, Hostile, endlessly


async def closes_at_once(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    """Not a word."""


async def resets_at_once(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    reset(writer)


async def resets_after_request(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    reset(writer)


async def resets_in_body(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    writer.write(HEAD + b"content-length: 100\r\n\r\nhalf")
    await asyncio.sleep(0.02)
    reset(writer)


async def never_answers(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    await asyncio.sleep(60)


async def never_reads(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.transport.pause_reading()  # type: ignore[attr-defined]  # it is a Transport
    await asyncio.sleep(60)


async def drips(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    await endlessly(writer, HEAD + b"content-length: 1000000\r\n\r\n", b"x", pause=0.01)


async def drips_head(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    await endlessly(writer, HEAD, b"x: y\r\n", pause=0.01)


CONNECTIONS: Final = (
    Hostile(name="closes at once", behave=closes_at_once, kind=FailureKind.RESET),
    Hostile(name="resets at once", behave=resets_at_once, kind=FailureKind.RESET),
    Hostile(name="resets after the request", behave=resets_after_request, kind=FailureKind.RESET),
    Hostile(name="resets in the body", behave=resets_in_body, kind=FailureKind.RESET, status=200),
    Hostile(name="closes in the head", behave=answers(HEAD + b"x: "), kind=FailureKind.RESET),
    Hostile(
        name="shorter than content-length",
        behave=answers(HEAD + b"content-length: 9\r\n\r\nabc"),
        kind=FailureKind.RESET,
        says="before the response was complete",
        status=200,
    ),
    Hostile(name="closes in a chunk", behave=answers(CHUNKED + b"9\r\nabc"), kind=FailureKind.RESET, status=200),
    Hostile(name="closes in a chunk's size", behave=answers(CHUNKED + b"9"), kind=FailureKind.RESET, status=200),
    Hostile(name="no last chunk", behave=answers(CHUNKED + b"3\r\nabc\r\n"), kind=FailureKind.RESET, status=200),
    Hostile(name="never answers", behave=never_answers, kind=FailureKind.TIMEOUT, says="waiting for the first byte"),
    Hostile(
        name="never reads a large body",
        behave=never_reads,
        kind=FailureKind.TIMEOUT,
        says="while the request was sent",
        sends=20 * MEGABYTE,
    ),
    Hostile(
        name="drips", behave=drips, kind=FailureKind.TIMEOUT, says="while the response was read", status=200
    ),
    Hostile(name="drips headers", behave=drips_head, kind=FailureKind.TIMEOUT, says="while the response was read"),
)  # fmt: skip
