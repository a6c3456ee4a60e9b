"""Which addresses may be connected to: a policy's rules, and those that hold always."""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from typing import Final, NamedTuple, TypeAlias

from probe.model.check import AddressPolicy

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network


def _networks(*texts: str) -> tuple[Network, ...]:
    return tuple(map(ipaddress.ip_network, texts))


_METADATA: Final = frozenset(map(ipaddress.ip_address, (
    "100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::23", "fd00:ec2::254", "fd20:ce::254", "fd00:42::42",
    "fd00:a9fe:a9fe::1", "fd00:c1::a9fe:a9fe",
)))  # fmt: skip
"""Alibaba Cloud, Azure, Oracle, AWS, Google Cloud, Scaleway and Linode, where it isn't link-local."""

_EMBEDDING: Final = _networks("::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48")
"""Of IPv6 addresses that end with an IPv4 address: compatible, mapped, translated, NAT64 (RFC 6052, RFC 8215)."""

_THEMSELVES: Final = frozenset(map(ipaddress.ip_address, ("::", "::1")))
"""Of the compatible ones. Python's own `is_loopback` says yes to a mapped 127.0.0.1 from 3.13 on."""

_ROUTED: Final = _networks("0.0.0.0/0", "2000::/3", "::ffff:0:0/96", "64:ff9b::/96")
_SPECIAL: Final = _networks(
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
    "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
    "224.0.0.0/4", "240.0.0.0/4", "2001::/23", "2001:db8::/32", "3fff::/20",
)  # fmt: skip
"""By the registries of special-purpose addresses at IANA (RFC 6890). `is_global` of Python changes with its patch
releases, and has holes: multicast, NAT64, 6to4."""


@lru_cache(maxsize=16_384)
def denial(address: str, policy: AddressPolicy) -> str | None:
    """The rule by which the address is denied, if any: `allow` goes before all others."""
    rules, spelt = _rules(policy), forms(ipaddress.ip_address(address))
    if any(form in network for form in spelt for network in rules.allow):
        return None
    denied = next((network for network in rules.deny for form in spelt if form in network), None)
    if denied:
        return f"addresses.deny has {denied}"
    if never := next(filter(None, map(_never, spelt)), None):
        return f"{never}, which is denied unless addresses.allow has it"
    if policy.deny_private and not _is_public(spelt[0]):
        return "it is no public address, and deny_private is on"
    return None


class _Rules(NamedTuple):
    allow: tuple[Network, ...]
    deny: tuple[Network, ...]


@lru_cache(maxsize=256)
def _rules(policy: AddressPolicy) -> _Rules:
    return _Rules(_networks(*policy.allow), _networks(*policy.deny))


def _never(address: Address) -> str | None:
    """What the address is, where no probe has business: clouds keep their credentials at such ones."""
    if address.is_link_local:
        return "it is a link-local address"
    if address in _METADATA:
        return "it belongs to a cloud's metadata service"
    if address.is_multicast or address.is_unspecified:
        return "it is no address of one host"
    return None


def _is_public(address: Address) -> bool:
    """Whether anybody on the internet can reach it; an IPv6 address that stands for an IPv4 one, when that one is."""
    inner = _embedded(address)
    return (
        any(address in network for network in _ROUTED)
        and not any(address in network for network in _SPECIAL)
        and (inner is None or _is_public(inner))
    )


def forms(address: Address) -> tuple[Address, ...]:
    """The address, and the IPv4 address that it stands for."""
    inner = _embedded(address)
    return (address, inner) if inner else (address,)


def _embedded(address: Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 address has in it, to which a gateway or the system itself may lead."""
    if not isinstance(address, ipaddress.IPv6Address) or address in _THEMSELVES:
        return None
    if any(address in network for network in _EMBEDDING):
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.sixtofour
