"""B9, the part of alerts: what it costs measuring that thousands of checks fail at once, and that people are told."""

from __future__ import annotations

import json
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Final

from bench.daemon import checks_file, opened, rows_of
from bench.figure import Figure, nearest_rank
from bench.processes import started, target

CHECKS: Final = 10_000
INTERVAL: Final = 30
"""Seconds: so long it takes until all of them have failed."""

SETTLE_SECONDS: Final = 20
TOLD_SECONDS: Final = 60
"""How long the message may take after the last of them."""

CHANNEL: Final = """channels: {hook: {type: webhook, url: "http://127.0.0.1:%d/"}}
alerts: [{name: down, when: down, for: 1}]
defaults: {confirm: {retries: 0}}
"""


@dataclass(slots=True)
class _Told:
    """Messages as they came, each with its moment in seconds since the epoch."""

    posts: list[tuple[float, bytes]] = field(default_factory=list)


def alerting() -> Iterator[Figure]:
    """A daemon with its checks up, and then with its target gone."""
    with tempfile.TemporaryDirectory() as name, _receiver() as (port, told):
        folder = Path(name)
        with ExitStack() as standing:
            text = checks_file(standing.enter_context(target()), CHECKS, interval=f"{INTERVAL}s")
            (folder / "checks.yaml").write_text(text.replace("apis:", CHANNEL % port + "apis:", 1))
            with started(sys.executable, "-m", "probe", "run", folder=folder) as daemon:
                time.sleep(SETTLE_SECONDS)
                began = time.time()
                time.sleep(INTERVAL)
                failing = time.time()
                standing.close()
                _wait(told)
                daemon.kill()  # a last report of so many checks takes minutes
        with opened(folder / "probe.db") as store:
            calm = rows_of(store, round(began * 1e6), round(failing * 1e6))
            busy = rows_of(store, round((failing + 1) * 1e6), round(told.posts[0][0] * 1e6))
    before, after = (nearest_rank([row.lateness for row in part], 0.99) / 1000 for part in (calm, busy))
    yield Figure(
        budget="B9",
        what=f"added p99 lateness while {CHECKS:,} checks fail and people are told",
        measured=f"{after - before:+.1f} ms",
        allowed="20 ms",
        reference=f"p99 {before:.1f} ms before, {after:.1f} ms meanwhile; {len(busy):,} results",
    )
    data = json.loads(told.posts[0][1])["data"]
    yield Figure(
        budget="B9",
        what="messages; the first after the target went",
        measured=f"{len(told.posts)}; {told.posts[0][0] - failing:.0f} s",
        reference=str(data.get("title", "")),
    )


def _wait(told: _Told) -> None:
    """Until all have failed, and a message has told of it."""
    end = time.monotonic() + INTERVAL + TOLD_SECONDS
    while time.monotonic() < end and not told.posts:
        time.sleep(0.1)
    if not told.posts:
        raise RuntimeError("nobody was told")


@contextmanager
def _receiver() -> Iterator[tuple[int, _Told]]:
    told = _Told()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.posts.append((time.time(), self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_port, told
        server.shutdown()
        thread.join()
