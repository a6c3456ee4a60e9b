"""Everything here runs on both event loops: probe itself uses uvloop where there is one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TypeAlias

import pytest
import uvloop

from probe.probers.engine import EngineTransport
from probe.probers.http import HttpProber
from probe.probers.stock import StockTransport
from tests.fakes.servers import Authority

Engine: TypeAlias = type[StockTransport] | type[EngineTransport]
NOW = 1_800_000_000_000_000


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    return {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}


@pytest.fixture(params=[StockTransport, EngineTransport], ids=["stock", "engine"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """Both engines must say the same of every target."""
    found: Engine = request.param
    return found


@pytest.fixture
def prober(engine: Engine) -> HttpProber:
    return HttpProber(engine(), lambda: NOW)


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(autouse=True)
async def nothing_is_left_behind() -> AsyncIterator[None]:
    """No socket and no task outlives a test."""
    before = _sockets(), 1
    yield
    for _ in range(100):
        if (_sockets(), len(asyncio.all_tasks())) == before:
            return
        await asyncio.sleep(0.01)
    assert (_sockets(), len(asyncio.all_tasks())) == before


def _sockets() -> int:
    """How many this process has open. A loop has some of its own, new ones each time it runs."""
    return sum(_link(entry).startswith("socket:") for entry in Path("/proc/self/fd").iterdir())


def _link(entry: Path) -> str:
    try:
        return str(entry.readlink())
    except OSError:  # the listing's own
        return ""
