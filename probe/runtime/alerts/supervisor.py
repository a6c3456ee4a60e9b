"""The daemon's side of the alerter: starts it, tells it how things are, hears how it fares, and starts it again when it dies."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Final

import structlog

from probe.model.settings import Settings
from probe.model.units import SECOND, to_iso
from probe.runtime.alerts.frames import Farewell, Frame, Pulse, Status, faults_of, pack
from probe.runtime.alerts.job import AlertJob
from probe.runtime.clock import Clock
from probe.runtime.outage import Outage

PROGRAM: Final = "probe.runtime.alerts.process"

PULSE_SECONDS: Final = 1.0

SILENT_SECONDS: Final = 60.0
"""An alerter that says nothing for so long stands still: it is ended, and another one started."""

FAREWELL_SECONDS: Final = 12.0
"""How long it may take to plan for the last time, and to send what is due."""

LAST_WORDS_SECONDS: Final = 1.0
"""How long the log of one that has ended is waited for."""

_MOST_UNREAD: Final = 1 << 16
"""Bytes that an alerter may leave unread before it is told no more of how the daemon is."""

_LONGEST_LINE: Final = 1 << 20

_LONGEST_WORDS: Final = 500

_log = structlog.get_logger("probe.alerts")


class Supervisor:
    """Keeps an alerter where there is anything to tell. Nothing waits for it: neither measuring nor storing.

    Args:
        pulse: how the daemon is.
        program: the module that is the alerter.

    Attributes:
        status: what the alerter said last; `None` before it said anything.
        outage: it isn't running.
    """

    def __init__(self, clock: Clock, settings: Settings, pulse: Callable[[], Pulse], *, program: str = PROGRAM) -> None:
        self._clock = clock
        self._pulse = pulse
        self._program = program
        self._job = AlertJob.of(settings)
        self._process: asyncio.subprocess.Process | None = None
        self._wanted = asyncio.Event()
        self._heard_at = 0.0
        self._is_ending = False
        self.status: Status | None = None
        self.outage = Outage()
        if self._job.is_needed:
            self._wanted.set()

    @property
    def is_wanted(self) -> bool:
        """Whether there is, or should be, an alerter."""
        return self._wanted.is_set()

    def replace(self, settings: Settings) -> None:
        """Go by these settings from now on. One that runs goes on also where there is nothing to tell any more: it ends what it began."""
        job = AlertJob.of(settings)
        if job == self._job:
            return
        self._job = job
        self._write(job)
        if job.is_needed:
            self._wanted.set()

    def faults(self) -> tuple[str, ...]:
        """What is wrong with telling people, as /healthz says it."""
        return tuple(self._faults())

    async def run(self) -> None:
        """Keep one running until cancelled."""
        await self._wanted.wait()
        while True:
            why = await self._live()
            if self._is_ending:
                return
            self.outage.fail(why, now=self._clock.now())
            _log.error("the alerter ended; another is started", why=why, seconds=self.outage.pause)
            await asyncio.sleep(self.outage.pause)

    async def finish(self, running: asyncio.Task[None]) -> None:
        """Let it plan once more and send what is due, then end it, and `running`, the task of `run`."""
        self._is_ending = True
        self._write(Farewell())
        if self._process is not None:
            await asyncio.wait([running], timeout=FAREWELL_SECONDS)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    def _faults(self) -> Iterator[str]:
        if self.outage.since is not None:
            since = self.outage.since // SECOND * SECOND
            yield f"nobody is alerted since {to_iso(since)}: {self.outage.why}"
        elif self.status is not None:
            yield from faults_of(self.status, now=self._clock.now())

    async def _live(self) -> str:
        """One alerter, from its start to its end; why it ended."""
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-P", "-m", self._program,
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
                start_new_session=True, limit=_LONGEST_LINE,
            )  # fmt: skip
        except OSError as error:  # no more open files, processes or memory
            return error.strerror or type(error).__name__
        self._process, self._heard_at = process, self._clock.monotonic()
        self._write(self._job)
        telling, log = asyncio.create_task(self._tell()), asyncio.create_task(_take_log(_pipe(process.stderr)))
        try:
            return await self._hear(process, _pipe(process.stdout))
        finally:
            self._process = None
            telling.cancel()
            if process.returncode is None:
                process.kill()
                await process.wait()
            await asyncio.wait([log], timeout=LAST_WORDS_SECONDS)
            log.cancel()

    async def _hear(self, process: asyncio.subprocess.Process, pipe: asyncio.StreamReader) -> str:
        """Its status, line by line; why there is no more."""
        while True:
            try:
                async with asyncio.timeout(SILENT_SECONDS):
                    line = await pipe.readline()
            except TimeoutError:
                return f"it said nothing for {SILENT_SECONDS:g} s"
            except ValueError:  # too long to be one of ours
                continue
            if not line:
                return f"it ended with status {await process.wait()}"
            with suppress(ValueError, TypeError):  # a line that was broken off
                self.status = Status.parse(line)
                self.outage.end()

    async def _tell(self) -> None:
        while True:
            self._write(self._pulse())
            await asyncio.sleep(PULSE_SECONDS)

    def _write(self, frame: Frame) -> None:
        """Put it into the pipe, as far as there is one; an alerter that doesn't read gets no more pulses."""
        pipe = self._process.stdin if self._process else None
        if pipe is None or pipe.is_closing():
            return
        if isinstance(frame, Pulse) and pipe.transport.get_write_buffer_size() > _MOST_UNREAD:
            return
        pipe.write(pack(frame))


def _pipe(reader: asyncio.StreamReader | None) -> asyncio.StreamReader:
    if reader is None:
        raise AssertionError("it was started with pipes")
    return reader


async def _take_log(pipe: asyncio.StreamReader) -> None:
    """Its log into ours. What is no event are an interpreter's last words."""
    while True:
        try:
            line = await pipe.readline()
        except ValueError:  # too long to be one; what is left of it is another line
            continue
        if not line:
            return
        _forward(line.decode(errors="replace").rstrip("\n"))


def _forward(line: str) -> None:
    try:
        event = json.loads(line)
        level = logging.getLevelNamesMapping()[str(event.pop("level")).upper()]
        _log.log(level, event.pop("event"), **event)
    except (ValueError, KeyError, TypeError, AttributeError):
        _log.warning("the alerter said something else", line=line[:_LONGEST_WORDS])
