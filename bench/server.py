"""A target that costs little, in a process of its own, so that its CPU isn't counted.

`python -m bench.server [certificate.pem]` prints its port, then serves until it is killed; over TLS with a certificate.

- `/orders`: 1 kB of JSON.
- `/after/MICROSECONDS/BYTES/ANYTHING`: so many bytes, after a delay; then the connection is closed. How long it really was stands in the header
  `x-waited-us`, and with its path in the log.
- `/log`: what was delayed, as JSON: path, moment of arrival (microseconds since the epoch), microseconds of delay.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import sys
import time
from typing import Final, TypeAlias, cast

import uvloop

BODY: Final = json.dumps({"status": "ok", "items": [{"id": number, "name": "x" * 40} for number in range(15)]}).encode()

Waited: TypeAlias = tuple[str, int, int]
_log: Final[list[Waited]] = []


def _answer(body: bytes, *headers: bytes) -> bytes:
    lines = [b"HTTP/1.1 200 OK", b"content-type: application/json", b"content-length: %d" % len(body), *headers]
    return b"\r\n".join([*lines, b"", body])


_ANSWER: Final = _answer(BODY)


class Target(asyncio.Protocol):
    """One connection; each request that ends is answered."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own share no class with asyncio's

    def data_received(self, data: bytes) -> None:
        if not data.endswith(b"\r\n\r\n"):
            return
        if data.startswith(b"GET /after/"):
            self._answer_later(data.split(b" ", 2)[1].decode())
        elif data.startswith(b"GET /log"):
            self._transport.write(_answer(json.dumps(_log).encode()))
        else:
            self._transport.write(_ANSWER)

    def _answer_later(self, path: str) -> None:
        arrived, began = time.time_ns() // 1000, time.perf_counter_ns()
        delay, size = (int(part) for part in path.split("/")[2:4])

        def answer() -> None:
            waited = (time.perf_counter_ns() - began) // 1000
            self._transport.write(_answer(bytes(size), b"connection: close", b"x-waited-us: %d" % waited))
            _log.append((path, arrived, waited))
            self._transport.close()

        if delay:
            asyncio.get_running_loop().call_later(delay / 1_000_000, answer)
        else:
            answer()


async def main(certificate: str | None) -> None:
    secured = None
    if certificate:
        secured = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        secured.load_cert_chain(certificate)
    server = await asyncio.get_running_loop().create_server(Target, "127.0.0.1", 0, backlog=4096, ssl=secured)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(sys.argv[1] if sys.argv[1:] else None))
