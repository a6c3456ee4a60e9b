"""The alerter as a program: frames from the daemon on standard input, its status on standard output, its log on standard error.

It ends with its standard input: when the daemon says so, or is gone, however that came.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable
from typing import Final

import structlog
import uvloop

from probe.runtime.alerts.alerter import Alerter
from probe.runtime.alerts.frames import Farewell, Status, unpack
from probe.runtime.alerts.job import AlertJob
from probe.runtime.alerts.planner import Planner
from probe.runtime.apart import NICENESS
from probe.runtime.clock import SystemClock

_MOST_UNREAD: Final = 1 << 16
"""Bytes of status that a daemon may leave unread; one that stands still must not hold us up."""


def main() -> int:
    """Run until the daemon ends."""
    os.nice(NICENESS)
    for number in (signal.SIGINT, signal.SIGTERM):  # who stops the daemon may signal us too: its last alerts count
        signal.signal(number, signal.SIG_IGN)
    _log_as_lines()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve())
    return 0


async def _serve() -> None:
    pipe = await _standard_input()
    job = await unpack(pipe)
    if not isinstance(job, AlertJob):
        return
    alerter = Alerter(job, SystemClock(), await _status_line(), Planner, holder=_name(job))
    alerter.start()
    await alerter.finish(is_farewell=await _take_frames(pipe, alerter))


def _name(job: AlertJob) -> str:
    """Ours: the daemon's, for it has one alerter at a time. One that follows a killed one has its lease at once."""
    return f"{job.location}@{socket.gethostname()}:{os.getppid()}"


async def _take_frames(pipe: asyncio.StreamReader, alerter: Alerter) -> bool:
    """Until the end of the daemon; whether it said farewell."""
    while (frame := await unpack(pipe)) is not None:
        if isinstance(frame, Farewell):
            return True
        if isinstance(frame, AlertJob):
            alerter.replace(frame)
        else:
            alerter.feel(frame)
    return False


async def _standard_input() -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, sys.stdin)
    return reader


async def _status_line() -> Callable[[Status], None]:
    transport, _ = await asyncio.get_running_loop().connect_write_pipe(asyncio.BaseProtocol, sys.stdout)

    def say(status: Status) -> None:
        if not transport.is_closing() and transport.get_write_buffer_size() < _MOST_UNREAD:
            transport.write(status.line())

    return say


def _log_as_lines() -> None:
    """Each event a line of JSON, which the daemon takes into its own log."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(default=str),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
    )


if __name__ == "__main__":
    sys.exit(main())
