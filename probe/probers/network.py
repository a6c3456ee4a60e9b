"""The network below httpcore: resolves, vets, connects, and counts and times every byte."""

from __future__ import annotations

import errno
import os
import socket
import ssl
from collections import deque
from collections.abc import Iterable
from dataclasses import replace
from typing import Final, NamedTuple

import anyio
import httpcore
from anyio.abc import ByteStream, SocketStream
from httpcore import SOCKET_OPTION

from probe.model.check import Connection, TlsPolicy
from probe.model.sample import FailureKind
from probe.probers.connecting import addresses_of, printed, race
from probe.probers.heads import LONGEST_HEAD, MOST_FRAMING, too_long
from probe.probers.raised import TargetFailure
from probe.probers.resolve import LookUp
from probe.probers.streams import LARGEST, Counted, Secured
from probe.probers.timing import Recorder, Via

_SENDS: Final = "http2.send_request_headers.started"
_SENT: Final = "http2.send_request_body.complete"
_ANSWERED: Final = "http2.receive_response_headers.complete"


class Handshake(NamedTuple):
    """One TLS connection of possibly two inside each other: with the target, or with a proxy on the way to it."""

    policy: TlsPolicy
    is_targets: bool
    offers_http2: bool = False


class MeasuringBackend(httpcore.AsyncNetworkBackend):
    """Opens one connection and reports to a recorder. Time-outs are the prober's: one deadline over all.

    Until the last handshake, what goes over it is the proxy's and belongs to the phase `connect`. Over HTTP/2 other
    frames than the request's come and go, so httpcore's trace tells which moments are meant.

    Args:
        is_secure: the target is spoken to over TLS.
        is_proxy_secure: the proxy is; `None` without one.
    """

    def __init__(
        self,
        recorder: Recorder,
        connection: Connection,
        look_up: LookUp,
        *,
        is_secure: bool,
        is_proxy_secure: bool | None = None,
    ) -> None:
        self.recorder = recorder
        self.is_requesting = False
        self.framing = 0
        self._connection = connection
        self._look_up = look_up
        self.has_proxy = is_proxy_secure is not None
        self._ahead: deque[Handshake] = deque()
        if is_proxy_secure:
            to_proxy = replace(connection.tls, server_name=None, certificate=None, key=None)
            self._ahead.append(Handshake(to_proxy, is_targets=False))
        if is_secure:
            self._ahead.append(Handshake(connection.tls, is_targets=True, offers_http2=connection.http2))

    @property
    def is_traced(self) -> bool:
        """Whether httpcore's trace is needed."""
        return self._connection.http2

    @property
    def is_with_target(self) -> bool:
        """Whether all that goes over the connection from now on is the target's."""
        return not self._ahead

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the vetted address that answers first.

        Raises:
            OSError: no address accepted.
            TargetFailure: the name has no addresses.
            AddressBlocked: no address may be connected to.
        """
        if self.has_proxy:
            self.recorder.via = Via.REACHING
        addresses = await addresses_of(host, self._connection, self._look_up, self.recorder)
        self.recorder.address = printed(addresses[-1], port)
        self.recorder.begin("connect")
        opened, address = await race(addresses, port)
        return self._connected(await _stream(opened), printed(address, port))

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[SOCKET_OPTION] | None = None
    ) -> httpcore.AsyncNetworkStream:
        """Connect to a socket of this machine."""
        self.recorder.address = f"unix:{path}"
        self.recorder.begin("connect")
        return self._connected(await anyio.connect_unix(path), f"unix:{path}")

    async def secure(self, stream: ByteStream, host: str) -> httpcore.AsyncNetworkStream:
        """The next handshake, with the proxy or with the target."""
        handshake = self._ahead.popleft()
        if handshake.is_targets:
            self.recorder.via = None
            self.recorder.end()
            self.recorder.begin("tls")
        secured = Secured(stream, handshake.policy, host, http2=handshake.offers_http2)
        facts = await secured.handshake(self.recorder)
        if handshake.is_targets:
            self.recorder.tls = facts
        secured.layer.verify(facts)
        self._go_on()
        return _Stream(secured, self, protocol=secured.layer.protocol)

    def passed_on(self, size: int) -> None:
        """So many bytes of a body came: what stands around them was honest, within limits."""
        self.framing = max(0, self.framing - (1 + MOST_FRAMING) * size)

    async def trace(self, event: str, _: object) -> None:
        """What httpcore tells of a request over HTTP/2."""
        if event == _SENDS:
            self.is_requesting = True
        elif event == _SENT:
            self.is_requesting = False
        elif event == _ANSWERED:
            self.recorder.answered()

    def _go_on(self) -> None:
        """There is a connection, and the proxy on the way has shown who it is: it is asked for a tunnel, or passes on."""
        self.recorder.via = Via.ASKING if self._ahead else None
        if not self._ahead:
            self.recorder.end()

    def _connected(self, stream: ByteStream, address: str) -> httpcore.AsyncNetworkStream:
        self.recorder.address = address
        if not self.has_proxy:
            self.recorder.end()
        elif not self._ahead or self._ahead[0].is_targets:
            self._go_on()
        known = "h2" if self._connection.http2 and not self._ahead else ""
        return _Stream(Counted(stream, self.recorder), self, protocol=known)


async def _stream(opened: socket.socket) -> ByteStream:
    """What anyio makes of a connection; one that was reset meanwhile is none to it."""
    try:
        return await SocketStream.from_socket(opened)
    except ValueError:
        opened.close()
        raise ConnectionResetError(errno.ECONNRESET, os.strerror(errno.ECONNRESET)) from None
    except BaseException:
        opened.close()
        raise


class _Stream(httpcore.AsyncNetworkStream):
    """What httpcore reads and writes: plain text, timed."""

    def __init__(self, stream: ByteStream, network: MeasuringBackend, *, protocol: str) -> None:
        self._stream = stream
        self._network = network
        self._recorder = network.recorder
        self._protocol = protocol

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        try:
            data = await self._stream.receive(min(max_bytes, LARGEST))
        except anyio.EndOfStream:
            data = b""
        self._refuse_floods(data)
        if self._network.is_with_target and (data or self._recorder.current() == "transfer"):
            self._recorder.read(is_answer=self._protocol != "h2" or self._recorder.has_answer)
        return data

    def _refuse_floods(self, data: bytes) -> None:
        """httpcore reads frames and informational responses for as long as they come."""
        self._network.framing += len(data)
        if self._network.framing > 2 * LONGEST_HEAD:
            raise too_long("what stands around the body" if self._recorder.has_answer else "the head of the response")
        if self._protocol == "h2" and data.startswith(b"HTTP/1."):
            raise TargetFailure(FailureKind.PROTOCOL, "the target does not speak HTTP/2: it answered in HTTP/1")

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        is_request = self._network.is_requesting if self._protocol == "h2" else self._network.is_with_target
        if not is_request:
            await self._stream.send(buffer)
        elif buffer:
            self._recorder.writes()
            await self._stream.send(buffer)
            self._recorder.wrote()

    async def aclose(self) -> None:
        await anyio.aclose_forcefully(self._stream)

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        try:
            return await self._network.secure(self._stream, server_hostname or "")
        except BaseException:
            await self.aclose()
            raise

    def get_extra_info(self, info: str) -> object:
        return _Agreed(self._protocol) if info == "ssl_object" and self._protocol else None


class _Agreed:
    """All that httpcore wants to know of a TLS connection."""

    def __init__(self, protocol: str) -> None:
        self._protocol = protocol

    def selected_alpn_protocol(self) -> str:
        return self._protocol
