"""For a folder's conftest: its tests run on both event loops, for probe itself uses uvloop where there is one, and leave nothing behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import uvloop

__all__ = ["nothing_is_left_behind", "pytest_asyncio_loop_factories"]


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    return {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}


@pytest.fixture(autouse=True)
async def nothing_is_left_behind() -> AsyncIterator[None]:
    """No socket, no file and no task outlives a test."""
    before = _open_files(), 1
    yield
    for _ in range(100):
        if (_open_files(), len(asyncio.all_tasks())) == before:
            return
        await asyncio.sleep(0.01)
    assert (_open_files(), len(asyncio.all_tasks())) == before


def _open_files() -> int:
    """How many files, pipes and sockets this process has open, but for those that a loop keeps for itself."""
    return sum(not _link(entry).startswith(("anon_inode:", "/dev/null")) for entry in Path("/proc/self/fd").iterdir())


def _link(entry: Path) -> str:
    try:
        return str(entry.readlink())
    except OSError:  # the listing's own
        return "anon_inode:"
