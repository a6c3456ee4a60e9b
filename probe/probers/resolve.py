"""Host names to addresses that may be connected to."""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import lru_cache
from typing import Final, TypeAlias

from probe.model.check import DnsPolicy

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
LookUp: TypeAlias = Callable[[str, DnsPolicy], Awaitable[Sequence[str]]]
"""A host to its addresses, in the order in which they shall be tried; `TargetFailure` when there is none."""

_METADATA: Final = frozenset(map(ipaddress.ip_address, ("fd00:ec2::254", "fd20:ce::254", "100.100.100.200")))
"""AWS, Google Cloud and Alibaba Cloud, where it isn't link-local."""

_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
_COMPATIBLE: Final = ipaddress.ip_network("::/96")


class AddressBlocked(Exception):
    """The name leads to an address that a probe must not talk to (SSRF)."""


@lru_cache(maxsize=16_384)
def literal(host: str) -> str | None:
    """The host itself when it is an address, which nobody has to look up."""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return None


def vet(addresses: list[str]) -> list[str]:
    """Those that may be connected to, each once, in the same order.

    Raises:
        AddressBlocked: none is left.
    """
    allowed = [address for address in dict.fromkeys(map(_plain, addresses)) if not _is_denied(address)]
    if not allowed:
        raise AddressBlocked(f"the host leads to {_plain(addresses[0])}, an address that probe does not connect to")
    return allowed


@lru_cache(maxsize=16_384)
def _plain(address: str) -> str:
    """In its one spelling, so that two spellings are one address."""
    return str(ipaddress.ip_address(address))


@lru_cache(maxsize=16_384)
def _is_denied(address: str) -> bool:
    return is_denied(ipaddress.ip_address(address))


def is_denied(address: Address) -> bool:
    """Link-local addresses, where clouds keep their credentials, also when written as IPv4 in IPv6."""
    return any(
        form.is_link_local or form.is_multicast or form.is_unspecified or form in _METADATA for form in _forms(address)
    )


def _forms(address: Address) -> Iterator[Address]:
    """The address, and the IPv4 address that it stands for."""
    yield address
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            yield address.ipv4_mapped
        if address.sixtofour:
            yield address.sixtofour
        if address in _NAT64 or (address in _COMPATIBLE and not address.is_loopback):
            yield ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
