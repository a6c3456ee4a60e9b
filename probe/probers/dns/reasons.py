"""Why a name has no addresses, in a person's words. None of them repeats what a server sent."""

from __future__ import annotations

import errno
import os
from typing import Final

from dns.rcode import Rcode, to_text

from probe.model.check import Family
from probe.model.sample import FailureKind
from probe.model.units import Micros, format_duration
from probe.probers.dns.servers import Server
from probe.probers.raised import TargetFailure

NOT_A_NAME: Final = "it is not a valid host name"
NO_SUCH_NAME: Final = "there is no such name (NXDOMAIN)"
CIRCLE: Final = "its aliases lead in a circle"
TOO_MANY_ALIASES: Final = "too many aliases follow each other"

NO_ADDRESSES: Final = {
    Family.ANY: "it has no addresses",
    Family.IPV4: "it has no IPv4 addresses",
    Family.IPV6: "it has no IPv6 addresses",
}

_UNREACHABLE: Final = frozenset(
    {
        errno.ECONNREFUSED,
        errno.ECONNRESET,
        errno.EPIPE,
        errno.ENETUNREACH,
        errno.EHOSTUNREACH,
        errno.ENETDOWN,
        errno.EHOSTDOWN,
        errno.EADDRNOTAVAIL,
        errno.EAFNOSUPPORT,
        errno.ETIMEDOUT,
    }
)
"""Any other error is about this machine: out of descriptors or memory, or a rule of its own firewall."""


def unresolved(reason: str) -> TargetFailure:
    """The failure of an attempt that got no addresses."""
    return TargetFailure(FailureKind.DNS, f"the name could not be resolved: {reason}")


def is_unreachable(error: OSError) -> bool:
    """Whether it is about the name server, and not about this machine."""
    return error.errno in _UNREACHABLE


def unreachable(server: Server, error: OSError) -> str:
    """The server can't be talked to."""
    return f"name server {server.text} can't be reached ({os.strerror(error.errno or 0).lower()})"


def closed(server: Server) -> str:
    """The connection that was made for a long answer ended without one."""
    return f"name server {server.text} closed the connection"


def invalid(server: Server) -> str:
    """An answer to our question that can't be read."""
    return f"what name server {server.text} answered is not valid DNS"


def lying(server: Server) -> str:
    """Too much came that answers no question of ours."""
    return f"name server {server.text} answers other questions than ours"


def refusal(server: Server, code: int) -> str:
    """The server's own error, by its RCODE."""
    match code:
        case Rcode.SERVFAIL:
            return f"name server {server.text} failed (SERVFAIL)"
        case Rcode.REFUSED:
            return f"name server {server.text} refused to answer (REFUSED)"
        case _:
            return f"name server {server.text} answered with an error ({to_text(Rcode.make(code))})"


def silence(servers: list[str], timeout: Micros) -> str:
    """No server said anything in all that time."""
    return f"no answer from name server{'s' if len(servers) > 1 else ''} {', '.join(servers)} within {format_duration(timeout)}"
