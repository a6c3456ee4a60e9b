"""The `probe` command as a person or systemd starts it: a process of its own, in a folder of its own."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from probe.model.errors import StoreUnreachable
from probe.model.result import Record
from probe.model.sensitive import Sensitive
from probe.store import open_store

EVER: Final = 2**62
PATIENCE: Final = 30.0
"""Seconds; only a fault takes so long."""


@dataclass(slots=True)
class Run:
    """A command that has ended."""

    status: int
    output: str
    errors: str


async def run_probe(*arguments: str, folder: Path, **environment: str) -> Run:
    """Run the command to its end."""
    process = await _start(arguments, folder, environment)
    async with asyncio.timeout(PATIENCE):
        output, errors = await process.communicate()
    return Run(process.returncode or 0, output.decode(), errors.decode())


@dataclass(slots=True)
class Daemon:
    """A daemon that runs. Its log is gathered as it comes."""

    process: asyncio.subprocess.Process
    folder: Path
    log: list[str] = field(default_factory=list)

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    async def says(self, text: str) -> None:
        """Wait until the log has a line with the text."""
        await self.until(lambda: any(text in line for line in self.log))

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not condition():
                await asyncio.sleep(0.02)

    async def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Stop it, and give its exit status."""
        self.send(number)
        async with asyncio.timeout(PATIENCE):
            return await self.process.wait()

    def records(self, check: str) -> list[Record]:
        """What is stored of a check; none while there is no store."""
        try:
            with open_store(Sensitive.plain(f"sqlite:///{self.folder}/probe.db"), create=False) as store:
                return list(store.records(check, start=0, end=EVER))
        except StoreUnreachable:
            return []


@asynccontextmanager
async def daemon(folder: Path, *arguments: str, **environment: str) -> AsyncIterator[Daemon]:
    """A daemon on `checks.yaml` in a folder; killed at the end if it still runs."""
    process = await _start(("run", *arguments), folder, environment)
    running = Daemon(process, folder)
    reading = asyncio.create_task(_gather(process, running.log))
    try:
        yield running
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGCONT)
            process.kill()
            await process.wait()
        await reading


async def _gather(process: asyncio.subprocess.Process, log: list[str]) -> None:
    assert process.stderr
    while line := await process.stderr.readline():
        log.append(line.decode().rstrip("\n"))


async def _start(arguments: tuple[str, ...], folder: Path, environment: dict[str, str]) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "probe", *arguments,
        cwd=folder, env={**os.environ, **environment}, stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip


def write_checks(folder: Path, base_url: str, checks: str, *, more: str = "", every: str = "1s") -> None:
    """A `checks.yaml` with one API called shop; `checks` as YAML lines without their indentation, a report `every` so often."""
    lines = "".join(f"      {line}\n" for line in checks.strip().splitlines())
    text = f"version: 1\nreport: {{directory: reports, every: {every}}}\n{more}\napis:\n  shop:\n    base_url: {base_url}\n    checks:\n{lines}"
    (folder / "checks.yaml").write_text(text)
