"""The daemon's own server, and clients that mean it no good."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from probe.model.settings import Listen
from probe.runtime import listener as module
from probe.runtime.health import Health
from probe.runtime.listener import Listener, bind
from probe.runtime.telemetry import Telemetry

WELL = Health(is_ready=True, faults=(), pending=0, stored=0, lost=0)


@asynccontextmanager
async def listening(site: Path, health: Health = WELL) -> AsyncIterator[int]:
    taken = bind(Listen(host="127.0.0.1", port=0))
    served = Listener(taken, Telemetry(lambda: health), lambda: health, site)
    await served.start()
    try:
        yield taken.getsockname()[1]
    finally:
        await served.stop()


async def status(port: int, path: str) -> int:
    """Of a request whose path nobody mends on the way."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    return int(answer.split()[1])


@pytest.mark.parametrize(
    "path", ["/%00.html", "/a%00b.html", f"/{'x' * 300}.html", "/%2e%2e/x.html", "/checks/index.html"]
)
async def test_a_page_that_cannot_be_is_not_found(tmp_path: Path, path: str) -> None:
    async with listening(tmp_path) as port:
        assert await status(port, path) == 404


async def test_before_the_first_report_the_first_page_says_so(tmp_path: Path) -> None:
    async with listening(tmp_path) as port:
        assert await status(port, "/") == 503
        (tmp_path / "index.html").write_text("a report")
        assert await status(port, "/") == 200


async def test_idle_connections_lock_out_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_CONNECTIONS", 10)
    async with listening(tmp_path) as port:
        idle = []
        for _ in range(30):
            idle.append(await asyncio.open_connection("127.0.0.1", port))
            await asyncio.sleep(0)
        assert await status(port, "/readyz") == 200
        closed = [reader for reader, _ in idle[:20]]
        async with asyncio.timeout(10):
            assert await asyncio.gather(*(reader.read() for reader in closed)) == [b""] * 20
        assert sum(not reader.at_eof() for reader, _ in idle) <= 10
        for _, writer in idle:
            writer.close()


async def test_a_connection_on_which_nothing_is_asked_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "IDLE_SECONDS", 0.1)
    async with listening(tmp_path) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        async with asyncio.timeout(10):
            assert await reader.read() == b""
        writer.close()


async def test_faults_are_told_one_a_line(tmp_path: Path) -> None:
    sick = Health(is_ready=True, faults=("one thing", "another"), pending=0, stored=0, lost=0)
    async with listening(tmp_path, sick) as port, httpx.AsyncClient(trust_env=False) as client:
        answer = await client.get(f"http://127.0.0.1:{port}/healthz")
    assert (answer.status_code, answer.text) == (503, "one thing\nanother\n")
