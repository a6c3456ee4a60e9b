"""Connections that break, stand still, or never come about."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager, suppress
from typing import Final

from probe.model.sample import FailureKind
from tests.fakes.servers import Server, answers, ok, read_request, reset
from tests.integration.hostile.row import (
    BODY,
    CHUNKED,
    HEAD,
    MEGABYTE,
    ONLY_PLAIN,
    WITHIN_TLS,
    Hostile,
    endlessly,
    floods,
)

_ENOUGH_TO_FILL: Final = 8


async def closes_at_once(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    """Not a word."""


async def resets_at_once(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    reset(writer)


async def resets_after_request(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    reset(writer)


async def resets_in_head(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await _says_and_resets(reader, writer, HEAD + b"content-")


async def resets_in_body(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await _says_and_resets(reader, writer, HEAD + b"content-length: 100\r\n\r\nhalf")


async def _says_and_resets(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, part: bytes) -> None:
    await read_request(reader)
    writer.write(part)
    await asyncio.sleep(0.02)
    reset(writer)


async def resets_while_it_is_sent_to(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    reset(writer)


async def never_answers(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    await asyncio.sleep(60)


async def never_reads(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.transport.pause_reading()  # type: ignore[attr-defined]  # it is a Transport
    await asyncio.sleep(60)


async def answers_early_and_goes_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    await endlessly(writer, b"HTTP/1.1 413 Too Large\r\ncontent-length: 3\r\n\r\nabc", b"and more\r\n")


async def answers_unasked(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(ok(BODY))
    await writer.drain()
    await read_request(reader)


async def ends_without_close_notify(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Whoever sits between us and the target can do this; only TLS itself can say that nothing more comes."""
    await read_request(reader)
    writer.write(HEAD + b"\r\nabc")
    await writer.drain()
    await asyncio.sleep(0.02)
    with socket.socket(fileno=os.dup(writer.get_extra_info("socket").fileno())) as same:
        same.shutdown(socket.SHUT_RDWR)  # asyncio's own view of it can't
    writer.transport.abort()


drips: Final = floods(HEAD + b"content-length: 1000000\r\n\r\n", b"x", pause=0.01)


@asynccontextmanager
async def nobody_accepts() -> AsyncIterator[Server]:
    """The kernel takes the connection and the request; the program behind is stuck."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield Server("127.0.0.1", listener.getsockname()[1], "http")


@asynccontextmanager
async def the_queue_is_full() -> AsyncIterator[Server]:
    """The program is stuck, and the kernel's queue before it has filled up: it drops who comes."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(_ENOUGH_TO_FILL):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            with suppress(BlockingIOError):
                waiting.connect(listener.getsockname())
        await asyncio.sleep(0.02)
        yield Server("127.0.0.1", listener.getsockname()[1], "http")


@asynccontextmanager
async def nobody_listens() -> AsyncIterator[Server]:
    """The port is taken, so that nobody else gets it, and closed."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield Server("127.0.0.1", taken.getsockname()[1], "http")


CONNECTIONS: Final = (
    Hostile(name="nobody listens", listen=nobody_listens, kind=FailureKind.REFUSED, reached=ONLY_PLAIN),
    Hostile(
        name="the queue is full",
        listen=the_queue_is_full,
        kind=FailureKind.TIMEOUT,
        says="while connecting",
        reached=ONLY_PLAIN,
    ),
    Hostile(
        name="nobody accepts",
        listen=nobody_accepts,
        kind=FailureKind.TIMEOUT,
        says="waiting for the first byte",
        reached=ONLY_PLAIN,
    ),
    Hostile(name="closes at once", behave=closes_at_once, kind=FailureKind.RESET),
    Hostile(name="resets at once", behave=resets_at_once, kind=FailureKind.RESET),
    Hostile(
        name="resets while it is sent to", behave=resets_while_it_is_sent_to, kind=FailureKind.RESET, sends=MEGABYTE
    ),
    Hostile(name="resets after the request", behave=resets_after_request, kind=FailureKind.RESET),
    Hostile(name="resets in the head", behave=resets_in_head, kind=FailureKind.RESET),
    Hostile(name="resets in the body", behave=resets_in_body, kind=FailureKind.RESET, status=200),
    Hostile(name="closes in the status line", behave=answers(b"HTTP/1.1 20"), kind=FailureKind.RESET),
    Hostile(name="closes in the head", behave=answers(HEAD + b"x: "), kind=FailureKind.RESET),
    Hostile(name="closes after a 103", behave=answers(b"HTTP/1.1 103 Wait\r\n\r\n"), kind=FailureKind.RESET),
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
    Hostile(
        name="closes in a trailer", behave=answers(CHUNKED + b"0\r\nx: y"), kind=FailureKind.RESET, status=200
    ),
    Hostile(
        name="ends without close_notify",
        behave=ends_without_close_notify,
        kind=FailureKind.RESET,
        status=200,
        reached=WITHIN_TLS,
    ),
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
    Hostile(
        name="drips headers",
        behave=floods(HEAD, b"x: y\r\n", pause=0.01),
        kind=FailureKind.TIMEOUT,
        says="while the response was read",
    ),
    Hostile(
        name="drips its last chunk",
        behave=floods(CHUNKED + b"3\r\nabc\r\n0\r\n", b"x: y\r\n", pause=0.01),
        kind=FailureKind.TIMEOUT,
        says="while the response was read",
        status=200,
    ),
    # Odd, and yet complete
    Hostile(
        name="answers early and goes on", behave=answers_early_and_goes_on, kind=None, status=413, sends=MEGABYTE
    ),
    Hostile(name="answers before it is asked", behave=answers_unasked, kind=None, status=200),
)  # fmt: skip
