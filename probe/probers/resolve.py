"""Host names to addresses that may be connected to."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from typing import Final, TypeAlias

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

_METADATA: Final = ipaddress.ip_address("fd00:ec2::254")


class AddressBlocked(Exception):
    """The name leads to an address that a probe must not talk to (SSRF)."""


async def resolve(host: str, port: int) -> list[str]:
    """The vetted addresses of a host, in the resolver's order. A literal address is not looked up.

    Raises:
        socket.gaierror: the name has no address.
        AddressBlocked: none of its addresses may be connected to.
    """
    try:
        found = [ipaddress.ip_address(host)]
    except ValueError:
        loop = asyncio.get_running_loop()
        answers = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        found = [ipaddress.ip_address(answer[4][0]) for answer in answers]
    allowed = [str(address) for address in dict.fromkeys(found) if not is_denied(address)]
    if not allowed:
        raise AddressBlocked(f"{host} leads to {found[0]}, a link-local or metadata address")
    return allowed


def is_denied(address: Address) -> bool:
    """Link-local addresses, where clouds keep their credentials, also when written as IPv4 in IPv6."""
    plain = getattr(address, "ipv4_mapped", None) or address
    return plain.is_link_local or plain == _METADATA or plain.is_multicast or plain.is_unspecified
