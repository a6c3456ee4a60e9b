"""Name servers: those that a policy names, and those of resolv.conf(5)."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

from probe.model.units import SECOND, Micros

SocketAddress: TypeAlias = tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]  # typeshed's

_MOST_SERVERS: Final = 3
_MOST_DOTS: Final = 15
_LONGEST_PATIENCE: Final = 30
_MOST_ATTEMPTS: Final = 5
"""glibc's own limits, resolv.conf(5)."""


@dataclass(frozen=True, slots=True)
class Server:
    """A name server.

    Attributes:
        text: as a person reads it: `192.0.2.53:53`, `[2001:db8::53]:53`.
        address: as a socket takes it.
    """

    text: str
    family: socket.AddressFamily
    address: SocketAddress


@dataclass(frozen=True, slots=True, kw_only=True)
class NameServers:
    """Whom to ask, and how.

    Attributes:
        search: domains in which a name is looked for as well.
        ndots: a name with so many dots is first asked for as it is.
        patience: how long a server may be silent before the next one is asked as well.
        attempts: how often each is asked at most.
        rotate: begin with another one each time.
    """

    servers: tuple[Server, ...]
    search: tuple[str, ...] = ()
    ndots: int = 1
    patience: Micros = SECOND
    attempts: int = 2
    rotate: bool = False


@lru_cache(maxsize=256)
def chosen(servers: tuple[str, ...]) -> NameServers:
    """Name servers as a policy names them: `address:port`, `[address]:port`."""
    return NameServers(servers=tuple(map(_server, servers)))


def read_resolv_conf(text: str) -> NameServers:
    """The name servers of a resolv.conf(5) file; whatever is wrong in it is passed over, as glibc does."""
    servers: list[Server] = []
    search: list[str] = []
    options: list[str] = []
    for line in text.splitlines():
        match line.split():
            case ["nameserver", address, *_]:
                servers += _servers(address)
            case ["domain" | "search", *domains]:
                search = [domain.lower().strip(".") for domain in domains if domain.strip(".")]
            case ["options", *more]:
                options += more
    return NameServers(
        servers=tuple(servers[:_MOST_SERVERS]) or (_server("127.0.0.1:53"),),
        search=tuple(search),
        ndots=_option(options, "ndots", 1, _MOST_DOTS),
        patience=max(1, _option(options, "timeout", 5, _LONGEST_PATIENCE)) * SECOND,
        attempts=max(1, _option(options, "attempts", 2, _MOST_ATTEMPTS)),
        rotate="rotate" in options,
    )


def _servers(text: str) -> Iterator[Server]:
    """An address, or as on OpenBSD `[address]:port`."""
    with suppress(OSError, ValueError):
        yield _server(text if text.startswith("[") else f"[{text}]:53")


def _server(text: str) -> Server:
    host, _, port = text.rpartition(":")
    host = host.strip("[]")
    family, *_, address = socket.getaddrinfo(host, int(port), type=socket.SOCK_DGRAM, flags=socket.AI_NUMERICHOST)[0]
    return Server(f"[{host}]:{port}" if ":" in host else f"{host}:{port}", family, address)


def _option(options: list[str], name: str, default: int, most: int) -> int:
    values = [value for key, _, value in (option.partition(":") for option in options) if key == name]
    return min(int(values[-1]), most) if values and values[-1].isdecimal() else default
