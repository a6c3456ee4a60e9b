"""Heavy work in a process of its own, at a lower priority: it must not disturb a measurement."""

from __future__ import annotations

import asyncio
import os
import pickle
import sys
from collections.abc import Callable
from typing import Final, TypeVar

from probe.model.errors import ProbeError

NICENESS: Final = 10
"""Measuring goes before this, also where both share a core."""

_Job = TypeVar("_Job")


class WorkFailed(Exception):
    """The process came to no result; the message says why, in its own last words."""


async def work_apart(module: str, job: object, *, within: float) -> str:
    """What `module`, run as a program, writes when it is given `job`; ended after so many seconds, or when cancelled.

    Raises:
        WorkFailed: it failed, took too long, or could not be started.
    """
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", module,  # -P: no code from the folder we happen to be in
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is for the daemon, which ends its processes itself
        )  # fmt: skip
    except OSError as error:  # no more open files, processes or memory
        raise WorkFailed(error.strerror) from None
    try:
        async with asyncio.timeout(within):
            output, errors = await process.communicate(pickle.dumps(job))
    except TimeoutError:
        raise WorkFailed(f"it took more than {within:.0f} s and was given up") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        lines = errors.decode(errors="replace").strip().splitlines()
        raise WorkFailed(lines[-1] if lines else f"it ended with status {process.returncode}")
    return output.decode()


def serve_one(work: Callable[[_Job], str]) -> int:
    """The other side: does the job that comes in, writes the outcome or one line of explanation; the exit status."""
    os.nice(NICENESS)
    job: _Job = pickle.load(sys.stdin.buffer)  # noqa: S301  # from the daemon that started us, through its own pipe
    try:
        sys.stdout.write(work(job))
    except ProbeError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_status
    return 0
