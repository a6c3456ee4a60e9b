"""`kill -9` while states begin and end all the time: each change of what is stored has one turn, and no other has any."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Final, cast

import pytest

from probe.alerting.watching import Watched, folded
from probe.model.alert import Watch
from probe.model.result import State
from probe.model.run import Run
from probe.model.sensitive import Sensitive
from probe.model.units import SECOND
from probe.store import Store, open_store
from tests.crash.stage import SEED, log, rounds
from tests.e2e.daemon import EVER, daemon
from tests.fakes.servers import EMPTY_OK

CHECKS: Final = 40
USUAL: Final = 3
CHANGES_EVERY: Final = 1.7
"""Seconds for which a check stays well, or not."""

EARLY: Final = SECOND // 100
"""A timer may come a little before its slot."""

DOWN: Final = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"
WATCHES: Final = (Watch(State.DOWN, 1, 1, 1), Watch(State.DOWN, 2, 2, 2), Watch(State.DOWN, 2, 3, 1))

pytestmark = pytest.mark.timeout(300 + 6 * rounds(USUAL))


class _Fickle(asyncio.Protocol):
    """Answers by the clock, each path in its own way."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        path = data.split(b" ", 2)[1]
        moment = int(time.time() / CHANGES_EVERY)
        self._transport.write(DOWN if Random(f"{SEED} {path!r} {moment}").random() < 0.4 else EMPTY_OK)


@asynccontextmanager
async def _fickle() -> AsyncIterator[str]:
    server = await asyncio.get_running_loop().create_server(_Fickle, "127.0.0.1", 0, backlog=1024)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


def _write(folder: Path, url: str) -> None:
    checks = "".join(
        f"      check-{number}: {{get: /check-{number}, interval: 1s, timeout: 1s, confirm: {{retries: 0}}}}\n"
        for number in range(CHECKS)
    )
    rules = (
        "  - {name: once, when: down, for: 1, notify: [hook]}\n"
        "  - {name: twice, when: down, for: 2, recover: 2, notify: [hook]}\n"
        "  - {name: often, when: down, for: 2 of 3, notify: [hook]}\n"
    )
    (folder / "checks.yaml").write_text(
        f"version: 1\nreport: {{directory: reports, every: 1d}}\nmax_per_host: {CHECKS}\n"
        f"channels:\n  hook: {{type: webhook, url: '{url}/hook'}}\nalerts:\n{rules}"
        f"apis:\n  all:\n    base_url: {url}\n    checks:\n{checks}"
    )


async def test_a_kill_loses_no_turn_and_tells_none_twice(store: Sensitive, tmp_path: Path) -> None:
    random = Random(SEED)
    async with _fickle() as url:
        _write(tmp_path, url)
        for _ in range(rounds(USUAL)):
            async with daemon(tmp_path, PROBE_STORE=store.reveal()) as running:
                await running.says("started")
                await asyncio.sleep(random.uniform(1.0, 3.0))
                running.send(signal.SIGKILL)
                await running.process.wait()
        async with daemon(tmp_path, PROBE_STORE=store.reveal()) as running:
            await running.says("started")
            await asyncio.sleep(2)
            assert await running.end() == 0, running.log
    with open_store(store) as found:
        told = {
            watch: sum(_expect_each_change_once(found, f"all/check-{n}", watch) for n in range(CHECKS))
            for watch in WATCHES
        }
    log.info("turns: %s", told)
    assert min(told.values()) > 0
    assert sum(told.values()) > CHECKS


def _expect_each_change_once(store: Store, check: str, watch: Watch) -> int:
    """How many there are."""
    slots = [
        Run(record.scheduled_at, 0, 1, record.state, record.failure, record.interval)
        for record in store.records(check, start=0, end=EVER)
    ]
    _, turned = folded(slots, Watched(check=check, watches=(watch,), interval=SECOND))
    turns = [
        turn for turn in store.alerts.turns(after=0, limit=1_000_000) if (turn.check, turn.watch) == (check, watch)
    ]
    assert [(turn.began, turn.slot) for turn in turns] == [(each.began, each.slot) for each in turned], check
    assert all(turn.slot - EARLY <= turn.known_at for turn in turns)
    return len(turns)
