"""A target that notes each request it has answered: a process of its own, which no death of the daemon touches.

`python -m tests.crash.target LOG` prints its port, then serves until it is killed.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, cast

from probe.model.units import Micros
from tests.fakes.servers import EMPTY_OK


class Answered(NamedTuple):
    """A request that got its response, and when that was about to be sent."""

    at: Micros
    check: str


@dataclass(frozen=True, slots=True)
class Target:
    """A target that runs."""

    url: str
    log: Path

    def answered(self) -> list[Answered]:
        """What it has answered so far, in this order. The path of a request is its check's id."""
        lines = self.log.read_text().splitlines()
        return [Answered(int(at), path.removeprefix("/")) for at, path in (line.split() for line in lines)]


@contextmanager
def answering(folder: Path) -> Iterator[Target]:
    """A target whose log lies in a folder; gone at the end."""
    log = folder / "answered.log"
    command = [sys.executable, "-m", "tests.crash.target", str(log)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield Target(f"http://127.0.0.1:{int(process.stdout.readline())}", log)
        finally:
            process.kill()


class _Connection(asyncio.Protocol):
    def __init__(self, log: int) -> None:
        self._log = log

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        at = time.time_ns() // 1000
        self._transport.write(EMPTY_OK)
        os.write(self._log, b"%d %b\n" % (at, data.split(b" ", 2)[1]))


async def _serve(log: int) -> None:
    listener = await asyncio.get_running_loop().create_server(lambda: _Connection(log), "127.0.0.1", 0, backlog=1024)
    sys.stdout.write(f"{listener.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await listener.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)))
