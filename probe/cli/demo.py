"""`probe demo`: a sample API on this machine, watched by the daemon."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import typer

from probe.cli.logs import configure
from probe.cli.loop import run_async
from probe.cli.options import duration as read_duration
from probe.cli.progress import progress
from probe.cli.run import watched
from probe.config.load import loads
from probe.demo.filling import fill
from probe.demo.sample_api import HTTP_PORT, HTTPS_PORT, SampleApi
from probe.model.errors import ConfigurationError, StoreTooOld
from probe.model.sensitive import Sensitive
from probe.model.settings import Settings, SpoolSettings
from probe.model.units import DAY, SECOND, Micros
from probe.runtime.app import Hooks
from probe.runtime.clock import SystemClock
from probe.store import open_store

HTTPS_OFFSET: Final = HTTPS_PORT - HTTP_PORT
"""HTTPS listens so far above HTTP, whatever port that has."""

HISTORY_STORE: Final = "probe-demo-history.db"
HISTORY_FOLDER: Final = "simulated"
LONGEST_HISTORY: Final = 400 * DAY
LAST_PORT: Final = 65_535


def demo_command(config: Path | None, *, history: str | None, duration: str | None, port: int, log_format: str) -> None:
    """Run until Ctrl-C, or for so long."""
    configure(log_format)
    length = read_duration("--history", history) if history else None
    if length is not None and not DAY <= length <= LONGEST_HISTORY:
        raise ConfigurationError("--history takes 1d to 400d")
    if port + HTTPS_OFFSET > LAST_PORT:
        raise ConfigurationError(
            f"--port takes at most {LAST_PORT - HTTPS_OFFSET}: HTTPS listens {HTTPS_OFFSET} above it"
        )
    seconds = read_duration("--for", duration) / SECOND if duration else None
    run_async(_demo(config, length, seconds, port, log_format))


async def _demo(config: Path | None, history: Micros | None, seconds: float | None, port: int, log_format: str) -> None:
    _text(config)  # a file that isn't there is told before anything is started
    https_port = port + HTTPS_OFFSET if port else 0
    async with SampleApi.start(http_port=port, https_port=https_port, now=datetime.now(UTC)) as api:

        def read() -> Settings:
            settings = _settings(config, api)
            if port or settings.listen is None:
                return settings
            return replace(settings, listen=replace(settings.listen, port=0))

        settings = read()
        if history:
            settings = _with_history(settings, history)
        stop = asyncio.Event()
        if seconds is not None:
            asyncio.get_running_loop().call_later(seconds, stop.set)
        typer.echo(
            f"The sample API answers at {api.http_url} and {api.https_url}; try {api.http_url}/orders?limit=1",
            err=True,
        )
        typer.echo(f"The report will stand in {settings.report.directory}/index.html", err=True)
        hooks = Hooks(reload=read)
        await watched(settings, hooks, log_format=log_format, stop=stop)
    typer.echo(f"The last report stands in {settings.report.directory}/index.html", err=True)


def _settings(config: Path | None, api: SampleApi) -> Settings:
    """The checks file, with the sample API's throw-away secrets and the addresses it really took."""
    text, name = _text(config)
    for written, real in (
        (f"http://127.0.0.1:{HTTP_PORT}", api.http_url),
        (f"https://127.0.0.1:{HTTPS_PORT}", api.https_url),
    ):
        text = text.replace(written.encode(), real.encode())
    environment = {**os.environ, **api.environment}
    return loads(text, file=name, environment=environment, folder=Path.cwd())


def _text(config: Path | None) -> tuple[bytes, str]:
    """The file named, or the bundled one: in a check-out that is the file of the repository's root."""
    if config:
        try:
            return config.read_bytes(), str(config)
        except OSError as error:
            raise ConfigurationError(f"{config}: can't be read: {error.strerror}") from None
    bundled = files("probe.demo") / "checks.yaml"
    if bundled.is_file():
        return bundled.read_bytes(), "checks.yaml"
    return (Path(__file__).parents[2] / "checks.yaml").read_bytes(), "checks.yaml"


def _with_history(settings: Settings, length: Micros) -> Settings:
    """The same, on a database of its own that was filled with simulated history up to now."""
    path = Path.cwd() / HISTORY_STORE
    _remove_simulated(path)
    settings = replace(
        settings,
        store=Sensitive.plain(f"sqlite:///{path}"),
        spool=SpoolSettings(directory=f"{path}-spool"),
        report=replace(
            settings.report,
            directory=str(Path(settings.report.directory) / HISTORY_FOLDER),
            title=f"{settings.report.title} (simulated history)",
        ),
    )
    now = SystemClock().now()
    with open_store(settings.store) as store, progress() as bars:
        task = bars.add_task("simulating history", total=None)
        for done, total in fill(store, settings, start=now - length, end=now):
            bars.update(task, completed=done, total=total)
        bars.add_task("rolling it up", total=None)
        while not store.roll_up(settings.location, now=now, zone=ZoneInfo(settings.timezone)):
            pass
    return settings


def _remove_simulated(path: Path) -> None:
    """Begin anew, but never at the price of measured results."""
    if not path.exists():
        return
    try:
        with open_store(Sensitive.plain(f"sqlite:///{path}"), create=False) as store:
            is_simulated = store.simulated_until() is not None
    except StoreTooOld:
        raise ConfigurationError(f"{path} is of an earlier version of probe; remove it, then try again") from None
    if not is_simulated:
        raise ConfigurationError(f"{path} holds results that were measured; move it away, then try again")
    for suffix in ("", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            Path(f"{path}{suffix}").unlink()
