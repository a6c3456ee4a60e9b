"""The client's half of a TLS handshake in memory: what no client of the same library can go below."""

from __future__ import annotations

import ssl
import time
from contextlib import suppress
from typing import Final

_HOST: Final = "127.0.0.1"


def bare_handshake(client: ssl.SSLContext, server: ssl.SSLContext) -> float:
    """Microseconds of CPU that the client's half takes, tickets included."""
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    servers = server.wrap_bio(to_server, to_client, server_side=True)
    began = time.process_time_ns()
    clients = client.wrap_bio(to_client, to_server, server_hostname=_HOST)
    spent = 0
    for _ in range(2):
        with suppress(ssl.SSLWantReadError):
            clients.do_handshake()
        spent += time.process_time_ns() - began
        with suppress(ssl.SSLWantReadError):
            servers.do_handshake()
        began = time.process_time_ns()
    with suppress(ssl.SSLWantReadError):
        clients.read(1)
    return (spent + time.process_time_ns() - began) / 1000
