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
from probe.model.alert import Facts, Turn, Watch
from probe.model.result import Result, State
from probe.model.sample import FailureKind
from probe.model.sensitive import Sensitive
from probe.model.units import Micros
from probe.store import Store, open_store

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
    """Both figures: what it costs measuring, and how soon people are told."""
    yield from _target_gone()
    yield from _all_at_once()


def _all_at_once() -> Iterator[Figure]:
    """As if all checks had failed in one moment: their turns are stored at once, beside a daemon that has little to measure."""
    with tempfile.TemporaryDirectory() as name, _receiver() as (port, told):
        folder = Path(name)
        with ExitStack() as standing:
            text = checks_file(standing.enter_context(target()), CHECKS, interval="1h")
            channel = "notifications: {group_wait: 0s}\n" + CHANNEL % port
            (folder / "checks.yaml").write_text(text.replace("apis:", channel + "apis:", 1))
            with started(sys.executable, "-m", "probe", "run", folder=folder) as daemon:
                time.sleep(SETTLE_SECONDS)
                with open_store(Sensitive.plain(f"sqlite:///{folder}/probe.db"), create=False) as store:
                    began = time.time()
                    _fail(store, round(began * 1e6))
                _wait(told)
                daemon.kill()
    data = json.loads(told.posts[0][1])["data"]
    yield Figure(
        budget="B9",
        what=f"{CHECKS:,} checks fail at once: until people are told",
        measured=f"{told.posts[0][0] - began:.1f} s",
        allowed="5 s",
        reference=f"messages: {len(told.posts)}; {data['title']}",
    )


def _fail(store: Store, now: Micros) -> None:
    down = Watch(State.DOWN, 1, 1, 1)
    facts = Facts(failure=FailureKind.REFUSED, detail="connection refused")
    names = [f"bench/check-{number}" for number in range(CHECKS)]
    results = [
        Result(check=each, location="default", scheduled_at=now, state=State.DOWN, failure=facts.failure)
        for each in names
    ]
    turns = [
        Turn(check=each, location="default", watch=down, began=True, slot=now, known_at=now, facts=facts)
        for each in names
    ]
    store.record(results, turns=turns)


def _target_gone() -> Iterator[Figure]:
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
