"""The report, rendered in a process of its own: it must not disturb a measurement."""

from __future__ import annotations

import asyncio
import pickle
import sys
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from probe.model.settings import Settings
from probe.model.units import Micros
from probe.report import ProberFacts
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
        rendered = await self._render(RenderJob.of(self._settings, now=now, prober=self._facts()))
        if rendered:
            self._done(rendered)
            _log.debug("report written", pages=rendered.pages, seconds=round(self._clock.monotonic() - started, 2))

    async def _render(self, job: RenderJob) -> Rendered | None:
        try:
            return await self._render_apart(job)
        except OSError as error:  # no more open files, processes or memory
            _log.error("the report could not be written", why=error.strerror)
            return None

    async def _render_apart(self, job: RenderJob) -> Rendered | None:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", "probe.runtime.rendering",  # -P: no code from the folder we happen to be in
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is for the daemon, which still wants its last report
        )  # fmt: skip
        try:
            async with asyncio.timeout(LONGEST):
                output, errors = await process.communicate(pickle.dumps(job))
        except TimeoutError:
            process.kill()
            await process.wait()
            _log.error("the report took too long and was given up", seconds=LONGEST)
            return None
        except asyncio.CancelledError:
            process.kill()
            await process.wait()
            raise
        if process.returncode != 0:
            _log.error(
                "the report could not be written",
                why=errors.decode(errors="replace").strip().splitlines()[-1:],
            )
            return None
        return Rendered.parse(output.decode())
