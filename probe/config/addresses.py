"""Addresses as they stand in the file, in their one spelling: name servers, networks, hosts."""

from __future__ import annotations

import re
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_interface
from typing import Annotated, Final, TypeAlias

from pydantic import BeforeValidator, WithJsonSchema

from probe.config.fields import found, wrong

LAST_PORT: Final = 65535
_DNS_PORT: Final = 53
_NAME_SERVER: Final = re.compile(
    r"(?:\[(?P<six>[0-9a-fA-F:.]+)\]|(?P<four>[0-9.]+))(?::(?P<port>[0-9]{1,5}))?|(?P<bare>[0-9a-fA-F:.]+)"
)
_NETWORK: Final = re.compile(r"[0-9a-fA-F:.]+(?:/[0-9]{1,3})?")
_LABEL: Final = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_NAME: Final = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_LONGEST_NAME: Final = 253
_MAPPED: Final = 96
"""Bits before the IPv4 address in `::ffff:0:0/96`."""


def _name_server(value: object) -> str:
    """As `address:port`, or `[address]:port`."""
    if not isinstance(value, str):
        raise wrong(f'write an address, such as 10.0.0.2 or "[::1]:53"; found {found(value)}')
    parts = _NAME_SERVER.fullmatch(value)
    try:
        address = ip_address((parts and (parts["six"] or parts["four"] or parts["bare"])) or "")
    except ValueError:
        raise wrong(
            f'"{value[:70]}" is not an address, such as 10.0.0.2 or [::1]:53; a name would itself have to be looked up'
        ) from None
    port = int((parts and parts["port"]) or _DNS_PORT)
    if not 0 < port <= LAST_PORT:
        raise wrong(f"the port must be between 1 and {LAST_PORT}; it is {port}")
    return f"[{address}]:{port}" if isinstance(address, IPv6Address) else f"{address}:{port}"


def _network(value: object) -> str:
    """As `address/length`; a single address is a network too."""
    if not isinstance(value, str):
        raise wrong(f"write a network, such as 10.1.0.0/16, or an address; found {found(value)}")
    try:
        interface = ip_interface(value if _NETWORK.fullmatch(value) else "")
    except ValueError:
        raise wrong(f'"{value[:70]}" is not a network, such as 10.1.0.0/16 or fd00::/8, nor an address') from None
    network = _unmapped(interface.network)
    if interface.ip != interface.network.network_address:
        raise wrong(
            f'"{value}" names an address in a network; write {network} for the network, or {interface.ip} for the address'
        )
    return str(network)


def _unmapped(network: IPv4Network | IPv6Network) -> IPv4Network | IPv6Network:
    """`::ffff:10.0.0.0/104` is `10.0.0.0/8`: to a socket they are the same addresses."""
    if isinstance(network, IPv6Network) and network.prefixlen >= _MAPPED and network.network_address.ipv4_mapped:
        return IPv4Network((network.network_address.ipv4_mapped, network.prefixlen - _MAPPED))
    return network


def _host(value: object) -> str:
    """A host's name, in lower case, or its address."""
    if isinstance(value, str) and ":" in value:
        try:
            return str(ip_address(value if "%" not in value else ""))
        except ValueError:
            raise wrong(f'"{value[:70]}" is neither a host name nor an address; write it without a port') from None
    if not isinstance(value, str) or not _NAME.fullmatch(value) or len(value) > _LONGEST_NAME:
        raise wrong(
            f"{found(value)} is not a host name, such as api.example.com; those of other alphabets begin with xn--"
        )
    return value.lower()


def _matching(*patterns: str) -> WithJsonSchema:
    plain = (re.sub(r"\?P<\w+>", "?:", pattern) for pattern in patterns)
    return WithJsonSchema({"type": "string", "pattern": f"^(?:{'|'.join(plain)})$"})


NameServer: TypeAlias = Annotated[str, BeforeValidator(_name_server), _matching(_NAME_SERVER.pattern)]
"""`10.0.0.2:53`, `[::1]:53`."""

Network: TypeAlias = Annotated[str, BeforeValidator(_network), _matching(_NETWORK.pattern)]
"""`10.1.0.0/16`, `fd00::/8`."""

Host: TypeAlias = Annotated[str, BeforeValidator(_host), _matching(_NAME.pattern, "[0-9a-fA-F:.]+")]
"""`api.example.com`, `2001:db8::1`."""
