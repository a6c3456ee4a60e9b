"""Raw servers on loopback: a coroutine decides what a target does with each connection, byte by byte."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

Behaviour: TypeAlias = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
"""What becomes of one connection; when it returns the connection is closed."""

ServerKey: TypeAlias = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

_ACCEPTING = 5
"""Turns of the loop from a connection's arrival to its acceptance, and some more."""

EMPTY_OK = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"


@dataclass(slots=True)
class Server:
    """A running server.

    Attributes:
        host, port, scheme: where it listens.
        connections: how many were accepted (after the handshake, with TLS).
        server_names: what each TLS client asked for by SNI.
    """

    host: str
    port: int
    scheme: str
    connections: int = 0
    server_names: list[str | None] = field(default_factory=list)

    def url(self, path: str = "/", *, host: str | None = None) -> str:
        """Its address, by another host name where one is given."""
        name = host or self.host
        return f"{self.scheme}://{f'[{name}]' if ':' in name else name}:{self.port}{path}"


@asynccontextmanager
async def serving(
    behave: Behaviour, *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1"
) -> AsyncIterator[Server]:
    """A server on a free port, gone with all its connections at the end."""
    open_tasks: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            await behave(reader, writer)
        writer.close()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server.connections += 1
        open_tasks[asyncio.get_running_loop().create_task(handle(reader, writer))] = writer

    listener = await asyncio.start_server(accept, host, 0, ssl=tls)
    server = Server(host, listener.sockets[0].getsockname()[1], "https" if tls else "http")
    if tls:
        tls.sni_callback = lambda _object, name, _context: server.server_names.append(name)
    try:
        yield server
    finally:
        for _ in range(_ACCEPTING):  # asyncio forgets a connection that is being accepted while its server closes
            await asyncio.sleep(0)
        listener.close()
        for task, writer in open_tasks.items():
            task.cancel()
            writer.transport.abort()
        await asyncio.gather(*open_tasks, return_exceptions=True)


async def read_request(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """Head and body of one request."""
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    length = next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), 0)
    return head, await reader.readexactly(length)


def answers(*parts: bytes, pause: float = 0.0) -> Behaviour:
    """Reads a request, then writes the parts, `pause` seconds between them, and closes."""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        for number, part in enumerate(parts):
            if number:
                await asyncio.sleep(pause)
            writer.write(part)
            await writer.drain()

    return behave


def ok(body: bytes = b"", *headers: str) -> bytes:
    """A complete response with status 200."""
    lines = "".join(f"{header}\r\n" for header in headers).encode("latin-1")
    return b"HTTP/1.1 200 OK\r\n%bcontent-length: %d\r\n\r\n%b" % (lines, len(body), body)


def redirect(location: str, status: int = 302) -> bytes:
    """A complete redirect."""
    return f"HTTP/1.1 {status} Elsewhere\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n".encode()


def reset(writer: asyncio.StreamWriter) -> None:
    """Close with RST instead of FIN, at once."""
    raw: socket.socket = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@contextmanager
def silent(host: str, port: int = 0) -> Iterator[int]:
    """The port of a listener whose queue is full: who connects hears nothing, neither yes nor no."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family, backlog=0) as listener, ExitStack() as waiting:
        taken: int = listener.getsockname()[1]
        while True:
            client = waiting.enter_context(socket.socket(family))
            client.settimeout(0.1)
            try:
                client.connect((host, taken))
            except TimeoutError:
                break
        yield taken


@dataclass(slots=True)
class Relay:
    """Passes bytes on and counts them: what went over the wire, TLS included.

    Attributes:
        up, down: bytes from the client, and to it.
    """

    port: int = 0
    up: int = 0
    down: int = 0


@asynccontextmanager
async def relaying(target: Server) -> AsyncIterator[Relay]:
    """A relay in front of a server."""
    relay = Relay()

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_connection(target.host, target.port)

        async def up() -> None:
            while data := await reader.read(65_536):
                relay.up += len(data)
                inner_writer.write(data)

        async def down() -> None:
            while data := await inner_reader.read(65_536):
                relay.down += len(data)
                writer.write(data)

        try:
            await asyncio.wait([asyncio.create_task(up()), asyncio.create_task(down())])
        finally:
            inner_writer.transport.abort()

    async with serving(behave) as server:
        relay.port = server.port
        yield relay


class Authority:
    """A certificate authority that only its own `ca_file` makes anyone trust."""

    def __init__(self, directory: Path) -> None:
        self._authority = trustme.CA()
        self._directory = directory
        self.ca_file = directory / "authority.pem"
        self._authority.cert_pem.write_to_path(str(self.ca_file))

    def context(self, *names: str, since: int = 2020, until: int = 2100) -> ssl.SSLContext:
        """A server's context whose certificate is for these names, from one year's start to another's."""
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._issue(*names, since=since, until=until).configure_cert(made)
        return made

    def context_with_root(self) -> ssl.SSLContext:
        """As `context`, but the authority's own certificate comes along in the handshake."""
        certificate = self._issue()
        parts = [certificate.private_key_pem, *certificate.cert_chain_pems, self._authority.cert_pem]
        return self._load(b"".join(part.bytes() for part in parts))

    def self_signed(self) -> ssl.SSLContext:
        """A server's context whose certificate nobody but itself has signed."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "alone")])
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(1)
            .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
            .not_valid_after(datetime(2100, 1, 1, tzinfo=UTC))
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
            .sign(key, hashes.SHA256())
        )
        return self._load(_in_pem(key, certificate))

    def sign(self, certificate: x509.CertificateBuilder) -> x509.Certificate:
        """A certificate by this authority, whatever stands in it."""
        own = x509.load_pem_x509_certificate(self._authority.cert_pem.bytes())
        key = serialization.load_pem_private_key(self._authority.private_key_pem.bytes(), None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return certificate.issuer_name(own.subject).sign(key, hashes.SHA256())

    def context_of(self, key: ServerKey, *chain: x509.Certificate) -> ssl.SSLContext:
        """A server's context that shows these certificates; the key is the first one's."""
        return self._load(_in_pem(key, *chain))

    def _issue(self, *names: str, since: int = 2020, until: int = 2100) -> trustme.LeafCert:
        return self._authority.issue_cert(
            *(names or ("127.0.0.1", "::1", "localhost")),
            common_name="target",
            not_before=datetime(since, 1, 1, tzinfo=UTC),
            not_after=datetime(until, 1, 1, tzinfo=UTC),
        )

    def _load(self, pem: bytes) -> ssl.SSLContext:
        file = self._directory / "server.pem"
        file.write_bytes(pem)
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.set_ciphers("DEFAULT:@SECLEVEL=0")  # who connects shall say what is too weak
        made.load_cert_chain(file)
        return made


def _in_pem(key: ServerKey, *certificates: x509.Certificate) -> bytes:
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + b"".join(item.public_bytes(serialization.Encoding.PEM) for item in certificates)
