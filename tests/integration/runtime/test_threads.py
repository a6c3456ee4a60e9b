from __future__ import annotations

import asyncio
import threading

import pytest

from probe.runtime.threads import considerately, in_thread


async def test_a_call_gives_back_what_it_returns_and_raises() -> None:
    assert await in_thread(divmod, 7, 2) == (3, 1)
    with pytest.raises(ZeroDivisionError):
        await in_thread(divmod, 7, 0)


def test_a_call_that_hangs_does_not_hold_up_the_end() -> None:
    never = threading.Event()

    async def give_up() -> None:
        async with asyncio.timeout(0.05):
            await in_thread(never.wait)

    with pytest.raises(TimeoutError):
        asyncio.run(give_up())
    assert any(thread.daemon and thread.name == "probe-wait" for thread in threading.enumerate())
    never.set()


def test_consideration_changes_nothing() -> None:
    assert list(considerately(range(50), every=7)) == list(range(50))
