"""Whose turn it is: so many attempts at once in all, and so many against one host."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

_T = TypeVar("_T")


class Turns:
    """Lets attempts begin, first come, first served. Whoever waits for a busy host is in no other host's way.

    Args:
        most: attempts at once in all.
        most_per_host: attempts at once against one host.
    """

    def __init__(self, *, most: int, most_per_host: int) -> None:
        self._all = asyncio.Semaphore(most)
        self._most_per_host = most_per_host
        self._hosts: dict[str, asyncio.Semaphore] = {}

    async def take(self, host: str, attempt: Callable[[], Awaitable[_T]]) -> _T:
        """Make the attempt as soon as it is its turn."""
        async with self._of(host), self._all:
            return await attempt()

    def is_busy(self, host: str) -> bool:
        """Whether an attempt would have to wait for its host."""
        return self._of(host).locked()

    def replace(self, most_per_host: int, hosts: Iterable[str]) -> None:
        """Take over another limit, and forget every other host. Who holds or awaits a place ends by the old limit."""
        kept = set(hosts) if most_per_host == self._most_per_host else set()
        self._most_per_host = most_per_host
        self._hosts = {host: places for host, places in self._hosts.items() if host in kept}

    def _of(self, host: str) -> asyncio.Semaphore:
        places = self._hosts.get(host)
        if places is None:
            places = self._hosts[host] = asyncio.Semaphore(self._most_per_host)
        return places


def most_at_once() -> int:
    """As many connections as the process may have files open, less a reserve for everything else."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = min(hard, 65_536) if hard != resource.RLIM_INFINITY else 65_536
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return max(16, max(soft, wanted) - 128)
