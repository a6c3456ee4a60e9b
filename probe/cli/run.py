"""`probe run`: the daemon, with a live display on a terminal and a log elsewhere."""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from pathlib import Path

from probe.cli.live import LiveDisplay
from probe.cli.logs import configure
from probe.cli.loop import run_async
from probe.cli.transitions import TransitionLog
from probe.config.load import load
from probe.model.settings import Settings
from probe.runtime.app import Hooks, run_daemon
from probe.runtime.reloading import tell_warnings


def run_command(config: Path, log_format: str) -> None:
    """Measure until told to stop."""
    configure(log_format)
    settings = load(config)
    tell_warnings(settings)
    run_async(watched(settings, Hooks(reload=lambda: load(config)), log_format=log_format))


async def watched(settings: Settings, hooks: Hooks, *, log_format: str, stop: asyncio.Event | None = None) -> None:
    """The daemon with its display: live where a person looks on, a log where a machine does.

    Raises:
        ConfigurationError, StoreError: nothing was started.
    """
    display = LiveDisplay(settings) if log_format == "text" and LiveDisplay.is_possible() else None
    hooks.observers = (*hooks.observers, TransitionLog(), *((display,) if display else ()))
    if display:
        hooks.started, hooks.reloaded, hooks.rendered = display.start, display.reload, display.report_written
    with display or nullcontext():
        await run_daemon(settings, hooks, stop=stop)
