"""Runs a coroutine on the fastest event loop that is installed."""

from __future__ import annotations

import asyncio
import ctypes
from collections.abc import Coroutine
from contextlib import suppress
from typing import Final, TypeVar

_T = TypeVar("_T")

_M_TRIM_THRESHOLD: Final = -1
_M_MMAP_THRESHOLD: Final = -3
_KEPT: Final = 32 * 2**20
_LARGEST_KEPT: Final = 4 * 2**20


def run_async(main: Coroutine[None, None, _T]) -> _T:
    """The coroutine's result, on uvloop where there is one."""
    _keep_freed_memory()
    try:
        import uvloop
    except ImportError:
        return asyncio.run(main)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main)


def _keep_freed_memory() -> None:
    """Let glibc keep up to 32 MiB that a body has left.

    By itself it gives memory back at once, and gets it again page by page: 0.4 ms for each megabyte of a body, between
    two reads, which would be measured as the target's time.
    """
    with suppress(OSError, AttributeError):  # other C libraries have no `mallopt`
        libc = ctypes.CDLL(None)
        libc.mallopt(_M_TRIM_THRESHOLD, _KEPT)
        libc.mallopt(_M_MMAP_THRESHOLD, _LARGEST_KEPT)
