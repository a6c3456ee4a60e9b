"""Host names to addresses that may be connected to."""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable, Sequence
from functools import lru_cache
from typing import Final, TypeAlias

from probe.model.addresses import denial, forms
from probe.model.check import AddressPolicy, DnsPolicy

LookUp: TypeAlias = Callable[[str, DnsPolicy], Awaitable[Sequence[str]]]
"""A host to its addresses, in the order in which they shall be tried; `TargetFailure` when there is none."""


_LONGEST_LITERAL: Final = 45
"""Characters of an IPv6 address with an IPv4 address in it."""


class AddressBlocked(Exception):
    """The name leads to an address that a probe must not talk to (SSRF)."""


def literal(host: str) -> str | None:
    """The host itself when it is an address, which nobody has to look up."""
    return _literal(host) if len(host) <= _LONGEST_LITERAL else None


@lru_cache(maxsize=16_384)
def _literal(host: str) -> str | None:
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return None


def vet(addresses: Sequence[str], policy: AddressPolicy) -> list[str]:
    """Those that may be connected to, each once, in the same order.

    Raises:
        AddressBlocked: none is left; the message names the rule that denies the first.
    """
    allowed = [address for address in dict.fromkeys(map(_plain, addresses)) if denial(address, policy) is None]
    if not allowed:
        first = _plain(addresses[0])
        spelt = " = ".join(map(str, forms(ipaddress.ip_address(first))))
        raise AddressBlocked(f"the host leads to {spelt}: {denial(first, policy)}")
    return allowed


@lru_cache(maxsize=16_384)
def _plain(address: str) -> str:
    """In its one spelling, so that two spellings are one address."""
    return str(ipaddress.ip_address(address))
