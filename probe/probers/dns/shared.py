"""What several want at the same time is done once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

_T = TypeVar("_T")


class _Abandoned(Exception):
    """Whoever was at it was cancelled."""


class Shared(Generic[_T]):
    """Work under way, by key. Whoever comes first does it in its own task; when that is cancelled the next one begins anew."""

    def __init__(self) -> None:
        self._under_way: dict[Hashable, asyncio.Future[_T]] = {}

    async def result(self, key: Hashable, work: Callable[[], Awaitable[_T]]) -> _T:
        """What the work returns or raises."""
        while first := self._under_way.get(key):
            try:
                return await asyncio.shield(first)
            except _Abandoned:
                continue
        return await self._do(key, work)

    async def _do(self, key: Hashable, work: Callable[[], Awaitable[_T]]) -> _T:
        mine = self._under_way[key] = asyncio.get_running_loop().create_future()
        try:
            result = await work()
        except BaseException as error:
            mine.set_exception(error if isinstance(error, Exception) else _Abandoned())
            mine.exception()  # there may be nobody else to hear of it
            raise
        finally:
            del self._under_way[key]
        mine.set_result(result)
        return result
