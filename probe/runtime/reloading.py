"""The configuration read again while the daemon runs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

import structlog

from probe.model.errors import ProbeError
from probe.model.settings import Settings
from probe.report import check_writable
from probe.runtime.garbage import kept

_FIXED: Final = ("store", "spool", "listen", "location")
"""What takes effect only with a restart."""

_log = structlog.get_logger("probe.reloading")


def tell_warnings(settings: Settings) -> None:
    """Log what of the file is worth a second look."""
    for warning in settings.warnings:
        _log.warning("the configuration may not be what is meant", why=warning)


class Reloader:
    """Takes a changed file over when asked, one reload at a time; however often that was meanwhile, one more follows.

    Args:
        settings: those that hold.
        read: reads the file; raises `ConfigurationError` when it is wrong. `None` where there is nothing to read.
        take_over: puts other settings into effect.
    """

    def __init__(
        self,
        settings: Settings,
        read: Callable[[], Settings] | None,
        take_over: Callable[[Settings], Awaitable[None]],
    ) -> None:
        self._settings = settings
        self._read = read
        self._take_over = take_over
        self._wanted = asyncio.Event()

    def ask(self) -> None:
        """Reload soon."""
        self._wanted.set()

    async def run(self) -> None:
        """Reload whenever asked; what goes wrong is said, and the old settings go on."""
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            try:
                with kept():
                    await self._reload()
            except ProbeError as error:
                _log.error("the configuration was not reloaded; the old one goes on", why=str(error))
            except Exception:  # noqa: BLE001  # the next reload must still be taken
                _log.exception("the configuration was not reloaded; the old one goes on")

    async def _reload(self) -> None:
        """Take over the file as it is now.

        Raises:
            ConfigurationError: the file is wrong.
            StoreError: the store does not take the new checks.
        """
        if self._read is None:
            return
        wanted = await asyncio.to_thread(self._read)
        tell_warnings(wanted)
        check_writable(Path(wanted.report.directory))
        fixed = {key: getattr(self._settings, key) for key in _FIXED}
        if differing := [key for key, value in fixed.items() if getattr(wanted, key) != value]:
            _log.warning("these take effect after a restart", keys=differing)
        wanted = replace(wanted, **fixed)
        await self._take_over(wanted)
        self._settings = wanted
        _log.info("reloaded", checks=len(wanted.checks))
