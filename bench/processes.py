"""Processes under measurement, and the CPU that they used."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import trustme

_MICROSECONDS: Final = 1_000_000
_OF_A_PROCESS: Final = 2
"""Linux' number for the clock of all CPU that a process uses (`CPUCLOCK_SCHED`)."""


def cpu_of(pid: int) -> float:
    """User and system time of a running process, all its threads, in microseconds (`clock_getcpuclockid`)."""
    return time.clock_gettime(~pid << 3 | _OF_A_PROCESS) * _MICROSECONDS


def memory_of(pid: int) -> int:
    """Resident bytes of a running process."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * resource.getpagesize()


def cpu_of_command(*arguments: str, folder: Path) -> float:
    """User and system time of a whole `probe` command, in seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-m", "probe", *arguments], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A target that runs.

    Attributes:
        ca_file: the authority to trust; `None` for one without TLS.
    """

    port: int
    ca_file: Path | None = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"{'https' if self.ca_file else 'http'}://127.0.0.1:{self.port}"


@contextmanager
def target() -> Iterator[Target]:
    """A target without TLS."""
    with _listening("-m", "bench.server") as port:
        yield Target(port=port)


@contextmanager
def secure_target() -> Iterator[Target]:
    """A target with TLS and an ECDSA P-256 certificate."""
    authority = trustme.CA(key_type=trustme.KeyType.ECDSA)
    with tempfile.TemporaryDirectory() as name:
        ca_file, server = Path(name) / "authority.pem", Path(name) / "server.pem"
        authority.cert_pem.write_to_path(str(ca_file))
        issued = authority.issue_cert("127.0.0.1", key_type=trustme.KeyType.ECDSA)
        issued.private_key_and_cert_chain_pem.write_to_path(str(server))
        with _listening("-m", "bench.server", str(server)) as port:
            yield Target(port=port, ca_file=ca_file)


@contextmanager
def _listening(*arguments: str) -> Iterator[int]:
    with started(sys.executable, *arguments, stdout=subprocess.PIPE) as process:
        assert process.stdout
        yield int(process.stdout.readline())


@contextmanager
def started(
    *command: str, folder: Path | None = None, stdout: int = subprocess.DEVNULL
) -> Iterator[subprocess.Popen[bytes]]:
    """A process that is ended, and waited for, at the end of the block."""
    process = subprocess.Popen(command, cwd=folder, stdout=stdout, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=60)
        if process.stdout:
            process.stdout.close()
