"""From a host to a connection: its addresses, vetted, and of several the one that answers first."""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from typing import Final, TypeAlias

from probe.model.check import Connection
from probe.probers.dns.names import host_name
from probe.probers.raised import TargetFailure
from probe.probers.resolve import LookUp, literal, vet
from probe.probers.timing import Recorder

STAGGER: Final = 0.25
"""Seconds that an address is alone before the next one is tried beside it (RFC 8305 §5, Connection Attempt Delay)."""

_MOST_ADDRESSES: Final = 10
_Contender: TypeAlias = "asyncio.Task[socket.socket]"


async def addresses_of(host: str, policy: Connection, look_up: LookUp, recorder: Recorder) -> list[str]:
    """The addresses that may be connected to, in the order in which they shall be tried.

    Raises:
        TargetFailure: the name can't be resolved.
        AddressBlocked: none of its addresses may be connected to.
    """
    if address := literal(host):
        return vet([address], policy.addresses)
    recorder.begin("dns")
    found = await look_up(host, policy.dns)
    recorder.end()
    return vet(found, policy.addresses)[:_MOST_ADDRESSES]


def vet_address(host: str, policy: Connection) -> None:
    """Vet a host that is an address, in whatever spelling: `2852039166` is one too. Names are somebody else's to resolve.

    Raises:
        AddressBlocked: it may not be connected to.
    """
    known = [address] if (address := literal(host)) else []
    with suppress(TargetFailure):  # it is no such name, or one that only a proxy knows
        known = known or list(host_name(host).addresses)
    if known:
        vet(known, policy.addresses)


async def race(addresses: Sequence[str], port: int) -> tuple[socket.socket, str]:
    """Happy eyeballs: the first connection that stands, and its address; the others are given up.

    An address that fails at once lets the next one start at once; one that is silent, after `STAGGER`.

    Raises:
        OSError: no address accepted; the reason of the first that could be reached at all, if one could.
    """
    waiting, contenders, errors = deque(addresses), dict[_Contender, str](), list[BaseException]()
    try:
        while waiting or contenders:
            if waiting:
                address = waiting.popleft()
                contenders[asyncio.ensure_future(_open(address, port))] = address
            done, _ = await asyncio.wait(
                contenders, timeout=STAGGER if waiting else None, return_when=asyncio.FIRST_COMPLETED
            )
            for task in done:
                address, error = contenders.pop(task), task.exception()
                if error is None:
                    return task.result(), address
                errors.append(error)
        raise _most_telling(errors)
    finally:
        for task in contenders:
            task.cancel()
            task.add_done_callback(_discard)


async def _open(address: str, port: int) -> socket.socket:
    """A connected socket."""
    opened = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    try:
        opened.setblocking(False)
        await asyncio.get_running_loop().sock_connect(opened, (address, port))
    except BaseException:
        opened.close()
        raise
    return opened


def _discard(late: _Contender) -> None:
    if not late.cancelled() and late.exception() is None:
        late.result().close()


def _most_telling(errors: Sequence[BaseException]) -> BaseException:
    """A machine without IPv6 fails there at once, which says nothing of the target."""
    return next((error for error in errors if isinstance(error, ConnectionError)), errors[-1])


def printed(address: str, port: int) -> str:
    """As people write an address with its port."""
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
