"""A target that costs little: answers 1 kB of JSON and keeps nothing. A process of its own, so that its CPU isn't counted.

Prints its port, then serves until it is killed.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Final, cast

import uvloop

BODY: Final = json.dumps({"status": "ok", "items": [{"id": number, "name": "x" * 40} for number in range(15)]}).encode()
ANSWER: Final = (
    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: "
    + str(len(BODY)).encode()
    + b"\r\n\r\n"
    + BODY
)


class Target(asyncio.Protocol):
    """One connection; each request that ends is answered."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own share no class with asyncio's

    def data_received(self, data: bytes) -> None:
        if data.endswith(b"\r\n\r\n"):
            self._transport.write(ANSWER)


async def main() -> None:
    server = await asyncio.get_running_loop().create_server(Target, "127.0.0.1", 0, backlog=4096)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
