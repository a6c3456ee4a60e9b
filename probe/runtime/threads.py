"""Blocking calls beside the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar, TypeVarTuple, Unpack

_Arguments = TypeVarTuple("_Arguments")
_Answer = TypeVar("_Answer")


async def in_thread(call: Callable[[Unpack[_Arguments]], _Answer], *arguments: *_Arguments) -> _Answer:
    """What the call returns or raises.

    `asyncio.to_thread` would do, but for one thing: the process waits for its threads at the end. A store or a disk that
    hangs must not hold up the end, so nobody waits for these.
    """
    answer: Future[_Answer] = Future()

    def work() -> None:
        try:
            answer.set_result(call(*arguments))
        except BaseException as error:  # noqa: BLE001  # it belongs to whoever waits
            answer.set_exception(error)

    answer.set_running_or_notify_cancel()
    Thread(target=work, name=f"probe-{getattr(call, '__name__', 'call')}", daemon=True).start()
    return await asyncio.wrap_future(answer)
