"""Blocking calls beside the event loop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from threading import Thread
from typing import Final, TypeVar, TypeVarTuple, Unpack

BREATH: Final = 0.000_2
"""Seconds, enough for the event loop to wake up."""

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


def considerately(items: Iterable[_Answer], *, every: int) -> Iterator[_Answer]:
    """The items, with a breath after so many.

    A thread that computes keeps the interpreter for 5 ms at a time, by which every attempt in flight would be measured too
    long.
    """
    for number, item in enumerate(items, start=1):
        if number % every == 0:
            time.sleep(BREATH)
        yield item
