"""A word to the store that this daemon works: what measures no more at one location must not pass for its targets' fault."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from probe.model.errors import StoreError
from probe.model.settings import Settings
from probe.runtime.clock import Clock
from probe.runtime.threads import in_thread
from probe.store import Store

EVERY: Final = 15.0
"""Seconds."""


async def tell_presence(store: Store, clock: Clock, settings: Callable[[], Settings]) -> None:
    """Say so for as long as this runs and there are rules. While the store is away nobody hears it; the writer tells of that."""
    while True:
        if settings().rules:
            with suppress(StoreError):
                await in_thread(store.alerts.seen, settings().location, clock.now())
        await asyncio.sleep(EVERY)
