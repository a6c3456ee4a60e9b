"""The network below httpcore: resolves, vets, connects, and counts and times every byte."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import anyio
import httpcore
from anyio.abc import ByteStream
from anyio.streams.tls import TLSAttribute, TLSStream
from httpcore import SOCKET_OPTION

from probe.model.check import AddressPolicy, DnsPolicy
from probe.probers.resolve import LookUp, literal, vet
from probe.probers.timing import Recorder
from probe.probers.tls import facts

_LARGEST: Final = 16 * 1024
"""Of one read or write. The loop goes on in between, and what a target left unread is known as exactly."""


class MeasuringBackend(httpcore.AsyncNetworkBackend):
    """Opens one connection and reports to a recorder. Time-outs are the prober's: one deadline over all."""

    def __init__(self, recorder: Recorder, names: DnsPolicy, addresses: AddressPolicy, look_up: LookUp) -> None:
        self._recorder = recorder
        self._names = names
        self._look_up = look_up
        self._policy = addresses

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first vetted address that accepts.

        Raises:
            OSError: the last address's reason.
            TargetFailure: the name has no addresses.
            AddressBlocked: no address may be connected to.
        """
        addresses = vet(await self._addresses(host), self._policy)
        self._recorder.begin("connect")
        stream, address = await _connect_first(addresses, port)
        self._recorder.end()
        self._recorder.address = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
        return _Stream(_Counted(stream, self._recorder), self._recorder)

    async def _addresses(self, host: str) -> list[str]:
        if address := literal(host):
            return [address]
        self._recorder.begin("dns")
        found = await self._look_up(host, self._names)
        self._recorder.end()
        return list(found)


async def _connect_first(addresses: list[str], port: int) -> tuple[ByteStream, str]:
    for address in addresses[:-1]:
        try:
            return await anyio.connect_tcp(address, port), address
        except OSError:
            continue
    return await anyio.connect_tcp(addresses[-1], port), addresses[-1]


class _Counted(ByteStream):
    """The raw connection: what passes here is what passes on the wire, TLS records included."""

    def __init__(self, inner: ByteStream, recorder: Recorder) -> None:
        self._inner = inner
        self._recorder = recorder

    async def receive(self, max_bytes: int = _LARGEST) -> bytes:
        data = await self._inner.receive(max_bytes)
        self._recorder.received += len(data)
        return data

    async def send(self, item: bytes) -> None:
        for start in range(0, len(item), _LARGEST):
            part = item[start : start + _LARGEST]
            await self._inner.send(part)
            self._recorder.sent += len(part)

    async def send_eof(self) -> None:
        await self._inner.send_eof()

    async def aclose(self) -> None:
        await self._inner.aclose()

    @property
    def extra_attributes(self) -> Mapping[Any, Callable[[], Any]]:  # anyio's type
        return self._inner.extra_attributes


class _Stream(httpcore.AsyncNetworkStream):
    """What httpcore reads and writes: plain text, timed."""

    def __init__(self, stream: ByteStream, recorder: Recorder) -> None:
        self._stream = stream
        self._recorder = recorder

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        try:
            data = await self._stream.receive(max_bytes)
        except anyio.EndOfStream:
            data = b""
        if data or self._recorder.current() == "transfer":
            self._recorder.read()
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        if buffer:
            self._recorder.writes()
            await self._stream.send(buffer)
            self._recorder.wrote()

    async def aclose(self) -> None:
        await anyio.aclose_forcefully(self._stream)

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.AsyncNetworkStream:
        self._recorder.begin("tls")
        try:
            stream = await TLSStream.wrap(
                self._stream,
                ssl_context=ssl_context,
                hostname=server_hostname,
                server_side=False,
                standard_compatible=False,
            )
            self._recorder.end()
            self._recorder.tls = facts(stream.extra(TLSAttribute.ssl_object))
        except BaseException:
            await self.aclose()
            raise
        return _Stream(stream, self._recorder)

    def get_extra_info(self, info: str) -> object:
        return self._stream.extra(TLSAttribute.ssl_object, None) if info == "ssl_object" else None
