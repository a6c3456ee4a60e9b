"""What may be a host's name, and which names nobody has to ask for."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from probe.model.check import Family
from probe.probers.dns.reasons import NO_SUCH_NAME, NOT_A_NAME, unresolved

LOOPBACK: Final = ("::1", "127.0.0.1")

_LONGEST: Final = 253
"""Of a name as text: 255 bytes on the wire (RFC 1035 §2.3.4)."""

_LABELS: Final = re.compile(r"[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*")
"""Underscores are in no host name by the book, and in many by use."""

_NOWHERE: Final = (".invalid", ".onion")
"""Nobody has these names (RFC 6761 §6.4, RFC 7686 §2), and nobody needs to hear that they were asked for."""

_NUMBER: Final = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class HostName:
    """A host as it is asked for.

    Attributes:
        text: lower case, without a trailing dot.
        is_absolute: it had a trailing dot: no search domain is tried.
        addresses: what it always means; empty where somebody has to be asked.
    """

    text: str
    is_absolute: bool
    addresses: tuple[str, ...]


@lru_cache(maxsize=16_384)
def host_name(host: str) -> HostName:
    """The name in its one spelling.

    Raises:
        TargetFailure: nobody can have that name.
    """
    bare = host.removesuffix(".")
    if len(bare) > _LONGEST or not _LABELS.fullmatch(bare):
        raise unresolved(NOT_A_NAME)
    text = bare.lower()
    return HostName(text=text, is_absolute=host.endswith("."), addresses=_known(text))


def _known(text: str) -> tuple[str, ...]:
    """Loopback's names (RFC 6761 §6.3), and IPv4 addresses in the spellings that `inet_aton` takes, such as `127.1`."""
    if f".{text}".endswith(_NOWHERE):
        raise unresolved(NO_SUCH_NAME)
    if text == "localhost" or text.endswith(".localhost"):
        return LOOPBACK
    if not _NUMBER.fullmatch(text):
        return ()
    try:
        return (socket.inet_ntoa(socket.inet_aton(text)),)
    except OSError:
        raise unresolved(NOT_A_NAME) from None


def of_family(addresses: tuple[str, ...], family: Family) -> tuple[str, ...]:
    """Those that a policy wants, in the same order."""
    if family is Family.ANY:
        return addresses
    version = 6 if family is Family.IPV6 else 4
    return tuple(address for address in addresses if ipaddress.ip_address(address).version == version)


def candidates(name: HostName, search: tuple[str, ...], ndots: int) -> Iterator[str]:
    """The names to ask for, one after the other, as resolv.conf(5) orders them."""
    if name.is_absolute or not search:
        yield name.text
        return
    is_first = name.text.count(".") >= ndots
    if is_first:
        yield name.text
    yield from (found for domain in search if len(found := f"{name.text}.{domain}") <= _LONGEST)
    if not is_first:
        yield name.text
