"""B4: the measured `wait` beside what the server knows of it."""

from __future__ import annotations

import http.client
import json
import socket
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Final

from bench.daemon import MEASURE_SECONDS, Row, checks_file, under_load
from bench.figure import Figure, nearest_rank
from bench.processes import Target, target
from bench.server import Waited

RATE: Final = 500
LONGEST_DELAY: Final = 50_000
SIZE: Final = 1_000
_INTERVAL: Final = 1_000_000


def known_delay() -> Iterator[Figure]:
    """The daemon at 500 checks a second, as its store tells afterwards; delays from 0 to 50 ms.

    The server's own timers are late, so what counts is how late: the stored `wait` less the delay that the server
    measured for the same request.
    """
    with target() as server:
        with ThreadPoolExecutor(1) as beside:
            is_over = Event()
            alone = beside.submit(_errors_of_a_socket, server, is_over)
            load = under_load(checks_file(server, RATE, path=_path))
            is_over.set()
        log = _log(server)
    errors = list(_errors(load.rows, log))
    yield Figure(
        budget="B4",
        what=f"error of wait at {RATE} checks/s, {len(errors):,} of {len(load.rows):,} results in {MEASURE_SECONDS} s, p99",
        measured=_milliseconds(nearest_rank(errors, 0.99)),
        allowed="1 ms",
        reference=f"a blocking socket in the same seconds, p99 {_milliseconds(nearest_rank(alone.result(), 0.99))}",
    )
    yield Figure(
        budget="B4",
        what="  p50; largest",
        measured=_median_and_largest(errors),
        reference=_median_and_largest(alone.result()),
    )


def _path(number: int) -> str:
    return f"/after/{number * 7_919 % LONGEST_DELAY}/{SIZE}/check-{number}"


def _errors(rows: list[Row], log: list[Waited]) -> Iterator[int]:
    """Of each result whose request the server knows."""
    requests: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for path, arrived, waited in log:
        requests[path.rpartition("/")[2]].append((arrived, waited))
    for row in rows:
        found = [
            waited
            for arrived, waited in requests[row.check.rpartition("/")[2]]
            if abs(arrived - row.scheduled_at - row.lateness) < _INTERVAL // 2
        ]
        if row.wait is not None and len(found) == 1:
            yield abs(row.wait - found[0])


def _errors_of_a_socket(server: Target, is_over: Event) -> list[int]:
    """The reference: nothing but the kernel between the clock and the wire. What it shows is the machine's own unrest."""
    errors: list[int] = []
    while not is_over.is_set():
        errors.append(_error_of_a_socket(server, len(errors)))
    return errors


def _error_of_a_socket(server: Target, number: int) -> int:
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(f"GET {_path(number * 10)} HTTP/1.1\r\nhost: x\r\n\r\n".encode())
        sent = time.perf_counter_ns()
        head = connection.recv(65_536)
        waited = (time.perf_counter_ns() - sent) // 1000
    return abs(waited - int(head.partition(b"x-waited-us: ")[2].partition(b"\r\n")[0]))


def _log(server: Target) -> list[Waited]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    try:
        connection.request("GET", "/log")
        found: list[Waited] = [tuple(item) for item in json.loads(connection.getresponse().read())]
    finally:
        connection.close()
    return found


def _median_and_largest(errors: list[int]) -> str:
    return f"{_milliseconds(nearest_rank(errors, 0.5))}; {_milliseconds(max(errors))}"


def _milliseconds(microseconds: float) -> str:
    return f"{microseconds / 1000:.2f} ms"
