"""The report, rendered in a process of its own: it must not disturb a measurement."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from probe.model.settings import Settings
from probe.model.units import Micros
from probe.report import ProberFacts
from probe.runtime import rendering
from probe.runtime.apart import WorkFailed, work_apart
from probe.runtime.clock import Clock
from probe.runtime.rendering import Rendered, RenderJob

LONGEST: Final = 600.0
"""Seconds after which a rendering that hangs is ended."""

_log = structlog.get_logger("probe.publisher")


class Publisher:
    """Renders when asked, one rendering at a time.

    Args:
        facts: what the daemon knows of itself.
        flush: has what was measured stored, so that the newest state isn't taken for unknown.
        done: told of each report.
    """

    def __init__(
        self,
        clock: Clock,
        settings: Settings,
        *,
        facts: Callable[[], ProberFacts],
        flush: Callable[[], Awaitable[None]],
        done: Callable[[Rendered], None],
    ) -> None:
        self._clock = clock
        self._settings = settings
        self._facts = facts
        self._flush = flush
        self._done = done
        self._running: asyncio.Task[None] | None = None

    def replace(self, settings: Settings) -> None:
        """Render by these settings from now on."""
        self._settings = settings

    def begin(self) -> None:
        """Render in the background, unless that is going on already."""
        if self._running is None or self._running.done():
            self._running = asyncio.get_running_loop().create_task(self._flush_and_publish())

    async def finish(self, *, now: Micros) -> None:
        """Render once more, as of a moment; a rendering under way is given up for it."""
        if self._running and not self._running.done():
            self._running.cancel()
            await asyncio.wait([self._running])
        await self._publish(now)

    async def _flush_and_publish(self) -> None:
        await self._flush()
        await self._publish(self._clock.now())

    async def _publish(self, now: Micros) -> None:
        """Write the site. When that fails it is logged, and tried again the next time."""
        started = self._clock.monotonic()
        job = RenderJob.of(self._settings, now=now, prober=self._facts())
        try:
            rendered = Rendered.parse(await work_apart(rendering.__name__, job, within=LONGEST))
        except WorkFailed as error:
            _log.error("the report could not be written", why=str(error))
            return
        self._done(rendered)
        _log.debug("report written", pages=rendered.pages, seconds=round(self._clock.monotonic() - started, 2))
