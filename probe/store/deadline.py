"""A server that answers no more is not waited for without end, whatever its kernel or a firewall say of the connection."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Timer
from typing import Protocol


class Line(Protocol):
    """What a connection of the driver has of a socket."""

    def fileno(self) -> int:
        """The socket's descriptor."""


@contextmanager
def deadline(line: Line, seconds: float) -> Iterator[None]:
    """Cuts the connection after so many seconds. Who waits for an answer on it then fails as if the network were cut.

    The driver itself has no such thing: the server's time-outs don't pass while it stands still, and a keepalive is
    answered by its kernel.
    """
    with socket.socket(
        fileno=os.dup(line.fileno())
    ) as end:  # of our own, lest another's is cut that has its number by then
        timer = Timer(seconds, _cut, (end,))
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()


def _cut(end: socket.socket) -> None:
    with suppress(OSError):  # it is over at this very moment
        end.shutdown(socket.SHUT_RDWR)
